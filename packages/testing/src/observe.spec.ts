import { inspect } from 'node:util';
import { context, createContextKey, ROOT_CONTEXT, trace as otel } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tta/obs-context/manual';
import { InstrumentedPrimitive, type RunScope } from '@tta/obs-instrumentation';
import type { SpanPattern } from './matchers/span-pattern.ts';
import { observe, observed } from './observe.ts';
import { personalName } from './trace.ts';
import { TraceAssertionError } from './trace-assertion-error.ts';

class Shout extends InstrumentedPrimitive<string, string> {
  readonly #aside: () => void;

  constructor(name = 'loud', aside: () => void = () => undefined) {
    super({ type: 'shout', name });
    this.#aside = aside;
  }

  protected async run(input: string, scope: RunScope): Promise<string> {
    this.#aside();
    scope.log.info('shouting', { letters: input.length });
    await scope.step('step_0', (text: string) => text, input);
    return input.toUpperCase();
  }
}

describe('observe', () => {
  it('keeps what is told meanwhile, and returns what the body returns', async () => {
    const answer = await observe(
      async (trace) => {
        const said = await new Shout().execute('hello');
        expect(String(trace)).toBe(
          [
            '  primitive.shout.execute "loud" success 0 ms',
            '  └─ primitive.shout.step_0 "lambda" success 0 ms',
            '     └─ primitive.lambda.execute "step_0" success 0 ms',
          ].join('\n'),
        );
        expect(trace.lines).toMatchObject([{ level: 'info', message: 'shouting', fields: { letters: 5 } }]);
        return said;
      },
      { clock: new ManualClock() },
    );
    expect(answer).toBe('HELLO');
  });

  it('registers no provider, and leaves no context manager behind', async () => {
    const key = createContextKey('spec');
    await observe(() => new Shout().execute('x'));
    expect(otel.getTracer('spec').startSpan('unseen').isRecording()).toBe(false);
    const inside = context.with(ROOT_CONTEXT.setValue(key, 1), () => context.active().getValue(key));
    expect(inside).toBeUndefined();
  });

  it('throws what the body throws, and is over then as well', async () => {
    const wrong = new Error('wrong');
    await expect(observe(() => Promise.reject(wrong))).rejects.toBe(wrong);
    await expect(
      observe(() => {
        throw wrong;
      }),
    ).rejects.toBe(wrong);
    expect(context.active()).toBe(ROOT_CONTEXT);
  });

  it('is apart from the span and the context around it', async () => {
    const key = createContextKey('spec');
    await observe((outer) =>
      outer.tracer.startActiveSpan('outer', (span) =>
        context.with(context.active().setValue(key, 1), async () => {
          await observe(async (inner) => {
            await new Shout().execute('x');
            expect(inner.spans[0]).toMatchObject({ parentSpanId: undefined });
            expect(inner.spans[0]?.traceId).not.toBe(span.spanContext().traceId);
            expect(context.active().getValue(key)).toBeUndefined();
          });
          span.end();
        }),
      ),
    );
  });

  it('fails where the context was taken away meanwhile, so that the trace is not all there is', async () => {
    const lost = 'observe: the context of the test was lost';
    await expect(
      observe(async () => {
        await Promise.resolve();
        context.disable();
        await new Shout().execute('unseen');
      }),
    ).rejects.toThrow(lost);
    const other = new AsyncLocalStorageContextManager().enable();
    await expect(
      observe(() => {
        context.disable();
        context.setGlobalContextManager(other);
      }),
    ).rejects.toThrow(lost);
    context.disable();
    const wrong = new Error('wrong');
    await expect(
      observe(() => {
        context.disable();
        throw wrong;
      }),
    ).rejects.toBe(wrong);
  });

  it('does not fail for what the body does in another context', async () => {
    const elsewhere = observe(() => context.with(ROOT_CONTEXT, () => Promise.resolve('done')));
    await expect(elsewhere).resolves.toBe('done');
    await expect(observe(() => observe(() => 'done'))).resolves.toBe('done');
  });

  it('watches a manual clock no longer than the body runs', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    await observe(() => expect(timers()).toBe(before + 1), { clock: 'manual' });
    expect(timers()).toBe(before);
  });

  it('keeps 200 that run at once apart: spans, lines, points and what one observes inside another', async () => {
    const indices = Array.from({ length: 200 }, (_, index) => index);
    await Promise.all(
      indices.map((index) =>
        observe(async (trace) => {
          const name = `loud ${index}`;
          for (let call = 0; call <= index % 3; call++) await new Shout(name).execute('x'.repeat(index));
          await observe(async (inner) => {
            await new Shout('inside').execute('');
            expect(inner.spans.map(personalName)).toEqual(['inside', 'lambda', 'step_0']);
          });
          const calls = (index % 3) + 1;
          expect(
            trace.spans.filter(({ parentSpanId }) => parentSpanId === undefined).map(personalName),
          ).toEqual(Array.from({ length: calls }, () => name));
          expect(trace.spans).toHaveLength(3 * calls);
          expect(trace.lines.map(({ fields }) => fields)).toEqual(
            Array.from({ length: calls }, () => ({ letters: index })),
          );
          const counts = trace.points.filter(({ metric }) => metric === 'primitive.execution.count');
          expect(counts.map(({ labels, value }) => [labels['primitive.name'], value])).toEqual([
            ['step_0', calls],
            [name, calls],
          ]);
        }),
      ),
    );
  });

  it('takes what code of its own tells through its tracer and meter', async () => {
    await observe(async (trace) => {
      await new Shout('loud', () => trace.tracer.startSpan('SELECT').end()).execute('x');
      trace.meter.createCounter('rows').add(3);
      expect(trace.toString()).toContain('├─ SELECT success');
      expect(trace.points.filter(({ metric }) => metric === 'rows')).toMatchObject([{ value: 3 }]);
    });
  });

  it('keeps lines from the level on that is asked for, each with its span', async () => {
    await observe(
      async (trace) => {
        await new Shout().execute('x');
        expect(trace.lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
          'debug loud started',
          'info shouting',
          'debug step_0 started',
          'debug step_0 completed',
          'debug loud completed',
        ]);
        const spans = new Map(trace.spans.map((span) => [span.spanId, personalName(span)]));
        expect(trace.lines.map(({ spanId = '' }) => spans.get(spanId))).toEqual([
          'loud',
          'loud',
          'step_0',
          'step_0',
          'loud',
        ]);
      },
      { logLevel: 'debug' },
    );
    await observe(
      async (trace) => {
        await new Shout().execute('x');
        expect(trace.lines).toEqual([]);
      },
      { logLevel: 'warn' },
    );
  });

  it('has the one span that is meant', async () => {
    await observe(
      async (trace) => {
        await new Shout().execute('x');
        expect(trace.span('primitive.shout.execute "loud"')).toEqual(trace.spans[0]);
        const thrownBy = (pattern: SpanPattern): Error => {
          try {
            return new Error(trace.span(pattern).name);
          } catch (error) {
            return error as Error;
          }
        };
        expect(thrownBy('primitive.shout.step_1').message).toMatchInlineSnapshot(`
          "trace.span("primitive.shout.step_1")
          No span is called "primitive.shout.step_1"; is it "primitive.shout.step_0" or "primitive.shout.execute"?

            primitive.shout.execute "loud" success 0 ms
          ≠ └─ primitive.shout.step_0 "lambda" success 0 ms
          ≠    │  span: expected "primitive.shout.step_1", is "primitive.shout.step_0"
               └─ primitive.lambda.execute "step_0" success 0 ms

          ≠ different"
        `);
        expect(thrownBy({ span: /shout/ }).message).toMatchInlineSnapshot(`
          "trace.span({ span: /shout/ })
          2 spans are like that, not 1.

          + primitive.shout.execute "loud" success 0 ms
          + └─ primitive.shout.step_0 "lambda" success 0 ms
               └─ primitive.lambda.execute "step_0" success 0 ms

          + unexpected"
        `);
        expect(thrownBy({ span: /shout/ })).toBeInstanceOf(TraceAssertionError);
        expect(thrownBy({ span: /shout/ }).stack).not.toContain('observed-trace.ts');
        expect(thrownBy({}).message).toMatch(/^trace\.span: nothing is expected/);
      },
      { clock: 'manual' },
    );
  });

  it('shows spans that are still open, with events and links as they were told', async () => {
    await observe((trace) => {
      const first = trace.tracer.startSpan('first');
      first.addEvent('waited', { ms: 3 });
      const second = trace.tracer.startSpan('second', { links: [{ context: first.spanContext() }] });
      second.setStatus({ code: 2, message: 'no luck' }).end();
      expect(trace.spans).toMatchObject([
        { name: 'first', endMs: undefined, events: [{ name: 'waited', attributes: { ms: 3 } }] },
        { name: 'second', failed: true, statusMessage: 'no luck', links: [{ context: first.spanContext() }] },
      ]);
      expect(inspect(trace)).toMatch(/^ {2}first open\n {2}second error [\d.]+ ms: no luck$/);
    });
  });
});

describe('observed', () => {
  it.each([1, 2])(
    'is the body of a test, here of row %d',
    observed(async (trace, row: number) => {
      await new Shout().execute('x'.repeat(row));
      expect(trace.lines).toMatchObject([{ fields: { letters: row } }]);
    }),
  );

  const clocks = new Set<ManualClock>();
  it.each([1, 2])(
    'makes a manual clock for each test, here for %d',
    observed(
      (trace, row) => {
        clocks.add(trace.clock);
        expect(clocks.size).toBe(row);
      },
      { clock: 'manual' },
    ),
  );
});
