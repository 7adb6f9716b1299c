import { afterEach, describe, expect, it } from '@jest/globals';
import { diag, propagation, ROOT_CONTEXT, type TextMapPropagator, trace } from '@opentelemetry/api';
import { extract, inject } from './inject-extract.ts';
import { type McpMeta, mcpMeta } from './mcp-meta.ts';
import { TraceContextPropagator } from './trace-context-propagator.ts';
import { W3CPropagator } from './w3c-propagator.ts';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03';
const context = propagation.setBaggage(
  new W3CPropagator().extract(ROOT_CONTEXT, { traceparent }, mcpMeta),
  propagation.createBaggage({ a: { value: '1' }, b: { value: '2' } }),
);

describe('inject and extract', () => {
  afterEach(() => {
    propagation.disable();
  });

  it('follow the propagator that is registered, over HTTP headers unless told otherwise', () => {
    propagation.setGlobalPropagator(new W3CPropagator({ baggageKeys: ['b'] }));
    const headers: Record<string, string> = { accept: '*/*' };
    expect(inject(context, headers)).toBe(headers);
    expect(headers).toEqual({ accept: '*/*', traceparent, baggage: 'b=2' });
    const received = extract(ROOT_CONTEXT, { TraceParent: traceparent });
    expect(trace.getSpanContext(received)?.spanId).toBe('00f067aa0ba902b7');
    expect(inject(received, { progressToken: 1 }, mcpMeta)).toEqual({
      progressToken: 1,
      traceparent,
    });
  });

  it('take another propagator for HTTP headers without a carrier', () => {
    const w3c = new W3CPropagator({ baggageKeys: ['a'] });
    expect(inject(context, new Headers(), undefined, w3c).get('baggage')).toBe('a=1');
    expect(inject(context, {}, undefined, w3c)).toEqual({ traceparent, baggage: 'a=1' });
    const received = extract(ROOT_CONTEXT, new Headers({ traceparent }), undefined, w3c);
    expect(trace.getSpanContext(received)?.spanId).toBe('00f067aa0ba902b7');
  });

  it('do nothing where no propagator is registered', () => {
    expect(inject(context, {})).toEqual({});
    expect(extract(context, { traceparent })).toBe(context);
  });

  describe('where the target holds what belongs to another context', () => {
    const other = {
      traceparent: '00-11111111111111111111111111111111-2222222222222222-01',
      tracestate: 'vendor=old',
      baggage: 'secret=x',
    };
    const spanAlone = new W3CPropagator().extract(ROOT_CONTEXT, { traceparent }, mcpMeta);

    it('take its tracestate and its baggage out', () => {
      const target = { id: 1, ...other };
      expect(inject(spanAlone, target, mcpMeta, new W3CPropagator())).toBe(target);
      expect(target).toEqual({ id: 1, traceparent });
    });

    it('let no baggage through that may not leave', () => {
      const both = propagation.setBaggage(spanAlone, propagation.createBaggage({ secret: { value: 'y' } }));
      const none = new W3CPropagator({ baggageKeys: [] });
      expect(inject(both, { ...other }, mcpMeta, none)).toEqual({ traceparent });
      expect(inject(ROOT_CONTEXT, { baggage: 'secret=x' }, mcpMeta, none)).toEqual({});
    });

    it('leave its trace where there is no other', () => {
      const { baggage: _, ...otherTrace } = other;
      expect(inject(ROOT_CONTEXT, { ...other }, mcpMeta, new W3CPropagator())).toEqual(otherTrace);
      const baggageAlone = propagation.setBaggage(
        ROOT_CONTEXT,
        propagation.createBaggage({ a: { value: '1' } }),
      );
      expect(inject(baggageAlone, { ...other }, mcpMeta, new W3CPropagator())).toEqual({
        ...otherTrace,
        baggage: 'a=1',
      });
    });

    it('leave what the propagator does not write', () => {
      expect(inject(spanAlone, { ...other }, mcpMeta, new TraceContextPropagator())).toEqual({
        traceparent,
        baggage: other.baggage,
      });
      expect(inject(spanAlone, { ...other })).toEqual(other);
    });

    it('take baggage out also where the propagator fails', () => {
      const broken = new W3CPropagator();
      broken.inject = () => {
        throw new Error('broken');
      };
      expect(inject(spanAlone, { baggage: 'secret=x' }, mcpMeta, broken)).toEqual({});
    });

    it('write the rest where a field cannot be written or taken out', () => {
      const w3c = new W3CPropagator();
      const fixed = (field: string): Record<string, unknown> =>
        Object.defineProperty({}, field, { value: 'a=1' });
      expect(inject(spanAlone, fixed('baggage'), mcpMeta, w3c)['traceparent']).toBe(traceparent);
      expect(inject(context, fixed('traceparent'), mcpMeta, w3c)['baggage']).toBe('a=1,b=2');
    });
  });

  it('take the baggage out although another field cannot be', () => {
    const target: Record<string, unknown> = { baggage: 'secret=1' };
    Object.defineProperty(target, 'tracestate', { value: 'x=1' });
    const none = new W3CPropagator({ baggageKeys: [] });
    expect(inject(context, target, mcpMeta, none)).not.toHaveProperty('baggage');
  });

  it('leave the trace of the target where there is none to send, whatever else is written', () => {
    const tenant: TextMapPropagator = {
      inject: (_context, carrier, setter) => setter.set(carrier, 'x-tenant', '7'),
      extract: (received) => received,
      fields: () => ['traceparent', 'tracestate', 'baggage', 'x-tenant'],
    };
    expect(inject(ROOT_CONTEXT, { traceparent, baggage: 'a=1' }, mcpMeta, tenant)).toEqual({
      traceparent,
      'x-tenant': '7',
    });
  });

  it('never throw', () => {
    const broken: TextMapPropagator = {
      inject: () => {
        throw new Error('broken');
      },
      extract: () => {
        throw new Error('broken');
      },
      fields: () => [],
    };
    propagation.setGlobalPropagator(broken);
    const headers = {};
    expect(inject(context, headers)).toBe(headers);
    expect(extract(context, headers)).toBe(context);
  });

  it('never throw, even where whoever hears of it does', () => {
    const fail = (): never => {
      throw new Error('broken');
    };
    diag.setLogger({ error: fail, warn: fail, info: fail, debug: fail, verbose: fail });
    try {
      const frozen = Object.freeze({});
      expect(inject(context, frozen, mcpMeta, new W3CPropagator())).toBe(frozen);
      expect(extract(context, null as unknown as McpMeta, mcpMeta, new W3CPropagator())).toBe(context);
    } finally {
      diag.disable();
    }
  });
});
