import { describe, expect, it } from '@jest/globals';
import { InstrumentedPrimitive, type RunScope } from '@tta/obs-instrumentation';
import { chain, persist } from '../../test/compositions.ts';
import { faults, mockPrimitive, observed } from '../index.ts';

const manual = { clock: 'manual' } as const;
const load = mockPrimitive('load', (url: string) => url.length);
const worker = mockPrimitive('worker', async (url: string, scope) => {
  scope.log.warn('about to be killed');
  return scope.step('step_0', load, url);
});

/** A primitive with one step, which has no span for the edge. */
class Wrapper<I, O> extends InstrumentedPrimitive<I, O> {
  readonly #step: InstrumentedPrimitive<I, O>;

  constructor(step: InstrumentedPrimitive<I, O>) {
    super({ type: 'wrapper' });
    this.#step = step;
  }

  protected run(input: I, scope: RunScope): Promise<O> {
    return scope.step('inner', this.#step, input);
  }
}

describe('faults.dropTelemetry', () => {
  it(
    'loses the spans of a step and of the edge to it; what it calls stays without a parent, and the run is unharmed',
    observed(async (trace) => {
      expect(await chain(faults.dropTelemetry(worker), (n) => n + 1).execute('http')).toBe(5);
      expect(String(trace)).toBe(
        [
          '  primitive.sequential.execute "chain" success 0 ms',
          '  └─ primitive.sequential.step_1 "lambda" success 0 ms',
          '     └─ primitive.lambda.execute "step_1" success 0 ms',
          '  primitive.mock.step_0 "load" success 0 ms',
          '  └─ primitive.mock.execute "load" success 0 ms',
        ].join('\n'),
      );
      const orphan = trace.spans.find(({ name }) => name === 'primitive.mock.step_0');
      expect(trace.spans.some(({ spanId }) => spanId === orphan?.parentSpanId)).toBe(false);
      expect(orphan?.parentSpanId).toMatch(/^[0-9a-f]{16}$/);
      expect(new Set(trace.spans.map(({ traceId }) => traceId)).size).toBe(1);
    }, manual),
  );

  it(
    'keeps its log lines and its points',
    observed(async (trace) => {
      await faults.dropTelemetry(worker).execute('http');
      expect(trace.lines).toMatchObject([{ level: 'warn', message: 'about to be killed' }]);
      expect(trace.spans.some(({ spanId }) => spanId === trace.lines[0]?.spanId)).toBe(false);
      expect(
        trace.points.filter(
          ({ metric, labels }) =>
            metric === 'primitive.execution.count' && labels['primitive.name'] === 'worker',
        ),
      ).toMatchObject([{ value: 1 }]);
    }, manual),
  );

  it(
    'loses each attempt of a step that is tried again, and nothing of others at the same time',
    observed(async (trace) => {
      const killed = persist(faults.dropTelemetry(faults.failTimes(1, load)), 2);
      expect(await Promise.all([killed.execute('http'), load.execute('ftp')])).toEqual([4, 3]);
      expect(trace.spans.map(({ name }) => name)).toEqual([
        'primitive.retry.execute',
        'primitive.mock.execute',
      ]);
    }, manual),
  );

  it(
    'loses the step alone where the edge to it has no span',
    observed(async (trace) => {
      await new Wrapper(faults.dropTelemetry(load)).execute('http');
      expect(trace.spans.map(({ name }) => name)).toEqual(['primitive.wrapper.execute']);
    }, manual),
  );

  it(
    'loses the step alone where steps have no spans',
    observed(
      async (trace) => {
        await chain(new Wrapper(faults.dropTelemetry(worker)), (n) => n).execute('http');
        expect(String(trace)).toBe(
          [
            '  primitive.sequential.execute "chain" success 0 ms',
            '  ├─ primitive.wrapper.execute "wrapper" success 0 ms',
            '  └─ primitive.lambda.execute "step_1" success 0 ms',
            '  primitive.mock.execute "load" success 0 ms',
          ].join('\n'),
        );
      },
      { ...manual, stepSpans: false },
    ),
  );

  it('takes nothing but a step', () => {
    // @ts-expect-error undefined is no step
    expect(() => faults.dropTelemetry(undefined)).toThrow(/^faults.dropTelemetry: the step is undefined/);
  });
});
