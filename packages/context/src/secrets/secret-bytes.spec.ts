import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { named, shapes, tokens } from '../../test/secret-texts.ts';
import { attributeNames } from '../names.ts';
import { findFormedSecrets } from './formed-secrets.ts';
import { findNamedSecrets } from './named-secrets.ts';
import { mayHoldSecret } from './secret-bytes.ts';
import { secretKeyRule } from './secret-key.ts';
import { textTraits } from './text-traits.ts';

const isSecret = secretKeyRule();

function holdsSecret(text: string): boolean {
  let holds = false;
  const found = (): void => void (holds = true);
  findFormedSecrets(text, textTraits(text), found);
  findNamedSecrets(text, textTraits(text), isSecret, found);
  return holds;
}

/** `text` as a field of a message in protobuf, between other fields, at an even or an odd address. */
function protobuf(text: string, before: string, after: string): Uint8Array {
  const field = (value: string): number[] => {
    const bytes = [...Buffer.from(value)];
    const long = bytes.length > 127 ? [(bytes.length & 127) | 128, bytes.length >> 7] : [bytes.length];
    return [0x0a, ...long, ...bytes];
  };
  return Uint8Array.of(...field(before), 0x12, ...field(text), 0x4a, 0x41, ...field(after));
}

const escapes: readonly (readonly [name: string, toJson: (text: string) => string])[] = [
  ['no more than it must', (text) => JSON.stringify(text)],
  [
    'marks that HTML has',
    (text) => JSON.stringify(text).replace(/[<>&'`]|\\"/g, (mark) => codeOf(mark.at(-1)!)),
  ],
  ['slashes', (text) => JSON.stringify(text).replaceAll('/', '\\/')],
  ['letters and digits', (text) => `"${text.split('').map(escaped).join('')}"`],
];

function codeOf(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function escaped(unit: string): string {
  if (!/[A-Za-z0-9]/.test(unit)) return JSON.stringify(unit).slice(1, -1);
  return codeOf(unit);
}

const surroundings = fc.tuple(fc.string({ unit: 'binary' }), fc.constantFrom('', ' ', '\n', '"', 'a', 'ü'));
const secretTexts = fc
  .tuple(
    surroundings,
    fc.oneof(...tokens.map(([, token]) => token), ...shapes.map(([, text]) => text), ...named),
    surroundings,
  )
  .map(([[far, near], secret, [otherFar, otherNear]]) => `${far}${near}${secret}${otherNear}${otherFar}`)
  .filter(holdsSecret);

describe('mayHoldSecret', () => {
  it('admits every secret that may be found, in protobuf', () => {
    fc.assert(
      fc.property(secretTexts, fc.string(), fc.string(), fc.boolean(), (text, before, after, isOdd) => {
        const message = protobuf(text, before, after);
        const bytes = new Uint8Array(message.length + 1);
        bytes.set(message, isOdd ? 1 : 0);
        expect(mayHoldSecret(bytes.subarray(isOdd ? 1 : 0))).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  it.each(escapes)('admits every secret that may be found, in JSON that escapes %s', (_name, toJson) => {
    fc.assert(
      fc.property(secretTexts, (text) => {
        const bytes = Buffer.from(` {"a":${toJson(text)}}`);
        expect(holdsSecret(String((JSON.parse(bytes.toString()) as { a: unknown }).a))).toBe(true);
        expect(mayHoldSecret(bytes)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(tokens)('admits the token of %s alone', (_sign, token) => {
    fc.assert(
      fc.property(token, (text) => mayHoldSecret(Buffer.from(text))),
      { numRuns: 30 },
    );
  });

  it.each([
    Object.values(attributeNames).join(' '),
    'The risk-based plan asks for a task-list; see disk-usage, one token and another, a bearer of news.',
    'input_tokens=12, max_tokens: 100, sort_key=a, the password, a token, {"key":"cache.key","value":1}',
    'the api-key is set, token and secret, <b>password</b>, /?key=value&code=200, user asked: why, git push -u origin',
    'Basic alpha, basic information about tokens: 512 input_tokens, max_tokens and the key of a cache.',
    'https://api.example.com/v1/chat/completions?model=x-2026&limit=50 http://localhost:8765/#/traces/1',
    'git+ssh://git@github.com/a/b, mail ann@mail.example, 550e8400-e29b-41d4-a716-446655440000',
    '{"a":"caf\\u00e9 \\u003cb\\u003e \\u0026 x\\/y \\u000a","traceId":"4bf92f3577b34da6a3ce929d0e0e4736"}',
    '-----------\n| a | b |\n-----------\nbegin with commit 9fceb02d0ae598e95dc970b74767f19372d61af8',
    `{"image":"${Buffer.from(Array.from({ length: 2_000 }, (_, index) => (index * 7919 + (index >> 3) * 31) & 255)).toString('base64')}"}`,
    'eyJhbGciOiJIUzI1NiJ9 is the header of a token, {"kty":"RSA","n":"0vx7agoebGcQSuu"} a public key',
    'C:\\\\Users\\\\ann and {\\"a\\":\\"b\\"}',
    '',
    'x',
  ])('denies that %j holds one', (text) => {
    expect(mayHoldSecret(Buffer.from(text))).toBe(false);
  });

  it('denies in JSON in protobuf what only JSON would unescape', () => {
    const bytes = Buffer.from('\n\\u0041\\/');
    expect(mayHoldSecret(bytes)).toBe(false);
  });

  it.each([
    'eyJ',
    'sk-',
    'a://b:c',
    ':\\\\',
    'token ',
    'bearer x',
    'kty',
    'p:"',
    '\\u00',
    '----BEGIN',
    'aA1',
    '@',
  ])('comes to an end where %j is repeated a hundred thousand times', (sign) => {
    const bytes = Buffer.from(sign.repeat(100_000));
    expect(typeof mayHoldSecret(bytes)).toBe('boolean');
  });

  it('gives up where there are more lookalikes than it pays to look at', () => {
    expect(mayHoldSecret(Buffer.from('sk-a '.repeat(50)))).toBe(false);
    expect(mayHoldSecret(Buffer.from('sk-a '.repeat(5_000)))).toBe(true);
  });
});
