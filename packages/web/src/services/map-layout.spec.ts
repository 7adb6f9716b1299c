import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { edgePath, layoutMap } from './map-layout.ts';

const SIZES = { widthPx: 800, nodeWidthPx: 100, nodeHeightPx: 40 };

describe('layoutMap', () => {
  it('draws a caller left of what it calls, on one line', () => {
    expect(layoutMap(['shop', 'openai'], [{ from: 'shop', to: 'openai' }], SIZES)).toEqual({
      widthPx: 420,
      heightPx: 40,
      nodes: [
        { id: 'shop', x: 0, y: 0 },
        { id: 'openai', x: 320, y: 0 },
      ],
      edges: [
        {
          from: 'shop',
          to: 'openai',
          isBackward: false,
          points: [
            { x: 100, y: 20 },
            { x: 320, y: 20 },
          ],
          label: expect.objectContaining({ y: 20 }),
        },
      ],
    });
  });

  it('draws nothing where nobody calls anybody', () => {
    expect(layoutMap(['a', 'b'], [], SIZES)).toEqual({ widthPx: 0, heightPx: 0, nodes: [], edges: [] });
  });

  it('puts several callers around the middle of what they call', () => {
    const { nodes } = layoutMap(
      ['a', 'b', 'c', 'model'],
      ['a', 'b', 'c'].map((from) => ({ from, to: 'model' })),
      SIZES,
    );
    const ys = Object.fromEntries(nodes.map(({ id, y }) => [id, y]));
    expect(ys).toEqual({ a: 0, b: 56, c: 112, model: 56 });
  });

  it('uncrosses lines', () => {
    const { nodes } = layoutMap(
      ['a', 'b', 'x', 'y'],
      [
        { from: 'a', to: 'y' },
        { from: 'b', to: 'x' },
      ],
      SIZES,
    );
    const ys = new Map(nodes.map(({ id, y }) => [id, y]));
    expect(Math.sign((ys.get('a') ?? 0) - (ys.get('b') ?? 0))).toBe(
      Math.sign((ys.get('y') ?? 0) - (ys.get('x') ?? 0)),
    );
  });

  it('leads a call that closes a cycle back, beside the other', () => {
    const { edges } = layoutMap(
      ['a', 'b'],
      [
        { from: 'a', to: 'b' },
        { from: 'b', to: 'a' },
      ],
      SIZES,
    );
    expect(edges.map(({ points }) => points)).toEqual([
      [
        { x: 100, y: 20 },
        { x: 320, y: 20 },
      ],
      [
        { x: 320, y: 28 },
        { x: 100, y: 28 },
      ],
    ]);
  });

  it('keeps a narrow drawing as narrow as its nodes allow', () => {
    const chain = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' },
    ];
    expect(layoutMap(['a', 'b', 'c'], chain, { ...SIZES, widthPx: 200 }).widthPx).toBe(412);
  });

  it('lets nothing overlap, lie outside or go backwards, in any graph', () => {
    const ids = Array.from({ length: 12 }, (_, index) => `n${index}`);
    const id = fc.constantFrom(...ids);
    fc.assert(
      fc.property(
        fc.array(fc.record({ from: id, to: id })),
        fc.integer({ min: 50, max: 3_000 }),
        (calls, widthPx) => {
          const sizes = { ...SIZES, widthPx };
          const { nodes, edges, heightPx, widthPx: width } = layoutMap(ids, calls, sizes);
          for (const [index, { x, y }] of nodes.entries()) {
            expect(x).toBeGreaterThanOrEqual(0);
            expect(x + sizes.nodeWidthPx).toBeLessThanOrEqual(width + 1e-6);
            expect(y).toBeGreaterThanOrEqual(-1e-6);
            expect(y + sizes.nodeHeightPx).toBeLessThanOrEqual(heightPx + 1e-6);
            for (const other of nodes.slice(index + 1)) {
              const isApart = x !== other.x || Math.abs(y - other.y) >= sizes.nodeHeightPx;
              expect(isApart).toBe(true);
            }
          }
          for (const { points, isBackward } of edges) {
            const xs = points.map(({ x }) => (isBackward ? -x : x));
            expect(xs).toEqual(xs.toSorted((one, other) => one - other));
            expect(points.length).toBeGreaterThanOrEqual(2);
          }
          expect(layoutMap(ids, calls, sizes)).toEqual(layoutMap(ids, calls, sizes));
        },
      ),
    );
  });
});

describe('edgePath', () => {
  it('is level at both ends', () => {
    expect(
      edgePath([
        { x: 0, y: 10 },
        { x: 100, y: 30 },
      ]),
    ).toBe('M0 10C50 10 50 30 100 30');
  });
});
