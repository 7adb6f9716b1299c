#!/usr/bin/env node
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { initializeObservability } from '@tta/obs';
import { usd } from '../program/finished-run.ts';
import { runExample } from '../program/run-example.ts';
import { offers } from './workflow.ts';

const about = `Makes the same offer to eight customers: five who ask at the same moment, then three one after the other.

  node docs/examples/dist/cache-and-dedupe/main.js [--help]
`;

const question = { article: 'kettle', currency: 'EUR' };
const context = { workflowName: 'offer' };

await runExample(initializeObservability({ serviceName: 'cache-and-dedupe' }), about, async () => {
  const asked = { bank: 0, warehouse: 0 };
  const { makeOffer, rate } = offers({
    rateOf: async () => {
      asked.bank++;
      await sleep(20);
      return 0.92;
    },
    stockOf: async () => {
      asked.warehouse++;
      await sleep(20);
      return 12 - asked.warehouse;
    },
    priceUsd: () => 25,
  });

  const together = await Promise.all(Array.from({ length: 5 }, () => makeOffer.execute(question, context)));
  console.log(`five at once:       the bank was asked ${asked.bank}×, the warehouse ${asked.warehouse}×`);
  assert.deepEqual(asked, { bank: 1, warehouse: 1 }, 'five who ask at once have to share one question');
  assert.deepEqual(
    new Set(together.map(({ stock }) => stock)),
    new Set([11]),
    'they were told different stocks',
  );

  for (const stock of [10, 9, 8]) {
    const offer = await makeOffer.execute(question, context);
    assert.deepEqual(offer, { price: 23, stock }, `the offer is out of date: ${JSON.stringify(offer)}`);
  }
  console.log(`and three in turn:  the bank was asked ${asked.bank}×, the warehouse ${asked.warehouse}×`);
  assert.deepEqual(
    asked,
    { bank: 1, warehouse: 4 },
    'the rate has to be remembered, and the stock must not be',
  );

  const { hits, joined, savedUsd } = rate.stats();
  console.log(`${joined} rates were shared and ${hits} remembered, which saved ${usd(savedUsd)}`);
  assert.equal(usd(savedUsd), '$0.07', `seven questions at one cent each were saved, not ${usd(savedUsd)}`);
});
