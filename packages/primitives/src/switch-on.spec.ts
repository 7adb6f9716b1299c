import { describe, expect, it } from '@jest/globals';
import { faults, mockPrimitive, observed } from '@tta/obs-testing';
import { switchOn } from './switch-on.ts';

const addOne = (n: number) => n + 1;

describe('switchOn', () => {
  it(
    'returns what its step returns, and is the span above it',
    observed(async (trace) => {
      expect(await switchOn(addOne).execute(41)).toBe(42);
      expect(trace).toHaveSpanTree(`
        primitive.switch_on.execute "addOne" success
        └─ primitive.lambda.execute "addOne" success
      `);
      expect(trace).toHaveMetric('primitive.execution.count', {
        value: 1,
        labels: { 'primitive.type': 'switch_on', 'execution.status': 'success' },
      });
      expect(trace).toHaveNoErrors();
    }),
  );

  it(
    'is called by its option, else like its step, else by its type',
    observed(async (trace) => {
      await switchOn(addOne, { name: 'given' }).execute(1);
      await switchOn((n: number) => n).execute(1);
      expect(trace).toHaveSpan('primitive.switch_on.execute "given"');
      expect(trace).toHaveSpan('primitive.switch_on.execute "switch_on"');
    }),
  );

  it(
    'throws what its step throws, untouched',
    observed(async (trace) => {
      const noAnswer = new Error('no answer');
      const primitive = switchOn(mockPrimitive('ask').fails(noAnswer));
      await expect(primitive.execute(0)).rejects.toBe(noAnswer);
      expect(trace).toHaveSpanTree(`
        primitive.switch_on.execute "ask" error
        └─ primitive.mock.execute "ask" error
      `);
      expect(trace).toHaveSpan({ span: 'primitive.mock.execute', events: ['exception'] });
    }),
  );

  it(
    'cancels its step when its caller cancels the run',
    observed(async (trace) => {
      const controller = new AbortController();
      const pending = switchOn(faults.hang()).execute(0, { signal: controller.signal });
      const reason = new Error('stop');
      controller.abort(reason);
      await expect(pending).rejects.toBe(reason);
      expect(trace).toHaveSpanTree(`
        primitive.switch_on.execute "hang" cancelled
        └─ primitive.lambda.execute "hang" cancelled
      `);
      expect(trace).toHaveNoOrphans();
    }),
  );

  it.each([undefined, 'a name', Promise.resolve(1)])('refuses %p for a step, at construction', (value) => {
    expect(() => switchOn(value as never)).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_COMPOSITION',
        message: expect.stringMatching(/^switchOn: the step is /),
      }),
    );
  });
});
