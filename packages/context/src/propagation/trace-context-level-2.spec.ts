/**
 * W3C Trace Context level 2, case by case: every case of the working group's validation service, and what
 * level 2 adds. A row says what arrives and what is sent on; `none` in it means that a new trace begins.
 */
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { httpHeaders, type HttpHeaders } from './http-headers.ts';
import { extract, inject } from './inject-extract.ts';
import { W3CPropagator } from './w3c-propagator.ts';

type Line = readonly [name: string, value: string];
interface Sent {
  readonly traceparent?: string;
  readonly tracestate?: string;
}
type Row = readonly [name: string, received: readonly Line[], sent: Sent];

const trace = '12345678901234567890123456789012';
const span = '1234567890123456';
const sampled = `00-${trace}-${span}-01`;
const unsampled = `00-${trace}-${span}-00`;
const none: Sent = {};

const parent = (value: string): readonly Line[] => [['traceparent', value]];
const state = (...values: string[]): readonly Line[] => [
  ['traceparent', unsampled],
  ...values.map((value): Line => ['tracestate', value]),
];
const kept = (tracestate: string): Sent => ({ traceparent: unsampled, tracestate });
const dropped: Sent = { traceparent: unsampled };

const upTo = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => {
    const number = String(index + 1).padStart(2, '0');
    return `bar${number}=${number}`;
  });
const keyCharacters = 'abcdefghijklmnopqrstuvwxyz0123456789_-*/';
const valueCharacters = Array.from({ length: 0x7e - 0x20 + 1 }, (_, index) =>
  String.fromCharCode(0x20 + index),
)
  .filter((char) => char !== ',' && char !== '=')
  .join('');
/** A member of exactly so many characters. */
const member = (key: string, length: number): string => `${key}=${'v'.repeat(length - key.length - 1)}`;
const long = [member('a', 128), member('b', 129), member('c', 128), member('d', 128)];
const four = [member('a', 127), member('b', 127), member('c', 127), member('d', 128)];

const traceparentRows: readonly Row[] = [
  ['nothing arrives', [], none],
  ['traceparent alone', parent(sampled), { traceparent: sampled }],
  ['two traceparents', [...parent(`00-${trace.slice(0, -1)}1-${span}-01`), ...parent(sampled)], none],
  ['the same traceparent twice', [...parent(sampled), ...parent(sampled)], none],
  ['two traceparents of a later version', [...parent(`cc${sampled.slice(2)}-x`), ...parent(sampled)], none],
  ['name with a dash', [['trace-parent', sampled]], none],
  ['name with a dot', [['trace.parent', sampled]], none],
  ['name TraceParent', [['TraceParent', sampled]], { traceparent: sampled }],
  ['name TrAcEpArEnT', [['TrAcEpArEnT', sampled]], { traceparent: sampled }],
  ['name TRACEPARENT', [['TRACEPARENT', sampled]], { traceparent: sampled }],

  ['version 00, one character more', parent(`${sampled}.`), none],
  ['version 00, a field more', parent(`${sampled}-what-the-future-will-be-like`), none],
  ['version 00, a dash more', parent(`${sampled}-`), none],
  ['version cc', parent(`cc-${trace}-${span}-01`), { traceparent: sampled }],
  [
    'version cc, a field more',
    parent(`cc-${trace}-${span}-01-what-the-future-will-be-like`),
    { traceparent: sampled },
  ],
  ['version cc, a dash more', parent(`cc-${trace}-${span}-01-`), { traceparent: sampled }],
  ['version cc, anything but a field', parent(`cc-${trace}-${span}-01.what-the-future-will-be-like`), none],
  ['version cc, longer flags', parent(`cc-${trace}-${span}-010`), none],
  ['version cc, too short', parent(`cc-${trace}-${span}-0`), none],
  ['version cc, zero trace id', parent(`cc-${'0'.repeat(32)}-${span}-01`), none],
  ['version cc, zero parent id', parent(`cc-${trace}-${'0'.repeat(16)}-01`), none],
  ['version cc, random flag', parent(`cc-${trace}-${span}-03-x`), { traceparent: `00-${trace}-${span}-03` }],
  ['version 01', parent(`01-${trace}-${span}-01`), { traceparent: sampled }],
  ['version fe', parent(`fe-${trace}-${span}-01`), { traceparent: sampled }],
  ['version ff', parent(`ff-${trace}-${span}-01`), none],
  ['version ff, a field more', parent(`ff-${trace}-${span}-01-x`), none],
  ['version .0', parent(`.0-${trace}-${span}-01`), none],
  ['version 0.', parent(`0.-${trace}-${span}-01`), none],
  ['version in upper case', parent(`CC-${trace}-${span}-01`), none],
  ['version 000', parent(`000-${trace}-${span}-01`), none],
  ['version 0000', parent(`0000-${trace}-${span}-01`), none],
  ['version 0', parent(`0-${trace}-${span}-01`), none],
  ['no version', parent(`-${trace}-${span}-01`), none],
  ['no dash after the version', parent(`00.${trace}-${span}-01`), none],

  ['trace id of zeros', parent(`00-${'0'.repeat(32)}-${span}-01`), none],
  ['trace id that begins with a dot', parent(`00-.2345678901234567890123456789012-${span}-01`), none],
  ['trace id that ends with a dot', parent(`00-1234567890123456789012345678901.-${span}-01`), none],
  ['trace id in upper case', parent(`00-${'A'.repeat(32)}-${span}-01`), none],
  ['trace id with a letter beyond f', parent(`00-${'g'.repeat(32)}-${span}-01`), none],
  ['trace id of one digit more', parent(`00-${trace}3-${span}-01`), none],
  ['trace id of one digit less', parent(`00-${trace.slice(1)}-${span}-01`), none],
  [
    'trace id with one digit that counts',
    parent(`00-${'0'.repeat(31)}1-${span}-01`),
    { traceparent: `00-${'0'.repeat(31)}1-${span}-01` },
  ],
  ['no dash after the trace id', parent(`00-${trace}.${span}-01`), none],

  ['parent id of zeros', parent(`00-${trace}-${'0'.repeat(16)}-01`), none],
  ['parent id that begins with a dot', parent(`00-${trace}-.234567890123456-01`), none],
  ['parent id that ends with a dot', parent(`00-${trace}-123456789012345.-01`), none],
  ['parent id in upper case', parent(`00-${trace}-${'B'.repeat(16)}-01`), none],
  ['parent id of one digit more', parent(`00-${trace}-${span}7-01`), none],
  ['parent id of one digit less', parent(`00-${trace}-${span.slice(1)}-01`), none],
  ['no dash after the parent id', parent(`00-${trace}-${span}.01`), none],

  ['flags .0', parent(`00-${trace}-${span}-.0`), none],
  ['flags 0.', parent(`00-${trace}-${span}-0.`), none],
  ['flags in upper case', parent(`00-${trace}-${span}-0A`), none],
  ['flags 001', parent(`00-${trace}-${span}-001`), none],
  ['flags 1', parent(`00-${trace}-${span}-1`), none],
  ['no flags', parent(`00-${trace}-${span}-`), none],
  ['flags 00', parent(unsampled), { traceparent: unsampled }],
  ['flags 02, random trace id', parent(`00-${trace}-${span}-02`), { traceparent: `00-${trace}-${span}-02` }],
  [
    'flags 03, sampled and random',
    parent(`00-${trace}-${span}-03`),
    { traceparent: `00-${trace}-${span}-03` },
  ],
  ['flags 04, unknown', parent(`00-${trace}-${span}-04`), { traceparent: unsampled }],
  ['flags 09, sampled and unknown', parent(`00-${trace}-${span}-09`), { traceparent: sampled }],
  ['flags f0, unknown', parent(`00-${trace}-${span}-f0`), { traceparent: unsampled }],
  ['flags ff, all', parent(`00-${trace}-${span}-ff`), { traceparent: `00-${trace}-${span}-03` }],

  ['a space before', parent(` ${sampled}`), { traceparent: sampled }],
  ['a tab before', parent(`\t${sampled}`), { traceparent: sampled }],
  ['a space after', parent(`${sampled} `), { traceparent: sampled }],
  ['a tab after', parent(`${sampled}\t`), { traceparent: sampled }],
  ['spaces and tabs around', parent(`\t ${sampled} \t`), { traceparent: sampled }],
  ['a space inside', parent(`00 -${trace}-${span}-01`), none],
  ['an empty traceparent', parent(''), none],
];

const tracestateRows: readonly Row[] = [
  ['tracestate without traceparent', [['tracestate', 'foo=1']], none],
  ['tracestate of two without traceparent', [['tracestate', 'foo=1,bar=2']], none],
  ['tracestate with a bad traceparent', [...parent(`${sampled}.`), ['tracestate', 'foo=1']], none],
  [
    'tracestate with a later version',
    [...parent(`cc-${trace}-${span}-00-x`), ['tracestate', 'foo=1']],
    kept('foo=1'),
  ],
  ['tracestate with traceparent', state('foo=1,bar=2'), kept('foo=1,bar=2')],
  ['name with a dash', [...state(), ['trace-state', 'foo=1']], dropped],
  ['name with a dot', [...state(), ['trace.state', 'foo=1']], dropped],
  ['name TraceState', [...state(), ['TraceState', 'foo=1']], kept('foo=1')],
  ['name TrAcEsTaTe', [...state(), ['TrAcEsTaTe', 'foo=1']], kept('foo=1')],
  ['name TRACESTATE', [...state(), ['TRACESTATE', 'foo=1']], kept('foo=1')],

  ['empty', state(''), dropped],
  ['empty after another', state('foo=1', ''), kept('foo=1')],
  ['empty before another', state('', 'foo=1'), kept('foo=1')],
  ['nothing but commas and spaces', state(' , ,\t,'), dropped],
  ['empty members between', state('foo=1,,bar=2, ,'), kept('foo=1,bar=2')],
  [
    'three headers',
    state('foo=1,bar=2', 'rojo=1,congo=2', 'baz=3'),
    kept('foo=1,bar=2,rojo=1,congo=2,baz=3'),
  ],
  [
    'three headers in another order',
    state('baz=3', 'rojo=1,congo=2', 'foo=1,bar=2'),
    kept('baz=3,rojo=1,congo=2,foo=1,bar=2'),
  ],

  ['a key twice, one value', state('foo=1,foo=1'), dropped],
  ['a key twice, two values', state('foo=1,foo=2'), dropped],
  ['a key twice, in two headers', state('foo=1', 'foo=1'), dropped],
  ['a key twice, in two headers, two values', state('foo=1', 'foo=2'), dropped],
  ['a key twice, not next to each other', state('foo=1,bar=2,foo=3'), dropped],

  [
    'every character of keys and values',
    state(`${keyCharacters}=${valueCharacters}`),
    kept(`${keyCharacters}=${valueCharacters}`),
  ],
  [
    'every character, with an at sign',
    state(`${keyCharacters}@a-z0-9_-*/=${valueCharacters}`),
    kept(`${keyCharacters}@a-z0-9_-*/=${valueCharacters}`),
  ],
  ['a space that begins a value', state('foo= 1'), kept('foo= 1')],
  ['a space inside a value', state('foo=1 2'), kept('foo=1 2')],

  ['spaces and tabs around members', state('foo=1 \t , \t bar=2, \t baz=3'), kept('foo=1,bar=2,baz=3')],
  ['tabs and spaces around members', state('foo=1\t \t,\t \tbar=2,\t \tbaz=3'), kept('foo=1,bar=2,baz=3')],
  ['a space before', state(' foo=1'), kept('foo=1')],
  ['a tab before', state('\tfoo=1'), kept('foo=1')],
  ['a space after', state('foo=1 '), kept('foo=1')],
  ['a tab after', state('foo=1\t'), kept('foo=1')],
  ['spaces and tabs around', state('\t foo=1 \t'), kept('foo=1')],

  ['key with a space after', state('foo =1'), dropped],
  ['key in upper case', state('FOO=1'), dropped],
  ['key with a dot', state('foo.bar=1'), dropped],
  ['one bad key among good ones', state('foo=1,B=2,baz=3'), dropped],
  ['key that begins with _', state('_foo=1'), dropped],
  ['key that begins with a dash', state('-foo=1'), dropped],
  ['key that begins with a digit', state('1foo=1'), kept('1foo=1')],
  ['no key', state('=1'), dropped],
  ['no equals sign', state('foo'), dropped],

  // Level 1 had a grammar for tenant@vendor; in level 2 the at sign is a character as any but the first.
  ['key foo@', state('foo@=1,bar=2'), kept('foo@=1,bar=2')],
  ['key @foo', state('@foo=1,bar=2'), dropped],
  ['key foo@@bar', state('foo@@bar=1,bar=2'), kept('foo@@bar=1,bar=2')],
  ['key foo@bar@baz', state('foo@bar@baz=1,bar=2'), kept('foo@bar@baz=1,bar=2')],
  [
    'tenant of 241, vendor of 14',
    state('foo=1', `${'t'.repeat(241)}@${'v'.repeat(14)}=1`),
    kept(`foo=1,${'t'.repeat(241)}@${'v'.repeat(14)}=1`),
  ],
  ['tenant of 242', state('foo=1', `${'t'.repeat(242)}@v=1`), kept(`foo=1,${'t'.repeat(242)}@v=1`)],
  ['vendor of 15', state('foo=1', `t@${'v'.repeat(15)}=1`), kept(`foo=1,t@${'v'.repeat(15)}=1`)],

  ['key of 256', state('foo=1', `${'z'.repeat(256)}=1`), kept(`foo=1,${'z'.repeat(256)}=1`)],
  ['key of 257', state('foo=1', `${'z'.repeat(257)}=1`), dropped],
  [
    '32 members',
    state(upTo(10).join(','), upTo(20).slice(10).join(','), upTo(32).slice(20).join(',')),
    kept(upTo(32).join(',')),
  ],
  [
    '33 members',
    state(upTo(10).join(','), upTo(20).slice(10).join(','), upTo(33).slice(20).join(',')),
    dropped,
  ],
  ['32 members and empty ones', state(upTo(32).join(',,'), ',,'), kept(upTo(32).join(','))],

  ['value with an equals sign', state('foo=bar=baz'), dropped],
  ['no value', state('foo=,bar=3'), dropped],
  ['nothing but a space for a value', state('foo= ,bar=3'), dropped],
  ['value with a tab inside', state('foo=1\t2'), dropped],
  ['value that begins with a tab', state('foo=\t1'), dropped],
  ['value with a character beyond ASCII', state('foo=é'), dropped],
  ['value of 256', state(`foo=${'v'.repeat(256)}`), kept(`foo=${'v'.repeat(256)}`)],
  ['value of 257', state(`foo=${'v'.repeat(257)}`), dropped],

  ['512 characters', state(four.join(',')), kept(four.join(','))],
  ['512 characters and spaces', state(four.join(' , ')), kept(four.join(','))],
  ['above 512, one above 128', state(long.join(',')), kept([long[0], long[2], long[3]].join(','))],
  ['above 512, all of at most 128', state([...four, 'e=1'].join(',')), kept(four.slice(0, 4).join(','))],
  [
    'above 512, the last go when the long ones do not suffice',
    state([member('z', 200), ...four, member('e', 100)].join(',')),
    kept(four.join(',')),
  ],
  [
    'above 512, two above 128, the latter goes',
    state([member('y', 250), 'a=1', member('z', 258)].join(',')),
    kept(`${member('y', 250)},a=1`),
  ],
];

/** How the lines of a request reach the one who extracts. */
const carriers: Record<string, (lines: readonly Line[]) => HttpHeaders> = {
  'an object that joins like node:http': (lines) => {
    const headers: Record<string, string> = {};
    for (const [name, value] of lines) {
      const key = Object.keys(headers).find((known) => known.toLowerCase() === name.toLowerCase()) ?? name;
      headers[key] = key in headers ? `${headers[key]}, ${value}` : value;
    }
    return headers;
  },
  'an object of lists': (lines) => {
    const headers: Record<string, string[]> = {};
    for (const [name, value] of lines) (headers[name.toLowerCase()] ??= []).push(value);
    return headers;
  },
  Headers: (lines) => {
    const headers = new Headers();
    for (const [name, value] of lines) headers.append(name, value);
    return headers;
  },
};

const propagator = new W3CPropagator();
const passOn = (headers: HttpHeaders): Sent =>
  inject(extract(ROOT_CONTEXT, headers, httpHeaders, propagator), {}, httpHeaders, propagator);

describe.each(Object.entries(carriers))('Trace Context level 2, from %s', (_, headersOf) => {
  it.each(traceparentRows)('traceparent: %s', (_name, received, sent) => {
    expect(passOn(headersOf(received))).toEqual(sent);
  });

  it.each(tracestateRows)('tracestate: %s', (_name, received, sent) => {
    expect(passOn(headersOf(received))).toEqual(sent);
  });
});

describe('Trace Context level 2, from a socket', () => {
  let server: Server;
  beforeAll(async () => {
    server = createServer((request, response) => {
      response.end(JSON.stringify(passOn(request.headers)));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
  });
  afterAll(() => {
    server.close();
  });

  /** Sends the lines as they are; a client library would mend them. */
  const request = async (lines: readonly Line[]): Promise<Sent> => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const head = ['GET / HTTP/1.1', 'Host: localhost', 'Connection: close'];
    socket.end(
      [...head, ...lines.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n'),
      'latin1',
    );
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as Sent;
  };

  it.each(traceparentRows)('traceparent: %s', async (_name, received, sent) => {
    expect(await request(received)).toEqual(sent);
  });

  it.each(tracestateRows)('tracestate: %s', async (_name, received, sent) => {
    expect(await request(received)).toEqual(sent);
  });
});

describe('the tables', () => {
  it('name each case once', () => {
    for (const rows of [traceparentRows, tracestateRows]) {
      expect(new Set(rows.map(([name]) => name)).size).toBe(rows.length);
    }
  });
});
