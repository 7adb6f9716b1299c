import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { shellQuote } from './shell-quote.ts';
import { visibleText } from './visible-text.ts';

describe('shellQuote', () => {
  it.each([
    ['src/main.ts', 'src/main.ts'],
    ['größe/名前.md', 'größe/名前.md'],
    ['', "''"],
    ['two words', "'two words'"],
    ["it's", String.raw`'it'\''s'`],
    ['--output=x', "'--output=x'"],
    ['~', "'~'"],
    ['a=b', 'a=b'],
    ['=ls', "'=ls'"],
    ['$(id)`id`;&|', "'$(id)`id`;&|'"],
    ['line\nbreak', String.raw`$'line\012break'`],
    ["it's\\\u001b[2J", String.raw`$'it\'s\\\033[2J'`],
    ['mark\u202e', String.raw`$'mark\342\200\256'`],
  ])('writes %j as %s', (argument, quoted) => {
    expect(shellQuote(argument)).toBe(quoted);
  });

  it('gives a shell back what was quoted, on one line that is safe to print', () => {
    const argument = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '_'));
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 20 }), (args) => {
        const quoted = args.map(shellQuote).join(' ');
        expect(visibleText(quoted)).toBe(quoted);
        // The added end keeps printf busy when there is no argument, and the shell from cutting line ends off.
        const printed = execFileSync('bash', ['-c', `printf '%s\\0' ${quoted} end`], { encoding: 'utf8' });
        expect(printed).toBe([...args, 'end'].map((text) => `${text}\0`).join(''));
      }),
      { numRuns: 30 },
    );
  });
});
