import { describe, expect, it } from '@jest/globals';
import { propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { extract, inject } from './inject-extract.ts';
import { type MessageHeaders, messageHeaders } from './message-headers.ts';
import { W3CPropagator } from './w3c-propagator.ts';

const propagator = new W3CPropagator();
const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03';
const fields = { traceparent, tracestate: 'foo=1', baggage: 'name=Am%C3%A9lie' };
const full = extract(ROOT_CONTEXT, fields, messageHeaders, propagator);
const read = (headers: MessageHeaders): unknown => {
  const context = extract(ROOT_CONTEXT, headers, messageHeaders, propagator);
  const span = trace.getSpanContext(context);
  return [
    span?.traceId,
    span?.traceFlags,
    span?.traceState?.serialize(),
    propagation.getBaggage(context)?.getEntry('name')?.value,
  ];
};
const complete = ['4bf92f3577b34da6a3ce929d0e0e4736', 3, 'foo=1', 'Amélie'];
const utf8 = (text: string): Buffer => Buffer.from(text);

/** What the client of NATS offers of its headers. */
class MsgHdrs {
  readonly #lines: [string, string][] = [];
  append(name: string, value: string): void {
    this.#lines.push([name, value]);
  }
  set(name: string, value: string): void {
    const others = this.#lines.filter(([other]) => other !== name);
    this.#lines.splice(0, this.#lines.length, ...others, [name, value]);
  }
  values(name: string): string[] {
    return this.#lines.filter(([other]) => other === name).map(([, value]) => value);
  }
  get(name: string): string {
    return this.values(name)[0] ?? '';
  }
  delete(name: string): void {
    const others = this.#lines.filter(([other]) => other !== name);
    this.#lines.splice(0, this.#lines.length, ...others);
  }
  keys(): string[] {
    return [...new Set(this.#lines.map(([name]) => name))];
  }
}

describe('messageHeaders', () => {
  it('reads bytes, strings and lists of them from a plain object', () => {
    expect(read(fields)).toEqual(complete);
    expect(
      read({
        traceparent: utf8(traceparent),
        tracestate: [utf8('foo=1')],
        baggage: [utf8('tenant=acme'), 'name=Am%C3%A9lie'],
        count: 3,
      }),
    ).toEqual(complete);
  });

  it('takes a byte order mark for the character that it is', () => {
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), utf8(traceparent)]);
    expect(messageHeaders.get({ traceparent: marked }, 'traceparent')).toBe(`\uFEFF${traceparent}`);
    expect(read({ ...fields, traceparent: marked })).toEqual([undefined, undefined, undefined, 'Amélie']);
  });

  it('refuses two traceparents', () => {
    const two = [utf8(traceparent), utf8(traceparent)];
    const expected = [undefined, undefined, undefined, 'Amélie'];
    expect(read({ ...fields, traceparent: two })).toEqual(expected);
    expect(read([...two.map((value) => ({ traceparent: value })), { baggage: fields.baggage }])).toEqual(
      expected,
    );
    const headers = new MsgHdrs();
    for (const value of two) headers.append('traceparent', value.toString());
    headers.append('baggage', fields.baggage);
    expect(read(headers)).toEqual(expected);
  });

  it('reads nothing from what is no text', () => {
    for (const value of [1, true, null, undefined, {}, [1], [[traceparent]], new Date(0)]) {
      expect(messageHeaders.get({ value }, 'value')).toBeUndefined();
    }
    expect(messageHeaders.get([{ value: 1 }], 'value')).toBeUndefined();
    expect(messageHeaders.get([], 'value')).toBeUndefined();
  });

  it('writes strings to a plain object and leaves the others', () => {
    const headers = { 'content-type': utf8('text/plain'), traceparent: utf8('old') };
    expect(inject(full, headers, messageHeaders, propagator)).toEqual({
      'content-type': utf8('text/plain'),
      ...fields,
    });
    expect(messageHeaders.keys(headers)).toEqual(['content-type', 'traceparent', 'tracestate', 'baggage']);
  });

  it('reads and writes a list of headers, each once', () => {
    const headers: Record<string, unknown>[] = [
      { traceparent: utf8('old') },
      { id: utf8('1') },
      { traceparent: 'older' },
    ];
    inject(full, headers, messageHeaders, propagator);
    expect(headers).toEqual([
      { id: utf8('1') },
      { traceparent },
      { tracestate: fields.tracestate },
      { baggage: fields.baggage },
    ]);
    expect(read(headers)).toEqual(complete);
    expect(messageHeaders.keys(headers)).toEqual(['id', 'traceparent', 'tracestate', 'baggage']);
  });

  it('joins the other fields of a list in order', () => {
    const headers = [
      { traceparent },
      { tracestate: utf8('foo=1') },
      { tracestate: [utf8('bar=2'), 'baz=3'] },
    ];
    expect(read(headers)).toEqual([complete[0], 3, 'foo=1,bar=2,baz=3', undefined]);
  });

  it('takes a header out, however it is kept', () => {
    const behindMethods = new MsgHdrs();
    for (const name of ['id', 'baggage', 'baggage']) behindMethods.append(name, 'a=1');
    for (const headers of [
      { id: '1', baggage: utf8('a=1') },
      [{ id: '1' }, { baggage: 'a=1' }, { baggage: utf8('b=2') }],
      behindMethods,
    ]) {
      for (const name of ['baggage', 'tracestate']) messageHeaders.remove(headers, name);
      expect(messageHeaders.keys(headers)).toEqual(['id']);
    }
  });

  it('passes over what is no object in a list', () => {
    const headers = [null, 'id', { traceparent }, undefined, 7] as unknown as Record<string, unknown>[];
    expect(messageHeaders.keys(headers)).toEqual(['traceparent']);
    expect(read(headers)).toEqual([complete[0], 3, undefined, undefined]);
    inject(full, headers, messageHeaders, propagator);
    expect(read(headers)).toEqual(complete);
  });

  it('reads and writes headers behind methods', () => {
    const headers = new MsgHdrs();
    headers.append('id', '1');
    expect(inject(full, headers, messageHeaders, propagator)).toBe(headers);
    expect(headers.keys()).toEqual(['id', 'traceparent', 'tracestate', 'baggage']);
    expect(messageHeaders.keys(headers)).toEqual(headers.keys());
    expect(read(headers)).toEqual(complete);
    expect(read(new MsgHdrs())).toEqual([undefined, undefined, undefined, undefined]);
    expect(read(new Map(Object.entries(fields)))).toEqual(complete);
  });
});
