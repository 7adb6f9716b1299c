import { afterEach, describe, expect, it } from '@jest/globals';
import { propagation, ROOT_CONTEXT, type TextMapPropagator, trace } from '@opentelemetry/api';
import { extract, inject } from './inject-extract.ts';
import { mcpMeta } from './mcp-meta.ts';
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

  it('do nothing where no propagator is registered', () => {
    expect(inject(context, {})).toEqual({});
    expect(extract(context, { traceparent })).toBe(context);
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
});
