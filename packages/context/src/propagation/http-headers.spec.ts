import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { Metadata } from '@grpc/grpc-js';
import { parseBaggage } from './baggage.ts';
import { httpHeaders, type HttpHeaders } from './http-headers.ts';
import { extract, inject } from './inject-extract.ts';
import { W3CPropagator } from './w3c-propagator.ts';
import { W3CTraceState } from './trace-state.ts';

const propagator = new W3CPropagator();
const traceState = W3CTraceState.parse('foo=1,bar=2');
const spanContext = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: '00f067aa0ba902b7',
  traceFlags: 3,
  ...(traceState && { traceState }),
};
const baggage = parseBaggage('tenant=acme,name=Am%C3%A9lie');
const full = propagation.setBaggage(
  trace.setSpanContext(ROOT_CONTEXT, spanContext),
  baggage ?? propagation.createBaggage(),
);
const sent = {
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03',
  tracestate: 'foo=1,bar=2',
  baggage: 'tenant=acme,name=Am%C3%A9lie',
};
const read = (headers: HttpHeaders): unknown => {
  const context = extract(ROOT_CONTEXT, headers, httpHeaders, propagator);
  return {
    traceId: trace.getSpanContext(context)?.traceId,
    tracestate: trace.getSpanContext(context)?.traceState?.serialize(),
    name: propagation.getBaggage(context)?.getEntry('name')?.value,
  };
};
const complete = { traceId: spanContext.traceId, tracestate: 'foo=1,bar=2', name: 'Amélie' };

describe('httpHeaders', () => {
  it('reads a plain object in any case', () => {
    const headers = { TraceParent: sent.traceparent, TRACESTATE: sent.tracestate, Baggage: sent.baggage };
    expect(read(headers)).toEqual(complete);
    expect(httpHeaders.keys(headers)).toEqual(['TraceParent', 'TRACESTATE', 'Baggage']);
  });

  it('writes lower case, and over a header that is spelled otherwise', () => {
    const headers = { TraceParent: 'old', accept: '*/*' };
    expect(inject(full, headers, httpHeaders, propagator)).toEqual({
      TraceParent: sent.traceparent,
      accept: '*/*',
      tracestate: sent.tracestate,
      baggage: sent.baggage,
    });
  });

  it('takes several spellings for several values', () => {
    const headers: Record<string, string | string[] | undefined> = {
      Traceparent: sent.traceparent,
      baggage: ['tenant=acme'],
      TRACEPARENT: sent.traceparent,
      Baggage: 'name=B%C3%A9a',
      BAGGAGE: undefined,
    };
    expect(httpHeaders.get(headers, 'baggage')).toEqual(['tenant=acme', 'name=B%C3%A9a']);
    expect(read(headers)).toEqual({ traceId: undefined, tracestate: undefined, name: 'Béa' });
    expect(httpHeaders.get({ ...headers, BaGGage: 1 as unknown as string }, 'baggage')).toBeUndefined();
  });

  it('writes one spelling and takes the others out', () => {
    const headers = {
      TraceParent: 'old',
      traceparent: 'older',
      TRACEPARENT: 'oldest',
      BAGGAGE: '',
      Baggage: '',
    };
    const spanAlone = trace.setSpanContext(ROOT_CONTEXT, spanContext);
    expect(inject(spanAlone, headers, httpHeaders, propagator)).toEqual({
      TraceParent: sent.traceparent,
      tracestate: sent.tracestate,
    });
  });

  it('serves propagators whose fields have capitals', () => {
    const headers = {};
    httpHeaders.set(headers, 'X-B3-TraceId', '1');
    expect(headers).toEqual({ 'x-b3-traceid': '1' });
    expect(httpHeaders.get(headers, 'X-B3-TraceId')).toBe('1');
  });

  it('reads lists of values, and nothing that is no text', () => {
    expect(httpHeaders.get({ a: ['1', '2'], b: 3 }, 'a')).toEqual(['1', '2']);
    expect(httpHeaders.get({ a: ['1', '2'], b: 3 }, 'b')).toBeUndefined();
    expect(httpHeaders.get({ a: [1] as unknown as string[] }, 'a')).toBeUndefined();
    expect(httpHeaders.get({}, 'constructor')).toBeUndefined();
  });

  it('takes an object with headers named get and set for a plain one', () => {
    const headers = { get: '1', set: '2' };
    httpHeaders.set(headers, 'baggage', 'a=1');
    expect(headers).toEqual({ get: '1', set: '2', baggage: 'a=1' });
    expect(httpHeaders.get(headers, 'get')).toBe('1');
  });

  it('reads and writes Headers', () => {
    const headers = inject(full, new Headers({ accept: '*/*' }), httpHeaders, propagator);
    expect(Object.fromEntries(headers)).toEqual({ accept: '*/*', ...sent });
    expect(read(headers)).toEqual(complete);
    expect(httpHeaders.keys(headers)).toEqual(['accept', 'baggage', 'traceparent', 'tracestate']);
    expect(httpHeaders.get(headers, 'x-none')).toBeUndefined();
  });

  it('refuses two traceparents in Headers, and joins the other fields', () => {
    const headers = new Headers(sent);
    headers.append('baggage', 'name=B%C3%A9a');
    headers.append('tracestate', 'baz=3');
    expect(read(headers)).toEqual({ ...complete, tracestate: 'foo=1,bar=2,baz=3', name: 'Béa' });
    headers.append('traceparent', sent.traceparent);
    expect(read(headers)).toEqual({ traceId: undefined, tracestate: undefined, name: 'Béa' });
  });

  it('reads and writes the metadata of gRPC', () => {
    const metadata = new Metadata();
    metadata.set('user', 'u');
    expect(inject(full, metadata, httpHeaders, propagator)).toBe(metadata);
    expect(metadata.getMap()).toEqual({ user: 'u', ...sent });
    expect(read(metadata)).toEqual(complete);
    expect(httpHeaders.keys(metadata)).toEqual(['user', 'traceparent', 'tracestate', 'baggage']);
    expect(read(new Metadata())).toEqual({ traceId: undefined, tracestate: undefined, name: undefined });
  });

  it('refuses two traceparents in the metadata of gRPC, and joins the other fields', () => {
    const metadata = Metadata.fromHttp2Headers(sent);
    metadata.add('tracestate', 'baz=3');
    expect(read(metadata)).toEqual({ ...complete, tracestate: 'foo=1,bar=2,baz=3' });
    metadata.add('traceparent', sent.traceparent);
    expect(read(metadata)).toEqual({ traceId: undefined, tracestate: undefined, name: 'Amélie' });
  });

  it('takes a header out, however it is kept and spelled', () => {
    const plain = { Baggage: 'a=1', accept: '*/*' };
    const fetched = new Headers(plain);
    const metadata = Metadata.fromHttp2Headers({ baggage: ['a=1', 'b=2'], accept: '*/*' });
    for (const headers of [plain, fetched, metadata]) {
      for (const name of ['baggage', 'tracestate']) httpHeaders.remove(headers, name);
      expect(httpHeaders.keys(headers)).toEqual(['accept']);
    }
  });

  it('empties a header that cannot be taken out', () => {
    const lines = new Map([['baggage', 'a=1']]);
    const headers = {
      get: (name: string) => lines.get(name),
      set: (name: string, value: string) => lines.set(name, value),
    };
    for (const name of ['baggage', 'tracestate']) httpHeaders.remove(headers, name);
    expect([...lines]).toEqual([['baggage', '']]);
    expect(extract(ROOT_CONTEXT, headers, httpHeaders, propagator)).toBe(ROOT_CONTEXT);
  });

  it('tells no names of a collection that does not', () => {
    expect(httpHeaders.keys({ get: () => undefined, set: () => undefined })).toEqual([]);
  });

  it('goes over node:http, in requests and in responses', async () => {
    const server = createServer((request, response) => {
      const context = extract(ROOT_CONTEXT, request.headers, httpHeaders, propagator);
      response.writeHead(200, inject(context, {}, httpHeaders, propagator)).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const headers = inject(full, {}, httpHeaders, propagator);
    const outgoing = httpRequest({ host: '127.0.0.1', port, headers }).end();
    const [response] = (await once(outgoing, 'response')) as [
      { headers: Record<string, string>; resume(): void },
    ];
    response.resume();
    expect(response.headers).toMatchObject(sent);
    expect(read(response.headers)).toEqual(complete);
    server.close();
  });
});
