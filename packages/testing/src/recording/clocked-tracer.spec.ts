import { context, trace } from '@opentelemetry/api';
import { afterAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { InstrumentedPrimitive } from '@tta/obs-instrumentation';
import { ObservedTrace } from '../observed-trace.ts';
import { holdContextManager } from '../shared-context-manager.ts';

afterAll(holdContextManager());

const startMs = Date.UTC(2026, 0, 1);

describe('the tracer of an observed trace', () => {
  it('makes spans that begin, end and get events at the time of the clock', () => {
    const { clock, tracer, ...observed } = observedBy(new ManualClock(startMs));
    const span = tracer.startSpan('own');
    clock.spend(10.5);
    span.addEvent('bare').addEvent('with attributes', { a: 1 });
    span.recordException(new Error('wrong'));
    clock.spend(10);
    span.end();
    expect(observed.spans()).toMatchObject([
      {
        startMs,
        endMs: startMs + 20.5,
        events: [
          { name: 'bare', attributes: {}, timeMs: startMs + 10.5 },
          { name: 'with attributes', attributes: { a: 1 }, timeMs: startMs + 10.5 },
          { name: 'exception', timeMs: startMs + 10.5 },
        ],
      },
    ]);
  });

  it('does so for active spans, however they are asked for', () => {
    const { clock, tracer, ...observed } = observedBy(new ManualClock(startMs));
    const wait = (span: { end(): void }): void => {
      clock.spend(5);
      span.end();
    };
    tracer.startActiveSpan('a', wait);
    tracer.startActiveSpan('b', { attributes: { b: 1 } }, wait);
    tracer.startActiveSpan('c', {}, context.active(), wait);
    expect(observed.spans().map((span) => [span.name, span.startMs - startMs, span.endMs])).toEqual([
      ['a', 0, startMs + 5],
      ['b', 5, startMs + 10],
      ['c', 10, startMs + 15],
    ]);
    expect(observed.spans()[1]?.attributes).toEqual({ b: 1 });
  });

  it('leaves a time that is told as it is', () => {
    const { tracer, ...observed } = observedBy(new ManualClock(startMs));
    const span = tracer.startSpan('told', { startTime: new Date(1_000_000_000_000) });
    span.addEvent('date', new Date(1_000_000_000_001)).addEvent('pair', [1_000_000_000, 2e6]);
    span.addEvent('number', 1_000_000_000_003).addEvent('third', { a: 1 }, 1_000_000_000_004);
    span.recordException('wrong', 1_000_000_000_005);
    span.end(1_000_000_000_006);
    expect(observed.spans()).toMatchObject([{ startMs: 1_000_000_000_000, endMs: 1_000_000_000_006 }]);
    expect(observed.spans()[0]?.events.map(({ timeMs }) => timeMs - 1_000_000_000_000)).toEqual([
      1, 2, 3, 4, 5,
    ]);
  });

  it('agrees with primitives on the time, also in what others add to their spans', async () => {
    class Asking extends InstrumentedPrimitive<string, string> {
      constructor() {
        super({ type: 'asking' });
      }

      protected run(input: string): string {
        trace.getActiveSpan()?.addEvent('asked');
        return input;
      }
    }
    const observed = new ObservedTrace({ clock: new ManualClock(startMs) });
    await observed.run(() =>
      observed.tracer.startActiveSpan('own', async (span) => {
        await new Asking().execute('x');
        span.end();
      }),
    );
    expect(observed.spans).toMatchObject([
      { name: 'own', startMs, endMs: startMs },
      { name: 'primitive.asking.execute', startMs, endMs: startMs, events: [{ timeMs: startMs }] },
    ]);
  });

  it('counts less than a millisecond on the clock of the machine', () => {
    const { tracer, ...observed } = observedBy(systemClock);
    for (let index = 0; index < 50; index++) tracer.startSpan('short').end();
    expect(observed.spans().some(({ startMs: ms }) => !Number.isInteger(ms))).toBe(true);
  });
});

function observedBy<C extends ManualClock | typeof systemClock>(clock: C) {
  const observed = new ObservedTrace({ clock });
  return { clock, tracer: observed.tracer, spans: () => observed.spans };
}
