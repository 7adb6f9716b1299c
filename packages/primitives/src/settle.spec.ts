import { describe, expect, it } from '@jest/globals';
import { faults, mockPrimitive, observed } from '@tta/obs-testing';
import { settle } from './settle.ts';

const addOne = (n: number) => n + 1;

describe('settle', () => {
  it(
    'returns what its step returns, and is the span above it',
    observed(async (trace) => {
      expect(await settle(addOne).execute(41)).toBe(42);
      expect(trace).toHaveSpanTree(`
        primitive.settle.execute "addOne" success
        └─ primitive.lambda.execute "addOne" success
      `);
      expect(trace).toHaveMetric('primitive.execution.count', {
        value: 1,
        labels: { 'primitive.type': 'settle', 'execution.status': 'success' },
      });
      expect(trace).toHaveNoErrors();
    }),
  );

  it(
    'is called by its option, else like its step, else by its type',
    observed(async (trace) => {
      await settle(addOne, { name: 'given' }).execute(1);
      await settle((n: number) => n).execute(1);
      expect(trace).toHaveSpan('primitive.settle.execute "given"');
      expect(trace).toHaveSpan('primitive.settle.execute "settle"');
    }),
  );

  it(
    'throws what its step throws, untouched',
    observed(async (trace) => {
      const noAnswer = new Error('no answer');
      const primitive = settle(mockPrimitive('ask').fails(noAnswer));
      await expect(primitive.execute(0)).rejects.toBe(noAnswer);
      expect(trace).toHaveSpanTree(`
        primitive.settle.execute "ask" error
        └─ primitive.mock.execute "ask" error
      `);
      expect(trace).toHaveSpan({ span: 'primitive.mock.execute', events: ['exception'] });
    }),
  );

  it(
    'cancels its step when its caller cancels the run',
    observed(async (trace) => {
      const controller = new AbortController();
      const pending = settle(faults.hang()).execute(0, { signal: controller.signal });
      const reason = new Error('stop');
      controller.abort(reason);
      await expect(pending).rejects.toBe(reason);
      expect(trace).toHaveSpanTree(`
        primitive.settle.execute "hang" cancelled
        └─ primitive.lambda.execute "hang" cancelled
      `);
      expect(trace).toHaveNoOrphans();
    }),
  );

  it.each([undefined, 'a name', Promise.resolve(1)])('refuses %p for a step, at construction', (value) => {
    expect(() => settle(value as never)).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_COMPOSITION',
        message: expect.stringMatching(/^settle: the step is /),
      }),
    );
  });
});
