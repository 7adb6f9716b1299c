import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Below, spansOf } from '../../test/spans.ts';
import { noColors } from '../drawing/marked-tree.ts';
import type { Trace } from '../trace.ts';
import { checkSpanTree, type SpanTree, type SpanTreeNode } from './span-tree.ts';

/** A tree of a trace, which a property may change. */
interface Node {
  readonly name: string;
  readonly type: string;
  readonly attributes: { kind: string };
  readonly children: Node[];
}

const traceOf = (roots: readonly Below[]): Trace => ({ spans: spansOf(...roots), lines: [], points: [] });

const literal = ({ name, attributes, children }: Node): SpanTreeNode => ({
  span: name,
  attributes: { kind: attributes.kind },
  children: children.map(literal),
});

/** Trees of up to 30 spans of few names, so that many are alike. */
const forests = fc
  .array(
    fc.record({
      place: fc.nat(1000),
      name: fc.constantFrom('a.x', 'a.y', 'b.x'),
      type: fc.constantFrom('sequential', 'parallel', 'race'),
      kind: fc.constantFrom('1', '2'),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((parts) => {
    const roots: Node[] = [];
    const rows = [roots];
    for (const { place, name, type, kind } of parts) {
      const node: Node = { name, type, attributes: { kind }, children: [] };
      rows[place % rows.length]?.push(node);
      rows.push(node.children);
    }
    return roots;
  });

const allOf = (nodes: readonly Node[]): Node[] => nodes.flatMap((node) => [node, ...allOf(node.children)]);

/** The same tree with one node changed: `change` gives what stands in its place. */
function changed(nodes: readonly Node[], target: Node, change: (node: Node) => readonly Node[]): Node[] {
  return nodes.flatMap((node) =>
    node === target ? change(node) : [{ ...node, children: changed(node.children, target, change) }],
  );
}

const lines = (text: string, mark: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith(`${mark} `) && !/ (?:missing|unexpected|different)$/.test(line));

function failureOf(trace: Trace, trees: readonly SpanTree[]): string {
  const verdict = checkSpanTree(trace, ...trees);
  expect(verdict.pass).toBe(false);
  return verdict.message(noColors);
}

/** A forest and one of its nodes. */
const chosen = fc
  .tuple(forests, fc.nat())
  .map(([roots, index]) => ({ roots, node: allOf(roots)[index % allOf(roots).length] as Node }));

describe('checkSpanTree', () => {
  it('holds for every trace and its own literal', () => {
    fc.assert(
      fc.property(forests, (roots) => {
        expect(checkSpanTree(traceOf(roots), ...roots.map(literal)).pass).toBe(true);
      }),
    );
  });

  it('holds in any order below what runs its steps beside each other', () => {
    fc.assert(
      fc.property(forests, fc.infiniteStream(fc.nat(1000)), (roots, random) => {
        const shuffled = (node: Node): SpanTreeNode => {
          const children = node.children.map((child) => ({ child, at: Number(random.next().value) }));
          if (node.type !== 'sequential') children.sort((a, b) => a.at - b.at);
          return { ...literal(node), children: children.map(({ child }) => shuffled(child)) };
        };
        expect(checkSpanTree(traceOf(roots), ...roots.map(shuffled)).pass).toBe(true);
      }),
    );
  });

  it('fails and marks it when one span has another name', () => {
    fc.assert(
      fc.property(chosen, ({ roots, node }) => {
        const other = changed(roots, node, (one) => [{ ...one, name: 'c.z' }]);
        const text = failureOf(traceOf(other), roots.map(literal));
        expect([...lines(text, '≠'), ...lines(text, '+')].join('\n')).toContain('c.z');
      }),
    );
  });

  it('fails and notes it when one attribute is another', () => {
    fc.assert(
      fc.property(chosen, ({ roots, node }) => {
        const other = changed(roots, node, (one) => [{ ...one, attributes: { kind: 'other' } }]);
        const text = failureOf(traceOf(other), roots.map(literal));
        expect(text).toMatch(/^≠ .*kind: expected "[12]", is "other"$/m);
        expect(text).toContain('\n1 span is different.\n');
      }),
    );
  });

  it('fails and marks it when a span is left out, with all below it', () => {
    fc.assert(
      fc.property(chosen, ({ roots, node }) => {
        const other = changed(roots, node, () => []);
        const text = failureOf(traceOf(other), roots.map(literal));
        const sum = lines(text, '-').length - lines(text, '+').length;
        expect(sum).toBe(allOf([node]).length);
      }),
    );
  });

  it('fails and marks it when there is a span more', () => {
    fc.assert(
      fc.property(chosen, ({ roots, node }) => {
        const extra: Node = { name: 'c.z', type: 'x', attributes: { kind: '1' }, children: [] };
        const other = changed(roots, node, (one) => [one, extra]);
        const text = failureOf(traceOf(other), roots.map(literal));
        expect(lines(text, '+')).toEqual([expect.stringContaining('c.z success')]);
        expect(text).toContain('\n1 span is not expected.\n');
      }),
    );
  });

  it('fails when two that are not alike change places where they may not', () => {
    fc.assert(
      fc.property(forests, fc.nat(), (roots, at) => {
        const parent: Node = { name: 'root', type: 'sequential', attributes: { kind: '1' }, children: roots };
        const index = at % Math.max(1, roots.length - 1);
        const [one, other] = [roots[index], roots[index + 1]];
        if (!one || !other || one.name === other.name) return;
        const children = roots.with(index, other).with(index + 1, one);
        const text = failureOf(traceOf([{ ...parent, children }]), [literal(parent)]);
        expect([...lines(text, '≠'), ...lines(text, '+')].length).toBeGreaterThan(0);
        expect(
          checkSpanTree(traceOf([{ ...parent, children }]), { ...literal(parent), unordered: true }).pass,
        ).toBe(true);
      }),
    );
  });

  it('has every span of both sides in what it draws', () => {
    fc.assert(
      fc.property(forests, forests, (expected, received) => {
        const verdict = checkSpanTree(traceOf(received), ...expected.map(literal));
        const text = verdict.message(noColors);
        const drawn = text
          .split('\n')
          .filter((line) => /[abc]\.[xyz]/.test(line) && !line.includes('expect'));
        const missing = lines(text, '-').length;
        expect(drawn.length - missing).toBe(allOf(received).length);
        const unexpected = lines(text, '+').length;
        expect(drawn.length - unexpected).toBe(allOf(expected).length);
        expect(verdict.pass).toBe(!/^[-+≠] /m.test(text));
      }),
    );
  });
});
