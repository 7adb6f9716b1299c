import { ServerResponse, IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { WorkflowContext } from '@tta/obs-context';
import fc from 'fast-check';
import { fieldValue } from './field-value.ts';
import { createRedactor } from './redaction/redactor.ts';

const redactor = createRedactor();
const rows = Array.from({ length: 200 }, (_, i) => ({
  a: i,
  b: i,
  c: i,
  d: i,
  e: i,
  f: i,
  g: i,
  h: i,
  j: i,
  k: i,
  l: i,
}));
const parts = Array.from({ length: 30 }, () => 'z '.repeat(16_000));

function shown(fields: object, censored = true): Record<string, unknown> {
  return (censored ? redactor.value(fields) : fieldValue(fields)) as Record<string, unknown>;
}

describe('fields of a line', () => {
  it.each([
    ['many values', { rows, error: new Error('THE CAUSE'), orderId: 'o-1' }],
    ['much text', { parts, error: new Error('THE CAUSE'), orderId: 'o-1' }],
    [
      'many fields with text',
      {
        ...Object.fromEntries(parts.map((part, at) => [`p${at}`, part])),
        error: new Error('THE CAUSE'),
        orderId: 'o-1',
      },
    ],
    [
      'many fields',
      {
        ...Object.fromEntries(Array.from({ length: 198 }, (_, at) => [`f${at}`, 'x'.repeat(2_000)])),
        error: new Error('THE CAUSE'),
        orderId: 'o-1',
      },
    ],
    [
      'more fields than are shown',
      {
        orderId: 'o-1',
        ...Object.fromEntries(rows.map((_, at) => [`f${at}`, at])),
        ...Object.fromEntries(rows.map((_, at) => [`g${at}`, at])),
        error: new Error('THE CAUSE'),
      },
    ],
  ])('keep their error and each other beside %s', (_what, fields) => {
    for (const censored of [true, false]) {
      const copy = shown(fields, censored);
      expect(copy).toMatchObject({
        orderId: 'o-1',
        error: { name: 'Error', message: 'THE CAUSE', stack: expect.stringContaining('    at ') },
      });
    }
  });

  it('keep their order', () => {
    expect(Object.keys(shown({ a: 1, error: new Error('x'), b: 2 }))).toEqual(['a', 'error', 'b']);
  });

  it('say how much of a list, an object, a map and a set is missing', () => {
    const list = Array.from({ length: 1_000 }, (_, at) => at);
    const object = Object.fromEntries(list.map((at) => [`k${at}`, at]));
    const copy = shown({ list, set: new Set(list), object, map: new Map(Object.entries(object)) });
    expect((copy['list'] as unknown[]).at(-1)).toBe('… 800 more');
    expect((copy['set'] as unknown[]).at(-1)).toBe('… 800 more');
    expect(copy['object']).toMatchObject({ k199: 199, '…': '800 more' });
    expect(copy['map']).toMatchObject({ k199: 199, '…': '800 more' });
    expect(shown(object)).toMatchObject({ k199: 199, '…': '800 more' });
    expect(copy['map']).not.toHaveProperty('k200');
    expect(copy['object']).not.toHaveProperty('k200');
  });

  it('say where values ran out in depth', () => {
    const wide = Array.from({ length: 200 }, () => Array.from({ length: 199 }, () => 1));
    const copy = shown({ wide, last: 1 });
    const text = JSON.stringify(copy);
    expect(copy['last']).toBe(1);
    expect(text.match(/1/g)?.length).toBeLessThan(2_000);
    expect((copy['wide'] as unknown[]).at(-1)).toMatch(/^… 19\d more$/);
  });

  const long = 'k'.repeat(30_000);
  it.each<[string, () => object]>([
    [
      'long keys',
      () => {
        const group = (a: number) =>
          Object.fromEntries(rows.map((_, b) => [`${a}_${b}${long.slice(0, 3_000)}`, 1]));
        return Object.fromEntries(rows.slice(0, 10).map((_, a) => [`g${a}`, group(a)]));
      },
    ],
    ['long texts', () => ({ parts: rows.map(() => [long, long]) })],
    ['texts that shrink', () => ({ a: rows.map(() => `-----BEGIN PRIVATE KEY-----${'x '.repeat(15_000)}`) })],
    ['long fields', () => Object.fromEntries(rows.map((_, a) => [`g${a}`, long]))],
  ])('are bounded in what is read and written of %s', (_what, make) => {
    let read = 0;
    const text = (whole: string): string => {
      read += whole.length;
      return redactor.text(whole);
    };
    const copy = JSON.stringify(fieldValue(make(), { text, isSecretKey: () => undefined }));
    expect(copy.length).toBeLessThan(400_000);
    // What is shown, and a little behind each of at most 200 cuts.
    expect(read).toBeLessThan(1_200_000);
    expect(JSON.stringify(fieldValue(make())).length).toBeLessThan(400_000);
  });

  it('have names of at most 256 characters that differ all the same', () => {
    const copy = shown({ [`${long}1`]: 1, [`${long}2`]: 2 });
    expect(Object.values(copy)).toEqual([1, 2]);
    for (const key of Object.keys(copy)) expect(key.length).toBeLessThan(300);
  });

  it('have names that show no part of a secret that the cut went through', () => {
    const password = 'S3CRETtoken'.repeat(180);
    const copy = shown({ [`https://AWS:${password}@registry.test/image`]: 1 });
    expect(Object.keys(copy)).toEqual(['https://AWS:[redacted:password]@registry.test/image']);
  });

  it('count values in objects', () => {
    const deep = Array.from({ length: 190 }, () => ({
      a: { b: {}, c: {}, d: {} },
      e: {},
      f: {},
      g: {},
      h: {},
      i: {},
      j: {},
    }));
    expect(JSON.stringify(shown({ deep })).match(/\{\}/g)?.length).toBeLessThan(2_000);
    expect((shown({ deep })['deep'] as unknown[]).at(-1)).toMatch(/^… \d+ more$/);
  });

  it('show no half of a secret that moves up where others become shorter', () => {
    const token = `ghp_${'aB3xY9'.repeat(6)}`;
    for (let filler = 250; filler < 340; filler += 5) {
      const text = `password=${'x'.repeat(2_000)} ${'lorem '.repeat(60).slice(0, filler)} ${token} ${'ipsum '.repeat(2_000)}`;
      const fields = Object.fromEntries(rows.map((_, at) => [`f${at}`, text]));
      expect(JSON.stringify(shown(fields))).not.toContain('ghp_');
    }
  });

  it('show no half of a secret where a text is cut', () => {
    const secret = 'hunter2-Xy9-hunter2-Xy9';
    const filler = fc.integer({ min: 1_100, max: 1_400 });
    fc.assert(
      fc.property(filler, (length) => {
        // 200 fields leave some 1,300 characters to each.
        const fields = Object.fromEntries(
          rows.map((_, at) => [
            `f${at}`,
            `${'lorem '.repeat(300).slice(0, length)} password=${secret} ${'ipsum '.repeat(2_000)}`,
          ]),
        );
        expect(JSON.stringify(shown(fields))).not.toMatch(/hunter|unter2|nter2-/);
      }),
      { numRuns: 20 },
    );
  });
});

describe('a value with a secret beside its name', () => {
  const secret = 'hunter2';

  it.each([[['password', 'email']], [['token', 'created_at', 'id', 'name']]])(
    'is shown where the list is one of names: %j',
    (fields) => {
      expect(shown({ fields })).toEqual({ fields });
    },
  );

  it('is shown as far as it can be read', () => {
    const fields = { order: 7, value: 1 };
    Object.defineProperty(fields, 'id', {
      enumerable: true,
      get() {
        throw new Error('detached');
      },
    });
    expect(shown(fields)).toEqual({ order: 7, value: 1, id: '[Unreadable]' });
  });

  it.each<[string, unknown]>([
    [
      'headers of HTTP/2',
      [':method', 'GET', ':authority', 'x', 'authorization', `${secret} q`, 'cookie', `sid=${secret}`],
    ],
    ['headers of a response', ['Content-Type', 'x', 'Set-Cookie', `sid=${secret}`]],
    ['Name and Value', [{ Name: 'DB_PASSWORD', Value: secret }]],
    ['ParameterKey and ParameterValue', [{ ParameterKey: 'DBPassword', ParameterValue: secret }]],
    ['header and value', [{ header: 'authorization', value: secret }]],
    ['field and value', [{ field: 'password', value: secret }]],
    ['label and value', [{ label: 'password', value: secret }]],
    ['id and value', { id: 'password', value: secret }],
    ['name and values', [{ name: 'cookie', values: [secret] }]],
    ['name, key and value', { name: 'x', key: 'password', value: secret }],
    ['a pair', ['x-api-key', secret]],
    ['an option', ['mysql', '--password', secret]],
    ['Headers', new Headers({ authorization: secret })],
    [
      'URLSearchParams',
      new URLSearchParams([
        ['token', secret],
        ['token', secret],
      ]),
    ],
    ['a Map', new Map([['x-api-key', secret]])],
  ])('is hidden: %s', (_what, it) => {
    const text = JSON.stringify(shown({ it }));
    expect(text).not.toContain('hunter2');
    expect(text).toContain('[redacted:');
  });

  it.each<[string, object]>([
    ['no secret name', { name: 'x', value: 'y' }],
    ['no value', { name: 'password', label: 'y' }],
    ['words', { list: ['cookie', 'x', 'token'] }],
    ['a list that is no pairs', { list: ['cookie', 1, 'b', 'c'] }],
    ['headers', { list: ['Host', 'a', 'Accept', 'b'] }],
    ['nothing', { list: [], object: {} }],
  ])('is shown with %s', (_what, fields) => {
    expect(shown(fields)).toEqual(fields);
  });
});

describe('objects of the platform', () => {
  it('are shown by what they hold', () => {
    const withJson = {
      a: 1,
      toJSON(): unknown {
        return this;
      },
    };
    expect(
      shown({
        headers: new Headers({ a: 'b' }),
        params: new URLSearchParams('a=1&a=2'),
        pattern: /x+/g,
        map: new Map<unknown, number>([
          [{ a: 1 }, 1],
          [{ b: 2 }, 2],
        ]),
        withJson,
      }),
    ).toEqual({
      headers: { a: 'b' },
      params: { a: '1', 'a (2)': '2' },
      pattern: '/x+/g',
      map: { '[object Object]': 1, '[object Object] (2)': 2 },
      withJson: { a: 1, toJSON: '[Function]' },
    });
  });
});

describe('what is not for a reader', () => {
  it.each<[string, () => object]>([
    [
      'a stream with bytes that nobody has read',
      () => {
        const stream = new PassThrough({ encoding: 'utf8' });
        stream.write('the body');
        return stream;
      },
    ],
    [
      'a request and its answer',
      () => {
        const request = new IncomingMessage(new Socket());
        const response = new ServerResponse(request);
        response.write('the body');
        return [request, response];
      },
    ],
    ['a stream of the web', () => new Blob(['the body']).stream()],
    ['a place to write to', () => new WritableStream()],
    [
      'a generator',
      () =>
        (function* () {
          yield 'the body';
        })(),
    ],
  ])('is named: %s', (_what, make) => {
    const value = make();
    const name = Array.isArray(value) ? ['[Stream]', '[Stream]'] : '[Stream]';
    expect(shown({ deep: { value } })).toEqual({ deep: { value: name } });
  });

  it('is binary data of any kind, and the context of a run', () => {
    const context = new WorkflowContext({ userId: 'u', baggage: { plan: 'gold' } });
    expect(
      shown({
        bytes: new Uint8Array(2),
        buffer: new ArrayBuffer(3),
        shared: new SharedArrayBuffer(4),
        args: ['a', context],
      }),
    ).toEqual({
      bytes: '[Uint8Array of 2 bytes]',
      buffer: '[ArrayBuffer of 3 bytes]',
      shared: '[SharedArrayBuffer of 4 bytes]',
      args: ['a', '[WorkflowContext]'],
    });
  });
});

describe('much of everything', () => {
  it('calls each getter and each toJSON once, and no getter of what is not shown', () => {
    let calls = 0;
    const fields: object = {};
    for (let at = 0; at < 5_000; at++) {
      Object.defineProperty(fields, `f${at}`, { enumerable: true, get: () => ({ toJSON: () => ++calls }) });
    }
    let reads = 0;
    const one = {
      get value() {
        return ++reads;
      },
    };
    expect(shown(one)).toEqual({ value: 1 });
    expect(shown(fields)).toMatchObject({ f199: 200, '…': '4800 more' });
  });

  it('lists the names of large objects only so often', () => {
    let listed = 0;
    const keys = Array.from({ length: 90_000 }, (_, at) => `k${at}`);
    const large = new Proxy(Object.fromEntries(keys.map((key) => [key, undefined])), {
      ownKeys: () => {
        listed++;
        return keys;
      },
    });
    const { list, id } = shown({ list: Array.from({ length: 100 }, () => large), id: 'o-1' });
    expect(listed).toBe(3);
    expect(list).toHaveLength(100);
    expect((list as unknown[]).at(-1)).toBe('[Cut]');
    expect(id).toBe('o-1');
  });

  it('takes no more of a set than is shown', () => {
    let taken = 0;
    class Endless extends Set<number> {
      override *[Symbol.iterator](): SetIterator<number> {
        for (;;) yield taken++;
      }
    }
    expect(shown({ set: new Endless([1]) })['set']).toHaveLength(200);
    expect(taken).toBe(201);
  });

  it('has as many characters as are wanted', () => {
    const [first, ...others] = redactor.value(parts, 1_000) as string[];
    expect(first).toBe(`${'z '.repeat(500)}… (31000 more characters)`);
    expect(others).toEqual(['… 29 more']);
  });
});
