import { initializeObservability } from '@tta/obs';
import { defineSlo } from '@tta/obs-metrics';
import { lambda, retry, sequential } from '@tta/obs-primitives';

/** Three orders that log and call a model; the first fails once. Prints what its handle says. `shop <a secret>` */
const secret = process.argv[2] ?? '';
const obs = initializeObservability({
  serviceName: 'shop',
  measureProcess: true,
  slos: [
    defineSlo({ name: 'orders-succeed', objective: 0.5, indicator: { kind: 'availability' } }),
    defineSlo({ name: 'orders-are-cheap', objective: 0.9, indicator: { kind: 'cost', maxUsd: 0.4 } }),
  ],
});

let attempts = 0;
const pay = retry(
  lambda('pay', (order: number, { log }) => {
    attempts++;
    if (attempts === 1) throw Object.assign(new Error('the bank hung up'), { code: 'ECONNRESET' });
    log.info('paid', { order, note: `card ${secret}` });
    return order;
  }),
  { maxRetries: 1, baseMs: 1 },
);
const thank = lambda('thank', (order: number, { usage, log }) => {
  const costUsd = order === 3 ? 0.5 : 0.25;
  usage({ provider: 'openai', model: 'a-model', inputTokens: 10, outputTokens: 2, costUsd });
  log.warn(`thanked for order ${order} with ${secret}`);
});
const order = sequential(pay, thank);
for (const number of [1, 2, 3]) {
  await order.execute(number, {
    workflowName: 'order',
    sessionId: 's-1',
    userId: 'u-1',
    requestId: `r-${number}`,
    correlationId: `c-${number}`,
  });
}
obs.log.child({ till: 7 }).warn('closing', { password: secret });
console.log(JSON.stringify({ metrics: obs.primitiveMetrics(), slos: obs.slos() }));
await obs.shutdown();
