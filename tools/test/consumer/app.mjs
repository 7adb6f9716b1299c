// Runs in a folder of its own against the packed packages, as a user's program would.
import assert from 'node:assert/strict';
import { initializeObservability } from '@tta/obs';
import { fallback, lambda, parallel, retry, sequential, timeout } from '@tta/obs-primitives';

const obs = initializeObservability({ serviceName: 'consumer', enablePrometheus: false });

let attempts = 0;
const flaky = lambda('flaky', (text) => {
  attempts += 1;
  if (attempts === 1) throw Object.assign(new Error('try again'), { status: 503 });
  return text.trim();
});
const broken = lambda('broken', () => {
  throw new Error('out of order');
});
const workflow = sequential(
  retry(flaky, { baseMs: 1 }),
  parallel({ words: (text) => text.split(' ').length, letters: (text) => text.length }),
  fallback(
    timeout(broken, { ms: 1000 }),
    lambda('add', ({ words, letters }) => words + letters),
  ),
);

assert.equal(await workflow.execute(' two words ', { workflowName: 'consumer' }), 11);
assert.equal(attempts, 2);
await obs.shutdown();
console.log('consumer: done');
