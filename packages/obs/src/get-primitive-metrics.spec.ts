import { expect, it } from '@jest/globals';
import { withExecution } from '@tta/obs-instrumentation';
import { ObservedProcess } from '../test/observed-process.ts';
import { getPrimitiveMetrics } from './get-primitive-metrics.ts';

const observed = new ObservedProcess();

it('tells what ran in this process while observability is set up, and nothing before and after', async () => {
  expect(getPrimitiveMetrics().primitives).toEqual([]);
  const obs = observed.initialize({});
  await withExecution({ type: 'agent', name: 'plan' }, () => 1);
  expect(getPrimitiveMetrics().primitives).toMatchObject([
    { type: 'agent', name: 'plan', executions: { success: 1 } },
  ]);
  expect(getPrimitiveMetrics().process).toBe(obs.primitiveMetrics().process);
  await obs.shutdown();
  expect(getPrimitiveMetrics().primitives).toEqual([]);
});
