import { describe, expect, it } from '@jest/globals';
import {
  type Baggage,
  type BaggageEntry,
  baggageEntryMetadataFromString,
  propagation,
} from '@opentelemetry/api';
import { formatBaggage, parseBaggage } from './baggage.ts';

const table = (baggage: Baggage | undefined): [string, string, string?][] =>
  (baggage?.getAllEntries() ?? []).map(([key, { value, metadata }]) =>
    metadata === undefined ? [key, value] : [key, value, metadata.toString()],
  );
const baggageOf = (...entries: [key: string, value: string, metadata?: string][]): Baggage => {
  let baggage = propagation.createBaggage();
  for (const [key, value, text] of entries) {
    const metadata = text === undefined ? {} : { metadata: baggageEntryMetadataFromString(text) };
    baggage = baggage.setEntry(key, { value, ...metadata });
  }
  return baggage;
};

describe('parseBaggage', () => {
  it.each<[name: string, header: string, entries: [string, string, string?][]]>([
    ['a member', 'SomeKey=SomeValue', [['SomeKey', 'SomeValue']]],
    [
      'two members',
      'a=1,b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'white space everywhere',
      'a \t = \t 1 \t , \t b \t = \t 2 \t ',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['equals signs in a value', 'a=1=2==', [['a', '1=2==']]],
    [
      'an empty value',
      'a=,b=2',
      [
        ['a', ''],
        ['b', '2'],
      ],
    ],
    ['every character of a token', "!#$%&'*+-.^_`|~09azAZ=1", [["!#$%&'*+-.^_`|~09azAZ", '1']]],
    [
      'an encoded value',
      'a=%09%20%22%27%3B%3Dasdf%21%40%23%24%25%5E%26%2A%28%29',
      [['a', '\t "\';=asdf!@#$%^&*()']],
    ],
    ['UTF-8', 'name=Am%C3%A9lie%20%F0%9F%90%88', [['name', 'Amélie 🐈']]],
    ['a byte order mark', 'a=%EF%BB%BF1', [['a', '\uFEFF1']]],
    ['a key that is not decoded', 'a%20b=1', [['a%20b', '1']]],
    ['a property', 'a=1;p', [['a', '1', 'p']]],
    [
      'properties',
      'a=1;p;q=2=3,b=2;r=4',
      [
        ['a', '1', 'p;q=2=3'],
        ['b', '2', 'r=4'],
      ],
    ],
    [
      'white space in properties',
      'a = 1 ; p ; q \t= 2 , b=2',
      [
        ['a', '1', 'p;q=2'],
        ['b', '2'],
      ],
    ],
    ['a property with an empty value', 'a=1;p=', [['a', '1', 'p=']]],
    [
      'the order of keys that look like numbers',
      'b=1,2=2,1=3',
      [
        ['b', '1'],
        ['2', '2'],
        ['1', '3'],
      ],
    ],
    [
      'keys that objects have',
      '__proto__=1,constructor=2,toString=3',
      [
        ['__proto__', '1'],
        ['constructor', '2'],
        ['toString', '3'],
      ],
    ],
    [
      'the last of two equal keys',
      'a=1,b=2,a=3',
      [
        ['a', '3'],
        ['b', '2'],
      ],
    ],
    [
      'empty members',
      ',a=1,, ,b=2,',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],

    ['bytes that are no UTF-8', 'a=%FF1%C3', [['a', '\uFFFD1\uFFFD']]],
    ['half a surrogate pair', 'a=%ED%A0%80', [['a', '\uFFFD\uFFFD\uFFFD']]],
    ['a byte order mark next to a bad byte', 'a=%EF%BB%BF%FF', [['a', '\uFEFF\uFFFD']]],
    ['good bytes next to bad ones', 'a=%C3%A9%FF', [['a', 'é\uFFFD']]],
    [
      'a percent sign alone',
      'a=100%,b=%zz,c=%4',
      [
        ['a', '100%'],
        ['b', '%zz'],
        ['c', '%4'],
      ],
    ],

    ['nothing', '', []],
    ['nothing but white space', ' \t ', []],
    ['no equals sign', 'a,b=2', [['b', '2']]],
    ['no key', '=1,b=2', [['b', '2']]],
    ['a space in a key', 'a b=1,b=2', [['b', '2']]],
    ['a character that is no token', 'a(=1,a/b=1,é=1,b=2', [['b', '2']]],
    ['a space in a value', 'a=1 2,b=2', [['b', '2']]],
    ['what looks like a property after a space', 'a=1 2p,b=2', [['b', '2']]],
    ['a quote in a value', 'a="1",b=2', [['b', '2']]],
    ['a backslash in a value', 'a=\\,b=2', [['b', '2']]],
    ['a character beyond ASCII', 'a=é,b=2', [['b', '2']]],
    ['a line feed', 'a=1\n,b=2', [['b', '2']]],
    ['an empty property', 'a=1;,b=2;;p,c=3', [['c', '3']]],
    ['a malformed property', 'a=1;p q,b=2;=,c=3;p="x",d=4', [['d', '4']]],
    [
      'a semicolon of the next member',
      'a=1,b=2;p',
      [
        ['a', '1'],
        ['b', '2', 'p'],
      ],
    ],
  ])('reads %s', (_, header, entries) => {
    expect(table(parseBaggage(header))).toEqual(entries);
  });

  it('keeps the first 64 members', () => {
    const members = Array.from({ length: 100 }, (_, index) => `key${index}=value`);
    expect(parseBaggage(members.join(','))?.getAllEntries()).toHaveLength(64);
  });

  it('keeps whole members of the first 8192 bytes', () => {
    const value = 'v'.repeat(4093);
    expect(table(parseBaggage(`a=${value},b=${value}v`))).toEqual([
      ['a', value],
      ['b', `${value}v`],
    ]);
    expect(table(parseBaggage(`a=${value},b=${value}vv`))).toEqual([['a', value]]);
  });

  it('returns baggage that is changed as any other', () => {
    const baggage = parseBaggage('a=1;p,b=2,c=3');
    expect(baggage?.getEntry('a')?.value).toBe('1');
    expect(baggage?.getEntry('d')).toBeUndefined();
    expect(table(baggage?.setEntry('d', { value: '4' }))).toEqual([
      ['a', '1', 'p'],
      ['b', '2'],
      ['c', '3'],
      ['d', '4'],
    ]);
    expect(table(baggage?.removeEntry('a'))).toEqual([
      ['b', '2'],
      ['c', '3'],
    ]);
    expect(table(baggage?.removeEntries('a', 'c'))).toEqual([['b', '2']]);
    expect(table(baggage?.clear())).toEqual([]);
    expect(table(baggage)).toEqual([
      ['a', '1', 'p'],
      ['b', '2'],
      ['c', '3'],
    ]);
  });

  it('hands out copies of its entries', () => {
    const baggage = parseBaggage('a=1');
    const entry = baggage?.getEntry('a');
    if (entry) entry.value = '2';
    expect(baggage?.getEntry('a')?.value).toBe('1');
  });
});

describe('formatBaggage', () => {
  it('leaves an entry that throws out alone', () => {
    const entries = {
      a: { value: '1' },
      b: {
        value: '2',
        metadata: {
          toString: () => {
            throw new Error('broken');
          },
        },
      },
      c: null,
      d: { value: '4' },
    } as unknown as Record<string, BaggageEntry>;
    expect(formatBaggage(propagation.createBaggage(entries))).toBe('a=1,d=4');
  });

  it.each<[name: string, entries: [string, string, string?][], header: string | undefined]>([
    [
      'members in order',
      [
        ['b', '1'],
        ['a', '2'],
      ],
      'b=1,a=2',
    ],
    ['an empty value', [['a', '']], 'a='],
    [
      'what may stand there as it is',
      [['a', "!#$&'()*+-./:<=>?@[]^_`{|}~"]],
      "a=!#$&'()*+-./:<=>?@[]^_`{|}~",
    ],
    ['what may not', [['a', '\t "%,;\\\r\n\u007F']], 'a=%09%20%22%25%2C%3B%5C%0D%0A%7F'],
    ['UTF-8', [['name', 'Amélie 🐈']], 'name=Am%C3%A9lie%20%F0%9F%90%88'],
    [
      'half a surrogate pair',
      [
        ['a', '\uD83D!'],
        ['b', '!\uDC08'],
      ],
      'a=%EF%BF%BD!,b=!%EF%BF%BD',
    ],
    [
      'properties',
      [
        ['a', '1', 'p;q=2'],
        ['b', '2'],
      ],
      'a=1;p;q=2,b=2',
    ],
    ['properties without white space', [['a', '1', ' p ; q = 2 ']], 'a=1;p;q=2'],
    ['no property', [['a', '1', '']], 'a=1'],
    ['nothing', [], undefined],
    [
      'no key that is no token',
      [
        ['', '0'],
        ['a b', '1'],
        ['é', '2'],
        ['x\r\ny', '3'],
        ['c', '4'],
      ],
      'c=4',
    ],
    [
      'no metadata that would be another member',
      [
        ['a', '1', 'p,b=2'],
        ['c', '4'],
      ],
      'c=4',
    ],
    [
      'no metadata that would be another header',
      [
        ['a', '1', 'p\r\nx: y'],
        ['c', '4'],
      ],
      'c=4',
    ],
  ])('writes %s', (_, entries, header) => {
    expect(formatBaggage(baggageOf(...entries))).toBe(header);
  });

  it('leaves out what is no text', () => {
    const baggage = propagation.createBaggage({ a: { value: 1 as unknown as string }, b: { value: '2' } });
    expect(formatBaggage(baggage)).toBe('b=2');
  });

  it('writes the keys it may, also of what arrived', () => {
    expect(formatBaggage(baggageOf(['a', '1'], ['b', '2'], ['c', '3']), new Set(['c', 'a']))).toBe('a=1,c=3');
    const received = parseBaggage('a=1,b=2,c=3');
    expect(received && formatBaggage(received, new Set(['b']))).toBe('b=2');
    expect(received && formatBaggage(received, new Set())).toBeUndefined();
  });

  it('writes 64 members', () => {
    const baggage = baggageOf(
      ...Array.from({ length: 100 }, (_, index): [string, string] => [`key${index}`, 'v']),
    );
    const keys = formatBaggage(baggage)?.split(',');
    expect(keys).toHaveLength(64);
    expect(keys?.at(-1)).toBe('key63=v');
  });

  it('writes 8192 bytes and never a part of a member', () => {
    const long = '0123456789'.repeat(819);
    expect(formatBaggage(baggageOf(['a', long]))).toHaveLength(8192);
    expect(formatBaggage(baggageOf(['ab', long]))).toBeUndefined();
    expect(formatBaggage(baggageOf(['a', '1'], ['b', long], ['c', '3']))).toBe('a=1');
  });

  it('counts the bytes that are sent, not the characters of the value', () => {
    expect(formatBaggage(baggageOf(['a', 'é'.repeat(1365)]))).toHaveLength(8192);
    expect(formatBaggage(baggageOf(['a', 'é'.repeat(1366)]))).toBeUndefined();
  });

  it.each([
    ['as it came, when it came well', 'a=1;p,b=%41%20', 'a=1;p,b=%41%20'],
    ['without white space', 'a=1, b=2', 'a=1,b=2'],
    ['without white space around properties', 'a=1; p,b=2', 'a=1;p,b=2'],
    ['without malformed members', 'a=1,b b=2,c=3', 'a=1,c=3'],
    ['without empty members', 'a=1,,c=3', 'a=1,c=3'],
    ['each key once', 'a=1,a=2', 'a=2'],
    ['with a percent sign encoded', 'a=100%', 'a=100%25'],
    ['with U+FFFD for what is no UTF-8', 'a=%FF', 'a=%EF%BF%BD'],
  ])('passes on what arrived %s', (_, received, sent) => {
    const baggage = parseBaggage(received);
    expect(baggage && formatBaggage(baggage)).toBe(sent);
  });

  it('writes anew what was changed on the way', () => {
    const baggage = parseBaggage('a=%41,b=2')?.setEntry('c', { value: 'ö' });
    expect(baggage && formatBaggage(baggage)).toBe('a=A,b=2,c=%C3%B6');
  });
});
