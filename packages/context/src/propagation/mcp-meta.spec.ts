import { describe, expect, it } from '@jest/globals';
import { propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { extract, inject } from './inject-extract.ts';
import { type McpMeta, mcpMeta } from './mcp-meta.ts';
import { W3CPropagator } from './w3c-propagator.ts';

const propagator = new W3CPropagator();
const fields = {
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03',
  tracestate: 'foo=1',
  baggage: 'name=Am%C3%A9lie',
};

describe('mcpMeta', () => {
  it('writes the three keys and leaves all others', () => {
    const progressToken = 7;
    const clientInfo = { name: 'client' };
    const meta = { progressToken, 'io.modelcontextprotocol/clientInfo': clientInfo, tracestate: 'old=1' };
    const context = extract(ROOT_CONTEXT, fields, mcpMeta, propagator);
    expect(inject(context, meta, mcpMeta, propagator)).toBe(meta);
    expect(meta).toEqual({ progressToken, 'io.modelcontextprotocol/clientInfo': clientInfo, ...fields });
    expect(meta['io.modelcontextprotocol/clientInfo']).toBe(clientInfo);
    expect(mcpMeta.keys(meta)).toEqual(Object.keys(meta));
  });

  it('reads a message after its way through JSON', () => {
    const message = JSON.parse(JSON.stringify({ params: { _meta: fields } })) as {
      params: { _meta: McpMeta };
    };
    const context = extract(ROOT_CONTEXT, message.params._meta, mcpMeta, propagator);
    expect(trace.getSpanContext(context)).toMatchObject({
      spanId: '00f067aa0ba902b7',
      traceFlags: 3,
      isRemote: true,
    });
    expect(trace.getSpanContext(context)?.traceState?.serialize()).toBe('foo=1');
    expect(propagation.getBaggage(context)?.getEntry('name')?.value).toBe('Amélie');
  });

  it('takes a key out and leaves all others', () => {
    const meta = { progressToken: 7, ...fields };
    mcpMeta.remove(meta, 'baggage');
    mcpMeta.remove(meta, 'none');
    expect(meta).toStrictEqual({ progressToken: 7, traceparent: fields.traceparent, tracestate: 'foo=1' });
  });

  it('reads nothing but strings', () => {
    for (const value of [1, null, true, {}, [fields.traceparent]]) {
      expect(mcpMeta.get({ traceparent: value }, 'traceparent')).toBeUndefined();
    }
  });
});
