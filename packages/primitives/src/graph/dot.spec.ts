import { describe as suite, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { retry } from '../retry.ts';
import { timeout } from '../timeout.ts';
import { toDot } from './dot.ts';
import { describe, type PrimitiveGraph } from './graph.ts';

const ask = (question: string): string => question;
const graphOf = (name: string): PrimitiveGraph => ({
  nodes: [{ id: 'root', type: 'lambda', name }],
  edges: [{ from: 'root', to: 'root', label: `case_${name}` }],
});
/** How a name is written at its node. */
const written = (name: string): string | undefined =>
  /^ {2}n0 \[label="(.*)"\];$/m.exec(toDot(graphOf(name)))?.[1];

suite('toDot', () => {
  it('draws each node by its type and name, and names edges but those of an only child', () => {
    expect(toDot(describe(retry(timeout(ask, 100))))).toBe(`digraph {
  node [shape=box];
  n0 [label="retry\\nask"];
  n1 [label="timeout\\nask"];
  n2 [label="ask"];
  n0 -> n1 [label="attempt_{n}"];
  n1 -> n2;
}
`);
  });

  it.each([
    ['a "b"', String.raw`a \"b\"`],
    [String.raw`\N \"`, String.raw`\\N \\\"`],
    ['a & b &lt;', 'a &amp; b &amp;lt;'],
    ['digraph { end } [x=1] <b> ;', 'digraph { end } [x=1] <b> ;'],
    ['two\nlines\u0000', 'two lines '],
    ['😀 東京', '😀 東京'],
  ])('writes %j as %s', (name, expected) => {
    expect(written(name)).toBe(expected);
  });

  it('keeps every name within its quotes, to be read as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
        const lines = toDot(graphOf(name)).split('\n');
        expect(lines.length).toBe(6);
        expect(lines[2]).toMatch(/^ {2}n0 \[label="(?:[^"\\]|\\["\\])*"\];$/u);
        expect(lines[3]).toMatch(/^ {2}n0 -> n0 \[label="(?:[^"\\]|\\["\\])*"\];$/u);
        const read = (written(name) ?? '').replaceAll(/\\(.)/g, '$1').replaceAll('&amp;', '&');
        expect(read).toBe(name.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' '));
      }),
    );
  });
});
