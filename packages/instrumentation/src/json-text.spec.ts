import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { WorkflowContext } from '@tta/obs-context';
import fc from 'fast-check';
import { jsonText } from './json-text.ts';

const text = (value: unknown, limit = 1e6): string => jsonText(value, limit).text;

const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

const circular: Record<string, unknown> = { a: 1 };
circular['self'] = circular;

describe('jsonText', () => {
  it('is the JSON of what is JSON, or so much of it', () => {
    const limit = fc.integer({ min: 1, max: 100 });
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), limit, (value, most) => {
        const json = JSON.stringify(value);
        expect(jsonText(value, 1e6)).toMatchObject({ text: json, isWhole: true, binaryBytes: 0 });
        const beginning = jsonText(value, most);
        expect(beginning.isWhole).toBe(json.length <= most);
        expect(beginning.text.length).toBeLessThanOrEqual(most);
        // A text is cut before it is quoted, so that its beginning has a quote of its own at the end.
        expect(json.includes('\\') || json.startsWith(beginning.text.replace(/"$/, ''))).toBe(true);
      }),
    );
  });

  it.each<[string, unknown, string]>([
    ['a date', new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [
      'what JSON leaves out',
      { a: undefined, b: () => 1, c: Symbol('s'), d: [undefined, Number.NaN] },
      '{"d":[null,null]}',
    ],
    ['a big integer', { id: 12345678901234567890n }, '{"id":"12345678901234567890"}'],
    ['a map and a set', [new Map([['a', 1]]), new Set([2])], '[[["a",1]],[2]]'],
    [
      'binary data',
      { pixels: Buffer.from([1, 2, 3]), raw: new ArrayBuffer(2) },
      '{"pixels":"[3 bytes]","raw":"[2 bytes]"}',
    ],
    ['a cycle', circular, '{"a":1,"self":"[Circular]"}'],
    ['the same value twice', [{ a: 1 }, { a: 1 }], '[{"a":1},{"a":1}]'],
    [
      'what is its own JSON',
      {
        a: 1,
        toJSON(): unknown {
          return this;
        },
      },
      '{"a":1}',
    ],
    ['what is empty', [{}, [], '', null], '[{},[],"",null]'],
  ])('writes %s', (_, value, json) => {
    expect(jsonText(value, 1e6)).toMatchObject({ text: json, isWhole: true });
  });

  it.each<[string, () => unknown, string]>([
    [
      'a getter that throws',
      () => ({
        get a() {
          throw new Error('no');
        },
        b: 1,
      }),
      '{"a":"[Unreadable]","b":1}',
    ],
    ['a revoked proxy', () => ({ a: revoked(), b: 1 }), '{"a":"[Unreadable]","b":1}'],
    [
      'a toJSON that throws',
      () => [
        {
          toJSON: () => {
            throw new Error('no');
          },
        },
      ],
      '["[Unreadable]"]',
    ],
  ])('notes %s, and goes on', (_, make, json) => {
    expect(text(make())).toBe(json);
  });

  it('ends what has no end', () => {
    const endless = (): object => ({ toJSON: endless });
    expect(text(endless())).toBe('"[Deep]"');
    const deeper = (): object =>
      new Proxy(
        {},
        {
          get: (_, key) => (key === 'a' ? deeper() : undefined),
          ownKeys: () => ['a'],
          getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true }),
        },
      );
    expect(text(deeper())).toContain('[Deep]');
    const sparse: number[] = [];
    sparse.length = 2 ** 31;
    class Endless extends Set<number> {
      override *[Symbol.iterator](): SetIterator<number> {
        for (;;) yield 1;
      }
    }
    expect(jsonText(new Endless(), 1e6)).toMatchObject({ isWhole: false });
    expect(text(new Endless())).toHaveLength(2 * 9_999);
    expect(
      jsonText(
        Array.from({ length: 20 }, () => sparse),
        1e6,
      ).isWhole,
    ).toBe(false);
  });

  it('cuts texts before it copies them', () => {
    const long = 'x'.repeat(1e8);
    expect(jsonText([long, long], 5)).toMatchObject({ text: '["xxx', isWhole: false });
    expect(jsonText({ [long]: 1 }, 5)).toMatchObject({ text: '{"xxx', isWhole: false });
  });

  it('consumes no stream and no generator', async () => {
    let pulled = 0;
    async function* later(): AsyncGenerator<number> {
      yield ++pulled;
    }
    function* now(): Generator<number> {
      yield ++pulled;
    }
    const stream = Readable.from(['a']);
    const written = jsonText([later(), now(), stream, new ReadableStream()], 1e6);
    expect(written).toMatchObject({ text: '["[Stream]","[Stream]","[Stream]","[Stream]"]', isWhole: false });
    expect(pulled).toBe(0);
    expect(await stream.toArray()).toEqual(['a']);
  });

  it('counts binary data beside the text', () => {
    expect(jsonText([Buffer.alloc(1e6), new Float64Array(2)], 1e6)).toMatchObject({
      text: '["[1000000 bytes]","[16 bytes]"]',
      binaryBytes: 1_000_016,
    });
  });

  it('counts what is missing in an object, too', () => {
    let reads = 0;
    const fields = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`k${at}`, undefined]));
    const nothing = new Proxy(fields, {
      get: () => void reads++,
    });
    expect(
      jsonText(
        Array.from({ length: 100 }, () => nothing),
        1e6,
      ).isWhole,
    ).toBe(false);
    expect(reads).toBeLessThan(11_000);
  });

  it('names what takes bytes, and the context of a run', () => {
    const value = { out: new PassThrough(), web: new WritableStream(), run: [new WorkflowContext()] };
    expect(text(value)).toBe('{"out":"[Stream]","web":"[Stream]","run":["[WorkflowContext]"]}');
  });
});
