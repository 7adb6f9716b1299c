import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { shapes, tokens } from '../../test/secret-texts.ts';
import { findFormedSecrets } from './formed-secrets.ts';
import { mergedSpans } from './merged-spans.ts';
import type { SecretSpan } from './secret-span.ts';
import { textTraits } from './text-traits.ts';

function found(text: string): readonly SecretSpan[] {
  const spans: SecretSpan[] = [];
  findFormedSecrets(text, textTraits(text), (start, end, kind) => void spans.push({ start, end, kind }));
  return mergedSpans(spans, text);
}

const shown = (text: string): readonly string[] =>
  found(text).map(({ start, end }) => text.slice(start, end));

const pem = (label: string): string =>
  `-----BEGIN ${label}PRIVATE KEY-----\nAB\n-----END ${label}PRIVATE KEY-----`;

describe('findFormedSecrets', () => {
  it.each(tokens)('finds the tokens of %s', (_sign, token) => {
    fc.assert(
      fc.property(token, (text) => {
        const padded = `note_of_ABC123456789012345 ${text} end`;
        // What also stands in words is none within them.
        return found(padded).length > 0;
      }),
      { numRuns: 50 },
    );
  });

  it.each(shapes.filter(([name]) => !/AWS|basic/.test(name)))('finds a %s', (_name, shape) => {
    fc.assert(fc.property(shape, (text) => found(`see ${text} there`).length > 0));
  });

  it.each([
    ['postgres://app:s3cret@db/app', ['s3cret']],
    ['postgres://app:12/34@db/app', ['12/34']],
    ['Basic YTpi and more', ['YTpi']],
    ['Basic information', []],
    ['Bearer authentication-required-here', []],
    ['https://host.example:80/@scope/package', []],
    ['a@b.example, 4111 1111 1111 1111, password=x', []],
    ['[redacted:github-token] [redacted:password]', []],
    [
      'token [redacted:jwt] eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x',
      ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x'],
    ],
    ['a://b:[redacted:password]@c d://e:f@g', ['f']],
    ['Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x', ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x']],
    ['http://u:12/34@host http://[::1]:80/@x', []],
    ['a://b@c a://[x]:y@z', ['y']],
    ['Private-Lines: 1\nAB\nPrivate-MAC: 2', ['Private-Lines: 1\nAB\n']],
    [`${pem('RSA ')} and ${pem('')}`, [pem('RSA '), pem('')]],
    ['-----BEGIN CERTIFICATE-----', []],
    ['-----BEGIN PRIVATE KEY-----\nAB', ['-----BEGIN PRIVATE KEY-----\nAB']],
    ['"kty": "oct" and more', []],
    [`Basic ${'YTpi'.repeat(1_100)}`, ['YTpi'.repeat(1_100)]],
    ['key wJ4aK7mQ2xZ9bN3vC8lD5fG1hJ6kP0sR7tY4uW2e end', ['wJ4aK7mQ2xZ9bN3vC8lD5fG1hJ6kP0sR7tY4uW2e']],
  ])('finds in %j only %j', (text, secrets) => {
    expect(shown(text)).toEqual(secrets);
  });
});
