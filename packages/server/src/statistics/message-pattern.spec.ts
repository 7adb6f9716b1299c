import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { messagePattern } from './message-pattern.ts';

const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const name = fc.stringMatching(/^[a-z]{1,12}$/);
const path = fc
  .tuple(fc.constantFrom('/', './', 'C:\\', '~/', ''), name, fc.constantFrom('/', '\\'), name)
  .map((parts) => `${parts.join('')}.json`);
/** What one message has where another one of its kind has something else. */
const value = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.nat().map((count) => `${count}ms`),
  fc.nat().map((count) => count.toLocaleString('en-US')),
  fc.uuid(),
  hex(16),
  hex(8).map((digits) => `0x${digits}`),
  fc.ipV4(),
  fc.nat().map((id) => `user_${id}`),
  fc.tuple(name, fc.nat()).map(([host, port]) => `${host}${port}.internal`),
  fc.tuple(name, name).map(([user, host]) => `${user}@${host}.org`),
  fc.webUrl(),
  path,
  fc.string({ maxLength: 20 }).map((text) => `"${text.replaceAll(/["\n]/g, '')}"`),
  fc.stringMatching(/^[a-z ]{1,20}$/).map((text) => `'${text}'`),
);
const template: fc.Arbitrary<string[]> = fc.array(
  fc.constantFrom('could', 'not', 'open', 'größer', 'of:', "can't", '(', '-'),
  {
    minLength: 1,
    maxLength: 8,
  },
);

describe('messagePattern', () => {
  it('is one for messages that differ in values alone', () => {
    fc.assert(
      fc.property(template, fc.nat(), value, value, (words, at, one, other) => {
        const withValue = (text: string) => words.toSpliced(at % (words.length + 1), 0, text).join(' ');
        expect(messagePattern(withValue(one))).toBe(messagePattern(withValue(other)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps the words that tell messages apart', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^[g-z]{1,12}$/), { minLength: 2, maxLength: 2 }),
        (words) => {
          const [one, other] = words.map((word) => messagePattern(`the ${word} of 5 failed`));
          expect(one).not.toBe(other);
        },
      ),
    );
  });

  it.each([
    ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED #'],
    ["ENOENT: no such file or directory, open '/etc/x.conf'", 'ENOENT: no such file or directory, open #'],
    ['timed out after 30,000 ms', 'timed out after # ms'],
    ['GET https://api.example.com/v1/users/5?x=y: 503', 'GET #'],
    ["can't read 'a' of user 7", "can't read # of user #"],
    ['expected [1, 2, 3]\n  to be empty', 'expected [#] to be empty'],
    ['', ''],
  ])('makes of %j the pattern %j', (message, pattern) => {
    expect(messagePattern(message)).toBe(pattern);
  });

  it('is bounded, and stays what it is when it is made a pattern once more', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        const pattern = messagePattern(text);
        expect(messagePattern(pattern)).toBe(pattern);
      }),
    );
    expect(messagePattern('word '.repeat(100_000)).length).toBeLessThanOrEqual(1_000);
  });
});
