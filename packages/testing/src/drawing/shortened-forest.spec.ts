import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { drawTrees, inOrder, type MarkedNode } from './marked-tree.ts';
import { shortenedForest } from './shortened-forest.ts';

const leaf = (text: string, said: Partial<MarkedNode> = {}): MarkedNode => ({ text, children: [], ...said });

const row = (length: number, marked: readonly number[] = []): MarkedNode[] =>
  Array.from({ length }, (_, index) =>
    leaf(`n${index}`, marked.includes(index) ? { mark: 'different' } : {}),
  );

/** Each node inside the one before. */
function chain(length: number, said: (index: number) => Partial<MarkedNode> = () => ({})): MarkedNode {
  let node: MarkedNode | undefined;
  for (let index = length - 1; index >= 0; index--)
    node = leaf(`n${index}`, { children: node ? [node] : [], ...said(index) });
  return node ?? leaf('none');
}

const drawn = (roots: readonly MarkedNode[], limit?: number): string =>
  `\n${drawTrees(shortenedForest(roots, limit))}`;

describe('shortenedForest', () => {
  it('leaves what is short as it is', () => {
    const roots = [leaf('root', { children: row(199) })];
    expect(shortenedForest(roots)).toBe(roots);
    expect(shortenedForest([])).toEqual([]);
  });

  it('keeps the beginning where nothing is marked', () => {
    expect(drawn([leaf('root', { children: row(1000) })], 4)).toMatchInlineSnapshot(`
      "
        root
        ├─ n0
        ├─ n1
        ├─ n2
        └─ … 997 more"
    `);
  });

  it('keeps what is marked, and what is next to it', () => {
    const roots = [
      leaf('root', {
        children: [...row(400), leaf('branch', { children: row(500, [100, 101, 400]) }), ...row(300)],
      }),
    ];
    expect(drawn(roots, 12)).toMatchInlineSnapshot(`
      "
        root
        ├─ n0
        ├─ … 398 more
        ├─ n399
        ├─ branch
        │  ├─ n0
        │  ├─ … 98 more
        │  ├─ n99
      ≠ │  ├─ n100
      ≠ │  ├─ n101
        │  ├─ n102
        │  ├─ … 297 more
      ≠ │  ├─ n400
        │  ├─ n401
        │  └─ … 98 more
        ├─ n0
        └─ … 299 more"
    `);
  });

  it('says how much of what is marked is left out', () => {
    expect(drawn([leaf('root', { children: row(300, [...Array(300).keys()]) })], 4)).toMatchInlineSnapshot(`
      "
        root
      ≠ ├─ n0
      ≠ ├─ n1
      ≠ ├─ n2
        └─ … 297 more, 297 of them marked"
    `);
  });

  it('leaves out the middle of a long way down', () => {
    const deep = chain(50_000, (index) => (index === 49_990 ? { mark: 'different' } : {}));
    const lines = drawn([deep]).trim().split('\n');
    expect(lines.length).toBeLessThan(205);
    expect(lines.filter((line) => line.includes('more'))).toEqual([expect.stringMatching(/└─ … \d+ more$/)]);
    expect(lines).toContainEqual(expect.stringMatching(/^≠ .*n49990$/));
    expect(lines).toContainEqual(expect.stringMatching(/n49989$/));
    expect(drawn([chain(50_000)]).split('\n').length).toBeLessThan(205);
    expect(drawn([chain(50_000, () => ({ mark: 'missing' }))]).split('\n').length).toBeLessThan(290);
  });

  it('counts notes as lines, and shows 20 of a node', () => {
    const notes = Array.from({ length: 1000 }, (_, index) => `note ${index}`);
    const lines = drawn([leaf('root', { notes, children: row(400) })]).split('\n');
    expect(lines.filter((line) => line.includes('note'))).toHaveLength(19);
    expect(lines).toContainEqual(expect.stringMatching(/│ {2}… 981 more$/));
    expect(lines.length).toBeLessThan(205);
  });

  it('has room for 400 branches of which each has something inside', () => {
    const roots = Array.from({ length: 400 }, (_, index) => leaf(`r${index}`, { children: row(3) }));
    const lines = drawn(roots).split('\n');
    expect(lines.length).toBeLessThan(280);
    expect(lines.at(-1)).toMatch(/… \d+ more$/);
  });

  it('shows or counts every node, and all that is marked where that fits', () => {
    // Each node by what it is inside of, among those before it, and its mark.
    const nodes = fc.array(fc.tuple(fc.nat(100), fc.constantFrom('as expected', 'as expected', 'missing')), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(nodes, fc.integer({ min: 1, max: 20 }), (places, limit) => {
        const roots: MarkedNode[] = [];
        const rows = [roots];
        for (const [place, mark] of places) {
          const children: MarkedNode[] = [];
          rows[place % rows.length]?.push({ text: 'n', mark, children });
          rows.push(children);
        }
        const marked = [...inOrder(roots)].filter(({ mark }) => mark === 'missing').length;
        const shown = [...inOrder(shortenedForest(roots, limit))];
        const gaps = shown.map(({ text }) => /^… (\d+) more(?:, (\d+) of them marked)?$/.exec(text));
        const sum = (group: 1 | 2): number =>
          gaps.reduce((total, gap) => total + Number(gap?.[group] ?? 0), 0);
        const whole = shown.filter(({ text }) => text === 'n');
        expect(whole.length + sum(1)).toBe([...inOrder(roots)].length);
        expect(whole.filter(({ mark }) => mark === 'missing').length + sum(2)).toBe(marked);
      }),
    );
  });
});
