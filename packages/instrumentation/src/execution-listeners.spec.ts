import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ExecutionInfo, ExecutionResult } from '@tta/obs-context';
import { custom, outer } from '../test/custom.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import { Instrumentation } from './instrumentation.ts';

beforeAll(enableContexts);

describe('what a listener hears', () => {
  it('of an execution is all that is known at its begin, and with its outcome at its end', async () => {
    const started: ExecutionInfo[] = [];
    const ended: ExecutionResult[] = [];
    let read = 0;
    const observed = new Observed({
      processMeter: { cpuMs: () => ++read, heapBytes: () => read * 100 },
    });
    const { instrumentation, clock } = observed;
    instrumentation.onExecution({
      onStart: (info) => started.push(info),
      onEnd: (result) => ended.push(result),
    });
    const error = new TypeError('boom');
    const inner = custom('inner', (_: number, { cost }) => {
      cost(2);
      cost(3, 'saved');
      clock.spend(5);
      throw error;
    });
    await observed.run(() => outer(inner).tryExecute(0, { workflowName: 'review', agentType: 'critic' }));
    const { traceId, spanId } = observed
      .span('primitive.custom.process', { 'primitive.name': 'inner' })
      .spanContext();
    const info = {
      type: 'custom',
      name: 'inner',
      action: 'process',
      edge: 'step_0',
      traceId,
      spanId,
      workflowName: 'review',
      agentType: 'critic',
    };
    expect(started[1]).toEqual(info);
    expect(ended[0]).toEqual({
      ...info,
      status: 'error',
      durationMs: 5,
      error,
      errorCategory: 'permanent',
      costUsd: 2,
      totalCostUsd: 2,
      savedUsd: 3,
      processUse: { cpuMs: 1, heapDeltaBytes: 100, concurrent: 1 },
    });
    expect(ended[1]).toMatchObject({ name: 'outer', edge: undefined, costUsd: undefined, totalCostUsd: 2 });
  });

  it('of what a step executes by itself is that it is no run, unless it says something of its own', async () => {
    const edges: [string, string | undefined][] = [];
    const observed = new Observed();
    observed.instrumentation.onExecution({ onEnd: ({ name, edge }) => edges.push([name, edge]) });
    const called = custom('called', () => 1);
    const calling = custom('calling', async () => {
      await called.execute(0);
      await called.execute(0, { workflowName: 'of its own' });
    });
    await observed.run(() => calling.execute(0));
    expect(edges).toEqual([
      ['called', 'inner'],
      ['called', undefined],
      ['calling', undefined],
    ]);
  });

  it.each([undefined, null, {}, () => undefined])('that would never be called is refused: %p', (listener) => {
    expect(() => new Instrumentation().onExecution(listener as never)).toThrow(
      'onExecution: a listener has onStart or onEnd: { onEnd: (execution) => … }',
    );
  });
});
