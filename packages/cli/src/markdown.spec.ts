import { describe, expect, it } from '@jest/globals';
import { codeSpan, markdownTable } from './markdown.ts';

const columns = [
  { title: 'name', align: 'left', isForeign: true },
  { title: 'kind', align: 'left' },
  { title: 'calls', align: 'right' },
] as const;

const rowOf = (name: string) => markdownTable(columns, [[name, 'x', '1']]).split('\n')[2];

describe('markdownTable', () => {
  it('aligns names at the left and figures at the right', () => {
    expect(markdownTable(columns, [['a', 'b', '1']])).toBe(
      '| name | kind | calls |\n| --- | --- | ---: |\n| `a` | b | 1 |\n',
    );
  });

  it.each([
    ['![x](http://tracker/) @ada <img>', '| `![x](http://tracker/) @ada <img>` | x | 1 |'],
    ['a|b', '| `a\\|b` | x | 1 |'],
    ['a\\|b', '| `a\\\\\\|b` | x | 1 |'],
    ['C:\\temp\\', '| `C:\\temp\\` | x | 1 |'],
    ['', '|  | x | 1 |'],
  ])('lets nothing of %j become Markdown', (name, row) => {
    expect(rowOf(name)).toBe(row);
  });
});

describe('codeSpan', () => {
  it.each([
    ['a', '`a`'],
    ['a`b', '``a`b``'],
    ['`a', '`` `a ``'],
  ])('%j is %j', (text, code) => {
    expect(codeSpan(text)).toBe(code);
  });
});
