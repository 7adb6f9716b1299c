import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { spanForest, type SpanNode } from './span-forest.ts';
import { traceText } from './trace-text.ts';
import { spanOf } from '../../test/spans.ts';

/** Names by depth: `a(b c(d))`. */
function shape(nodes: readonly SpanNode[]): string {
  return nodes
    .map(({ span, children }) => (children.length > 0 ? `${span.name}(${shape(children)})` : span.name))
    .join(' ');
}

describe('spanForest', () => {
  it('puts each span below its parent, also where that comes later', () => {
    const spans = [
      spanOf('c', { spanId: '3', parentSpanId: '2' }),
      spanOf('a', { spanId: '1' }),
      spanOf('b', { spanId: '2', parentSpanId: '1' }),
      spanOf('d', { spanId: '4', parentSpanId: '1' }),
      spanOf('e', { spanId: '5', parentSpanId: 'elsewhere' }),
    ];
    expect(shape(spanForest(spans))).toBe('a(b(c) d) e');
  });

  it('takes an id for another one in another trace', () => {
    const spans = [
      spanOf('a', { traceId: 't1', spanId: '1' }),
      spanOf('b', { traceId: 't2', spanId: '1' }),
      spanOf('c', { traceId: 't2', spanId: '2', parentSpanId: '1' }),
    ];
    expect(shape(spanForest(spans))).toBe('a b(c)');
  });

  it('keeps spans that have the same id, the first with what is inside it', () => {
    const spans = [
      spanOf('a', { spanId: '1' }),
      spanOf('a again', { spanId: '1' }),
      spanOf('b', { spanId: '2', parentSpanId: '1' }),
    ];
    expect(shape(spanForest(spans))).toBe('a(b) a again');
  });

  it.each([
    ['itself', [['a', 'a']], 'a'],
    [
      'each other',
      [
        ['a', 'b'],
        ['b', 'a'],
      ],
      'b(a)',
    ],
    [
      'three in a ring, and one that hangs on it',
      [
        ['d', 'a'],
        ['a', 'b'],
        ['b', 'c'],
        ['c', 'a'],
      ],
      'c(b(a(d)))',
    ],
  ])('makes a root where parents are %s', (_what, links, expected) => {
    const spans = links.map(([id = '', parent]) => spanOf(id, { spanId: id, parentSpanId: parent }));
    expect(shape(spanForest(spans))).toBe(expected);
  });

  it('has every span once, whatever ids say', () => {
    const ids = fc.constantFrom('1', '2', '3', '4', '5');
    fc.assert(
      fc.property(fc.array(fc.tuple(ids, fc.option(ids, { nil: undefined })), { maxLength: 12 }), (links) => {
        const spans = links.map(([spanId, parentSpanId], index) =>
          spanOf(`n${index}`, { spanId, parentSpanId }),
        );
        const forest = spanForest(spans);
        const seen = shape(forest).match(/n\d+/g) ?? [];
        expect([...seen].sort()).toEqual(spans.map(({ name }) => name).sort());
        expect(traceText({ spans }).split('\n')).toHaveLength(Math.max(1, spans.length));
      }),
    );
  });

  it.each([false, true])(
    'holds 50,000 spans, each inside the one before (last one first: %p)',
    (reversed) => {
      const spans = Array.from({ length: 50_000 }, (_, index) =>
        spanOf(`n${index}`, { spanId: `${index}`, parentSpanId: index > 0 ? `${index - 1}` : undefined }),
      );
      const forest = spanForest(reversed ? spans.toReversed() : spans);
      let depth = 0;
      for (let nodes = forest; nodes.length > 0; nodes = nodes[0]?.children ?? []) depth += nodes.length;
      expect(depth).toBe(50_000);
      expect(forest).toHaveLength(1);
    },
  );
});
