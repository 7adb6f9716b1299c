import { describe, expect, it } from '@jest/globals';
import {
  type Context,
  createTraceState,
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  trace,
} from '@opentelemetry/api';
import { BaggagePropagator } from './baggage-propagator.ts';
import { TraceContextPropagator } from './trace-context-propagator.ts';
import { W3CTraceState } from './trace-state.ts';
import { W3CPropagator } from './w3c-propagator.ts';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03';
const span: SpanContext = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: '00f067aa0ba902b7',
  traceFlags: 3,
};
const withSpan = (overrides: Partial<SpanContext> = {}): Context =>
  trace.setSpanContext(ROOT_CONTEXT, { ...span, ...overrides });
const withBaggage = (context: Context): Context =>
  propagation.setBaggage(context, propagation.createBaggage({ a: { value: '1' }, b: { value: '2' } }));
const injected = (context: Context, propagator: TextMapPropagator = new W3CPropagator()): unknown => {
  const carrier = {};
  propagator.inject(context, carrier, defaultTextMapSetter);
  return carrier;
};
const extracted = (carrier: unknown, propagator: TextMapPropagator = new W3CPropagator()): Context =>
  propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);

describe('W3CPropagator', () => {
  it('names its fields', () => {
    expect(new W3CPropagator().fields()).toEqual(['traceparent', 'tracestate', 'baggage']);
    expect(new TraceContextPropagator().fields()).toEqual(['traceparent', 'tracestate']);
    expect(new BaggagePropagator().fields()).toEqual(['baggage']);
  });

  it('injects span and baggage', () => {
    expect(injected(withBaggage(withSpan({ traceState: new W3CTraceState().set('foo', '1') })))).toEqual({
      traceparent,
      tracestate: 'foo=1',
      baggage: 'a=1,b=2',
    });
  });

  it('injects what there is', () => {
    expect(injected(ROOT_CONTEXT)).toEqual({});
    expect(injected(withSpan())).toEqual({ traceparent });
    expect(injected(withBaggage(ROOT_CONTEXT))).toEqual({ baggage: 'a=1,b=2' });
  });

  it('lets out the baggage that is named, and reads all', () => {
    const context = withBaggage(withSpan());
    expect(injected(context, new W3CPropagator({ baggageKeys: ['b', 'c'] }))).toEqual({
      traceparent,
      baggage: 'b=2',
    });
    expect(injected(context, new W3CPropagator({ baggageKeys: [] }))).toEqual({ traceparent });
    const received = extracted({ baggage: 'a=1,b=2' }, new W3CPropagator({ baggageKeys: [] }));
    expect(propagation.getBaggage(received)?.getAllEntries()).toHaveLength(2);
  });

  it('consists of two that also stand alone', () => {
    const carrier = { traceparent, baggage: 'a=1,b=2' };
    const context = withBaggage(withSpan());
    expect(injected(context, new TraceContextPropagator())).toEqual({ traceparent });
    expect(injected(context, new BaggagePropagator())).toEqual({ baggage: 'a=1,b=2' });
    expect(propagation.getBaggage(extracted(carrier, new TraceContextPropagator()))).toBeUndefined();
    expect(trace.getSpanContext(extracted(carrier, new BaggagePropagator()))).toBeUndefined();
  });

  it('injects nothing while tracing is suppressed', () => {
    // What suppressTracing() of @opentelemetry/core sets.
    const suppressed = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');
    expect(injected(withBaggage(withSpan()).setValue(suppressed, true))).toEqual({});
    expect(injected(withSpan().setValue(suppressed, undefined))).toEqual({ traceparent });
  });

  it('marks the span as remote', () => {
    expect(trace.getSpanContext(extracted({ traceparent }))).toEqual({ ...span, isRemote: true });
  });

  it('leaves the context as it is where nothing valid arrived', () => {
    for (const carrier of [
      {},
      { traceparent: 'x' },
      { tracestate: 'foo=1' },
      { baggage: '=' },
      null,
      undefined,
      7,
    ]) {
      expect(extracted(carrier)).toBe(ROOT_CONTEXT);
    }
    const context = withSpan();
    expect(new W3CPropagator().extract(context, { traceparent: 'x' }, defaultTextMapGetter)).toBe(context);
  });

  it.each<[string, Partial<SpanContext>]>([
    ['a trace id of zeros', { traceId: '0'.repeat(32) }],
    ['a trace id in upper case', { traceId: 'A'.repeat(32) }],
    ['a longer trace id', { traceId: 'a'.repeat(33) }],
    ['a shorter trace id', { traceId: 'a'.repeat(31) }],
    ['a span id of zeros', { spanId: '0'.repeat(16) }],
    ['a span id in upper case', { spanId: 'B'.repeat(16) }],
    ['a longer span id', { spanId: 'b'.repeat(17) }],
    ['no ids', { traceId: undefined as unknown as string }],
  ])('injects no span with %s', (_, overrides) => {
    expect(injected(withBaggage(withSpan(overrides)))).toEqual({ baggage: 'a=1,b=2' });
  });

  it.each([
    [0, '00'],
    [1, '01'],
    [2, '02'],
    [3, '03'],
    [0xff, '03'],
    [0xfc, '00'],
    [undefined as unknown as number, '00'],
  ])('injects flags %s as %s', (traceFlags, sent) => {
    expect(injected(withSpan({ traceFlags }))).toEqual({ traceparent: `${traceparent.slice(0, 53)}${sent}` });
  });

  it('sends the tracestate of another implementation when it is well-formed', () => {
    const foreign = createTraceState().set('foo', '1').set('bar', '2');
    expect(injected(withSpan({ traceState: foreign }))).toEqual({ traceparent, tracestate: 'bar=2,foo=1' });
    const malformed = createTraceState().set('x', '1\r\nhost: evil');
    expect(injected(withSpan({ traceState: malformed }))).toEqual({ traceparent });
    expect(injected(withSpan({ traceState: new W3CTraceState() }))).toEqual({ traceparent });
  });

  it('never throws, whatever a carrier does', () => {
    const failing: TextMapGetter<unknown> = {
      get: () => {
        // Nothing that could be made text.
        throw Object.create(null) as Error;
      },
      keys: () => [],
    };
    expect(new W3CPropagator().extract(ROOT_CONTEXT, {}, failing)).toBe(ROOT_CONTEXT);
    for (const value of [null, 1, {}, [1], [null], [], [[]], Symbol('x')]) {
      const odd: TextMapGetter<unknown> = { get: () => value as string, keys: () => [] };
      expect(new W3CPropagator().extract(ROOT_CONTEXT, {}, odd)).toBe(ROOT_CONTEXT);
    }
    const full = Object.freeze({});
    const setter = {
      set: () => {
        throw new Error('full');
      },
    };
    new W3CPropagator().inject(withBaggage(withSpan()), full, setter);
    expect(full).toEqual({});
  });

  it('loses the span whose context throws, not the baggage', () => {
    const broken = trace.wrapSpanContext(span);
    broken.spanContext = () => {
      throw new Error('broken');
    };
    expect(injected(trace.setSpan(withBaggage(ROOT_CONTEXT), broken))).toEqual({ baggage: 'a=1,b=2' });
  });

  it('never throws, whatever the baggage does', () => {
    const broken = propagation.createBaggage();
    broken.getAllEntries = () => {
      throw new Error('broken');
    };
    expect(injected(propagation.setBaggage(withSpan(), broken))).toEqual({ traceparent });
  });

  it('loses one field to a failing carrier, not the others', () => {
    const getter: TextMapGetter<Record<string, string>> = {
      get: (carrier, field) => {
        if (field === 'tracestate') throw new Error('broken');
        return carrier[field];
      },
      keys: Object.keys,
    };
    const carrier = { traceparent, tracestate: 'foo=1', baggage: 'a=1' };
    const context = new W3CPropagator().extract(ROOT_CONTEXT, carrier, getter);
    expect(trace.getSpanContext(context)).toEqual({ ...span, isRemote: true });
    expect(propagation.getBaggage(context)?.getEntry('a')?.value).toBe('1');
  });
});
