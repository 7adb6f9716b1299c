#!/usr/bin/env node
import assert from 'node:assert/strict';
import { initializeObservability } from '@tta/obs';
import { runExample } from '../program/run-example.ts';
import { startWarehouse } from './warehouse.ts';
import { placeOrder } from './workflow.ts';

const about = `A shop has a warehouse, which is another process, reserve two kettles: one trace of both.

  node docs/examples/dist/cross-process/main.js [--help]
`;

await runExample(initializeObservability({ serviceName: 'shop' }), about, async () => {
  const warehouse = await startWarehouse();
  try {
    const order = placeOrder(warehouse.reserve);

    const outcome = await order.tryExecute({ article: 'kettle', count: 2 }, { workflowName: 'order' });

    assert(outcome.ok, `the order was not taken: ${outcome.ok ? '' : outcome.info.message}`);
    const { shelf, left, traceId } = outcome.value;
    console.log(`2 kettles from shelf ${shelf}; there are ${left} left`);
    assert.equal(left, 10, `there are ${left} kettles left, and have to be 10`);
    console.log(`trace of the shop:      ${outcome.traceId}\ntrace of the warehouse: ${traceId}`);
    assert.equal(traceId, outcome.traceId, 'the two processes have to be in one trace');
  } finally {
    await warehouse.stop();
  }
});
