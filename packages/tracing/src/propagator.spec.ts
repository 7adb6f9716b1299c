import { describe, expect, it } from '@jest/globals';
import { propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { httpHeaders, inject } from '@tta/obs-context';
import { createPropagator } from './propagator.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const context = propagation.setBaggage(
  trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1 }),
  propagation.createBaggage({ tenant: { value: 'acme' }, secret: { value: 'x' } }),
);
const traceparent = `00-${traceId}-${spanId}-01`;

describe('createPropagator', () => {
  it('writes what W3C specifies unless told otherwise, and no baggage that is not named', () => {
    expect(inject(context, {}, httpHeaders, createPropagator())).toEqual({ traceparent });
    expect(inject(context, {}, httpHeaders, createPropagator(undefined, ['tenant']))).toEqual({
      traceparent,
      baggage: 'tenant=acme',
    });
  });

  it('writes every format that is named, and takes out what another trace left of them', () => {
    const forwarded = {
      tracestate: 'vendor=old',
      'X-B3-Flags': '1',
      'x-b3-parentspanid': '1111111111111111',
      baggage: 'secret=x',
    };
    const propagator = createPropagator(['tracecontext', 'b3multi', 'baggage', 'b3multi']);
    expect(inject(context, forwarded, httpHeaders, propagator)).toEqual({
      traceparent,
      'x-b3-traceid': traceId,
      'x-b3-spanid': spanId,
      'x-b3-sampled': '1',
    });
    expect(inject(context, {}, httpHeaders, createPropagator(['b3']))).toEqual({
      b3: `${traceId}-${spanId}-1`,
    });
  });
});
