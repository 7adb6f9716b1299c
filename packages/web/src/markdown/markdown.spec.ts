import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readMarkdown } from './markdown-blocks.ts';
import type { MarkdownBlock } from './markdown-blocks.ts';
import { linkTarget, namesTarget, readInline } from './markdown-inline.ts';
import type { MarkdownInline } from './markdown-inline.ts';

/** Pieces as a short text: `strong(a) code(b)`. */
function inlineSketch(pieces: readonly MarkdownInline[]): string {
  return pieces
    .map((piece) => {
      switch (piece.type) {
        case 'text':
          return piece.text;
        case 'break':
          return '⏎';
        case 'code':
          return `code(${piece.text})`;
        case 'link':
          return `link(${piece.href} ${inlineSketch(piece.children)})`;
        default:
          return `${piece.type}(${inlineSketch(piece.children)})`;
      }
    })
    .join('');
}

function blockSketch(blocks: readonly MarkdownBlock[]): string {
  return blocks
    .map((block) => {
      switch (block.type) {
        case 'paragraph':
          return `p[${inlineSketch(block.children)}]`;
        case 'heading':
          return `h${block.level}[${inlineSketch(block.children)}]`;
        case 'code':
          return `code:${block.language}[${block.text}]`;
        case 'quote':
          return `quote[${blockSketch(block.children)}]`;
        case 'list':
          return `list:${block.start ?? ''}[${block.items.map((item) => `{${blockSketch(item)}}`).join('')}]`;
        case 'table':
          return `table[${block.aligns.join()};${[block.head, ...block.rows].map((row) => row.map(inlineSketch).join('|')).join(';')}]`;
        case 'rule':
          return 'rule';
      }
    })
    .join(' ');
}

const inline = (text: string) => inlineSketch(readInline(text));
const blocks = (text: string) => blockSketch(readMarkdown(text));

describe('readInline', () => {
  it.each([
    ['plain', 'plain'],
    ['a **b** _c_ ~~d~~ `e`', 'a strong(b) emphasis(c) struck(d) code(e)'],
    ['**a *b* c**', 'strong(a emphasis(b) c)'],
    ['***both***', 'strong(emphasis(both))'],
    ['2 * 3 * 4', '2 * 3 * 4'],
    ['snake_case_name and __init__', 'snake_case_name and strong(init)'],
    ['a.__b c.__d (_e) (_f)', 'a.__b c.__d (_e) (_f)'],
    ['make_(a) and take_(b)', 'make_(a) and take_(b)'],
    ['(_a_) "__b__".', '(emphasis(a)) "strong(b)".'],
    ['**open', '**open'],
    ['**', '**'],
    ['`a ** b` **c**', 'code(a ** b) strong(c)'],
    ['``a ` b``', 'code(a ` b)'],
    ['`open', '`open'],
    ['\\*not\\* \\q', '*not* \\q'],
    ['one\ntwo', 'one⏎two'],
    ['[docs](https://example.org/a_(b))', 'link(https://example.org/a_(b) docs)'],
    ['[**docs**](https://example.org "title")', 'link(https://example.org/ strong(docs))'],
    ['[x](javascript:alert(1))', 'x (javascript:alert(1))'],
    ['[x](data:text/html,y)', 'x (data:text/html,y)'],
    ['[readme](./README.md)', 'readme (./README.md)'],
    ['![chart](https://example.org/c.png)', '[image: chart https://example.org/c.png]'],
    ['see https://example.org/x.', 'see link(https://example.org/x https://example.org/x).'],
    ['<https://example.org>', 'link(https://example.org/ https://example.org)'],
    ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
    ['<b>**bold**</b>', '<b>strong(bold)</b>'],
    [
      '[a [b](https://example.org) c](https://example.org)',
      'a link(https://example.org/ b) c (https://example.org)',
    ],
    ['[a]', '[a]'],
    ['list[0] + list[1]', 'list[0] + list[1]'],
  ])('reads %j as %j', (text, expected) => {
    expect(inline(text)).toBe(expected);
  });
});

describe('linkTarget', () => {
  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' https://example.org',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    '//example.org',
    'https://bank.example@evil.example',
    'https://',
    `https://example.org/${'x'.repeat(3_000)}`,
  ])('is none of %j', (address) => {
    expect(linkTarget(address)).toBeUndefined();
  });
});

describe('namesTarget', () => {
  it.each([
    ['https://example.org', 'https://example.org/', true],
    ['https://example.org/x', 'https://example.org/x', true],
    ['https://bank.example', 'https://bank.example.evil.example/', false],
    ['https://', 'https://evil.example/', false],
    ['docs', 'https://example.org/', false],
  ])('of the text %j and the address %j is %j', (text, href, expected) => {
    expect(namesTarget(text, href)).toBe(expected);
  });
});

describe('readMarkdown', () => {
  it.each([
    ['# A\ntext\n### B ##', 'h1[A] p[text] h3[B]'],
    ['#none', 'p[#none]'],
    ['a\nb\n\nc', 'p[a⏎b] p[c]'],
    ['```ts\nconst a = **1**;\n\n```\nafter', 'code:ts[const a = **1**;\n] p[after]'],
    ['~~~\n```\n~~~', 'code:[```]'],
    ['```\nnever closed', 'code:[never closed]'],
    ['- a\n- b\n  - c\n- d', 'list:[{p[a]}{p[b] list:[{p[c]}]}{p[d]}]'],
    ['3. a\n4. b', 'list:3[{p[a]}{p[b]}]'],
    ['1. a\n\n   more\n\n2. b', 'list:1[{p[a] p[more]}{p[b]}]'],
    ['- a\ngoes on\n\nafter', 'list:[{p[a⏎goes on]}] p[after]'],
    ['- a\n  ```\n  x\n    y\n  ```', 'list:[{p[a] code:[x\n  y]}]'],
    ['in the year\n1999. Since', 'p[in the year⏎1999. Since]'],
    ['text\n- a', 'p[text] list:[{p[a]}]'],
    ['> a\n> > b', 'quote[p[a] quote[p[b]]]'],
    ['---\n* * *', 'rule rule'],
    ['| a | b |\n|---|--:|\n| 1 | `x\\|y` |\n| 2 |', 'table[left,right;a|b;1|code(x|y);2]'],
    ['a | b\n---', 'p[a | b] rule'],
    ['<script>alert(1)</script>', 'p[<script>alert(1)</script>]'],
    ['a\r\nb', 'p[a⏎b]'],
    ['#  a\u2028b', 'h1[a\u2028b]'],
    ['', ''],
  ])('reads %j as %j', (text, expected) => {
    expect(blocks(text)).toBe(expected);
  });

  const marks = fc.constantFrom(
    '*',
    '**',
    '_',
    '~~',
    '`',
    '```',
    '[',
    ']',
    '](',
    ')',
    '!',
    '<',
    '>',
    '\\',
    '|',
    '\n',
    '\n\n',
    '  ',
    '- ',
    '1. ',
    '# ',
    '> ',
    '|---|',
    'https://a.example/',
    'javascript:x',
    'a',
    'word ',
    '🙂',
    '\u202e',
    '\t',
  );
  const texts = fc.array(marks, { maxLength: 60 }).map((pieces) => pieces.join(''));

  it('makes only what it says, links only to the web, and loses no letter', () => {
    fc.assert(
      fc.property(fc.oneof(texts, fc.string({ maxLength: 200 })), (text) => {
        const hrefs: string[] = [];
        let letters = '';
        const pending: (MarkdownBlock | MarkdownInline)[] = [...readMarkdown(text)];
        for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
          if (node.type === 'link') hrefs.push(node.href);
          if ('text' in node) letters += node.text;
          if (node.type === 'code' && 'language' in node) letters += node.language;
          if ('children' in node) pending.push(...node.children);
          else if (node.type === 'list') pending.push(...node.items.flat());
          else if (node.type === 'table') pending.push(...[...node.head, ...node.rows.flat()].flat());
        }
        expect(hrefs.filter((href) => !/^https?:\/\//.test(href))).toEqual([]);
        // What stands beyond the last column of a table, or behind the name of a code block, is left out.
        const isWhole = !text.includes('|') && !text.includes('```') && !text.includes('~~~');
        const smiles = (all: string) => all.split('🙂').length;
        expect(isWhole ? smiles(letters) : smiles(text)).toBe(smiles(text));
      }),
      { numRuns: 500 },
    );
  });

  it('makes no more cells of a table than there are letters', () => {
    const text = `${'|a'.repeat(64)}|\n${'|-'.repeat(64)}|\n${'|\n'.repeat(1_000)}`;
    const [table] = readMarkdown(text);
    const rows = table?.type === 'table' ? table.rows : [];
    expect(rows).toHaveLength(1_000);
    expect(rows.flat().length).toBeLessThan(text.length);
  });

  it('reads a heading of blanks and a line separator in time that is in proportion to them', () => {
    const startMs = performance.now();
    readMarkdown(`#${' '.repeat(200_000)}a\u2028b`);
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });

  it.each([
    '*a ',
    '**a',
    '*a _b ',
    '[',
    '](',
    '[a](',
    '![',
    '`',
    '``` ',
    '<',
    '<a',
    'http://',
    '> ',
    '- ',
    '  - a\n',
    '|',
    '| - ',
    'a|b\n-|-\n',
    '\\',
    '# ',
    '#',
    '*\n',
    '\n',
    ' ',
    '1. a\n\n',
    '~~',
    '***',
    '(',
    '[x](http://a ',
    '``` x',
    '_a_',
    '"',
    '](' + ' '.repeat(50),
  ])(
    'takes time in proportion to the text, also for a megabyte of %j',
    (piece) => {
      const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
      const startMs = performance.now();
      readMarkdown(text);
      // What takes the square of the length takes hours.
      expect(performance.now() - startMs).toBeLessThan(30_000);
    },
    60_000,
  );
});
