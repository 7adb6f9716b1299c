import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { messageLine, secretsIn } from './message-line.ts';

describe('messageLine', () => {
  it('is one line without control characters', () => {
    expect(messageLine(' one\r\n two\tthree\u0000\u001b[31m ', [])).toBe('one two three [31m');
  });

  it('is at most 300 characters long', () => {
    expect(messageLine('x'.repeat(300), [])).toBe('x'.repeat(300));
    expect(messageLine('x'.repeat(301), [])).toBe(`${'x'.repeat(299)}…`);
  });

  it('leaves out a secret that the cut would go through', () => {
    const secrets = secretsIn(['key-12345678']);
    expect(messageLine(`${'x'.repeat(290)} key-12345678`, secrets)).toBe(`${'x'.repeat(290)} …`);
  });

  it('never shows a value of a header or a word of it', () => {
    const token = fc.stringMatching(/^[\w.~+/=-]{8,40}$/);
    fc.assert(
      fc.property(
        fc.array(token, { minLength: 1, maxLength: 4 }),
        fc.string(),
        fc.string(),
        (tokens, a, b) => {
          const secrets = secretsIn([...tokens, `Bearer ${tokens[0]}`]);
          const line = messageLine(tokens.join(a) + b + tokens[0], secrets);
          for (const secret of tokens) expect(line).not.toContain(secret);
        },
      ),
    );
  });
});

describe('secretsIn', () => {
  it('holds values and their words, the longest first, and nothing that is too short for a secret', () => {
    expect(secretsIn(['Bearer abcd-1234', 'yes', 'abcd-1234'])).toEqual([
      'Bearer abcd-1234',
      'abcd-1234',
      'Bearer',
    ]);
  });
});
