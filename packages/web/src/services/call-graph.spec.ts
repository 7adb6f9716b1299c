import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { layeredGraph } from './call-graph.ts';

const edge = (text: string) => ({ from: text[0] ?? '', to: text[1] ?? '' });
const graph = (nodes: string, ...edges: string[]) => layeredGraph([...nodes], edges.map(edge));
const layers = (nodes: string, ...edges: string[]) =>
  graph(nodes, ...edges).layers.map((ids) => ids.join(''));

describe('layeredGraph', () => {
  it('puts what is called after what calls it', () => {
    expect(layers('cba', 'ab', 'bc')).toEqual(['a', 'b', 'c']);
    expect(layers('abcd', 'ab', 'ac', 'bd', 'cd')).toEqual(['a', 'bc', 'd']);
  });

  it('puts what is called far and near after all that call it', () => {
    expect(layers('abc', 'ab', 'bc', 'ac')).toEqual(['a', 'b', 'c']);
  });

  it('puts who is called by nobody right before what it calls', () => {
    expect(layers('abcx', 'ab', 'bc', 'xc')).toEqual(['a', 'bx', 'c']);
  });

  it('leaves out nodes without calls, calls of nodes to themselves, and what is not there', () => {
    expect(graph('abz', 'ab', 'ab', 'zz', 'aq')).toEqual({
      layers: [['a'], ['b']],
      edges: [{ from: 'a', to: 'b', isBackward: false }],
    });
  });

  it('draws the call that closes a cycle against the direction', () => {
    const { layers: drawn, edges } = graph('abc', 'ab', 'bc', 'ca');
    expect(drawn).toEqual([['a'], ['b'], ['c']]);
    expect(edges.filter(({ isBackward }) => isBackward)).toEqual([{ from: 'c', to: 'a', isBackward: true }]);
  });

  it('begins with who begins, not with a cycle further on', () => {
    expect(layers('bca', 'ab', 'bc', 'cb')).toEqual(['a', 'b', 'c']);
  });

  it('takes a chain of thousands', () => {
    const ids = Array.from({ length: 5_000 }, (_, index) => `n${index}`);
    const chain = ids.slice(1).map((to, index) => ({ from: ids[index] ?? '', to }));
    expect(layeredGraph(ids, chain).layers).toHaveLength(5_000);
  });

  it('lets every call go forward that closes no cycle, in any graph', () => {
    const id = fc.nat({ max: 9 }).map(String);
    const ids = Array.from({ length: 10 }, (_, index) => String(index));
    fc.assert(
      fc.property(fc.array(fc.record({ from: id, to: id })), (calls) => {
        const result = layeredGraph(ids, calls);
        const layerOf = new Map(result.layers.flatMap((row, layer) => row.map((node) => [node, layer])));
        const ends = new Set(
          calls.filter(({ from, to }) => from !== to).flatMap(({ from, to }) => [from, to]),
        );
        expect(new Set(layerOf.keys())).toEqual(ends);
        expect(result.layers.flat()).toHaveLength(ends.size);
        for (const { from, to, isBackward } of result.edges) {
          const steps = (layerOf.get(to) ?? 0) - (layerOf.get(from) ?? 0);
          expect(isBackward ? -steps : steps).toBeGreaterThan(0);
        }
      }),
    );
  });
});
