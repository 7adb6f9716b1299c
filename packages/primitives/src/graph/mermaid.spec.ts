import { describe as suite, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { retry } from '../retry.ts';
import { resilient } from '../resilient.ts';
import { sequential } from '../sequential.ts';
import { describe, type PrimitiveGraph } from './graph.ts';
import { toMermaid } from './mermaid.ts';

const ask = (question: string): string => question;
const graphOf = (name: string): PrimitiveGraph => ({
  nodes: [
    { id: 'root', type: 'switch', name: 'switch' },
    { id: 'root/1', type: 'lambda', name },
  ],
  edges: [{ from: 'root', to: 'root/1', label: `case_${name}` }],
});
/** How a name is written at its node. */
const written = (name: string): string | undefined =>
  /^ {2}n1\["(.*)"\]$/m.exec(toMermaid(graphOf(name)))?.[1];
/** What Mermaid makes of an entity by a number. */
const read = (text: string): string =>
  text.replaceAll(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));

suite('toMermaid', () => {
  it('draws each node by its type and name, a function by its name alone, and names edges but those of an only child', () => {
    const workflow = sequential(
      resilient(ask, { retry: {}, attemptTimeout: 100, name: 'ask a model' }),
      (answer) => answer.length,
    );
    expect(toMermaid(describe(workflow))).toBe(`flowchart TD
  n0["sequential"]
  n1["retry<br>ask a model"]
  n2["timeout<br>ask a model attempt"]
  n3["ask"]
  n4["step_1"]
  n0 -->|"step_0"| n1
  n1 -->|"attempt_{n}"| n2
  n2 --> n3
  n0 -->|"step_1"| n4
`);
  });

  it('draws an edge that leads back to its node', () => {
    const graph = { nodes: describe(ask).nodes, edges: [{ from: 'root', to: 'root', label: 'refresh' }] };
    expect(toMermaid(graph)).toBe('flowchart TD\n  n0["ask"]\n  n0 -->|"refresh"| n0\n');
  });

  it.each([
    ['end', 'end'],
    ['a "b"', 'a #34;b#34;'],
    ['[x](y) {z}', '#91;x#93;(y) {z}'],
    ['#quot; &lt; #35;', '#35;quot; #38;lt; #35;35;'],
    ['<b>|`~\\*$%@', '#60;b#62;#124;#96;#126;#92;#42;#36;#37;#64;'],
    ['- a', '#45; a'],
    [' + a', ' #43; a'],
    ['a - b', 'a - b'],
    ['12. a', '12#46; a'],
    ['1) a', '1#41; a'],
    ['Planner.plan 1.5', 'Planner.plan 1.5'],
    ['www.example.org', 'www#46;example.org'],
    ['fa:fa-car', 'fa#58;fa-car'],
    ['ask: why', 'ask: why'],
    ['__init__ a_b', '#95;#95;init#95;#95; a_b'],
    ['two\r\nlines\tand\u2028\u0000more', 'two lines and more'],
    ['😀 👩‍👩‍👧 東京', '😀 👩‍👩‍👧 東京'],
  ])('writes %j as %s', (name, expected) => {
    expect(written(name)).toBe(expected);
  });

  it('keeps every name within its quotes, to be read as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
        const lines = toMermaid(graphOf(name)).split('\n');
        expect(lines.length).toBe(5);
        expect(lines[2]).toMatch(/^ {2}n1\["[^"]*"\]$/u);
        expect(lines[3]).toMatch(/^ {2}n0 -->\|"[^"]*"\| n1$/u);
        expect(read(written(name) ?? '')).toBe(name.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' '));
      }),
    );
  });

  it('names no node by what a user wrote', () => {
    expect(toMermaid(describe(retry(ask, { name: 'end' })))).toContain('n0["retry<br>end"]');
  });
});
