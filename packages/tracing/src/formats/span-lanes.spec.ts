import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anySpans } from '../../test/trace-span-arbitrary.ts';
import { traceSpan } from '../../test/trace-span.ts';
import type { TraceSpan } from '../formats.ts';
import { spanDepths } from './span-depths.ts';
import { spanEnd, spanLanes } from './span-lanes.ts';

describe('spanLanes', () => {
  it('lets spans of a lane lie beside each other, or within their parents, whatever the spans are', () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const depths = spanDepths(spans);
        const lanes = spanLanes(spans, depths);
        expect(lanes.flat()).toHaveLength(spans.length);
        expect(new Set(lanes.flat())).toEqual(new Set(spans));
        for (const lane of lanes) {
          for (const [index, span] of lane.entries()) {
            for (const earlier of lane.slice(0, index)) {
              expect(earlier.startTimeUnixNano <= span.startTimeUnixNano).toBe(true);
              if (spanEnd(earlier) <= span.startTimeUnixNano) continue;
              expect(spanEnd(span) <= spanEnd(earlier)).toBe(true);
              expect(isAncestor(earlier, span, depths.parentOf)).toBe(true);
            }
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('keeps a tree without overlaps on one lane, and reuses lanes that are free', () => {
    const root = between(0, 100, '1');
    const first = between(0, 40, '2', '1');
    const inFirst = between(10, 40, '3', '2');
    const second = between(40, 60, '4', '1');
    const overlap = between(45, 60, '5', '1');
    const late = between(70, 120, '6', '1');
    const next = between(130, 140, '7');
    expect(lanesOf([next, late, overlap, second, inFirst, first, root])).toEqual([
      [root, first, inFirst, second, next],
      [overlap, late],
    ]);
  });

  it('draws a span that ends before it begins as one without length', () => {
    expect(lanesOf([between(20, 5, '1'), between(10, 20, '2'), between(20, 20, '3')])).toHaveLength(1);
  });

  it('takes no longer for each span where very many overlap', () => {
    const spans = Array.from({ length: 50_000 }, (_, index) =>
      between(index, 100_000 + index, String(index + 1)),
    );
    expect(lanesOf(spans)).toHaveLength(50_000);
  });
});

describe('spanDepths', () => {
  it('counts ancestors and cuts circles', () => {
    const spans = [
      between(0, 1, '3', '2'),
      between(0, 1, '2', '1'),
      between(0, 1, '1'),
      between(0, 1, '4', '9'),
      between(0, 1, '5', '6'),
      between(0, 1, '6', '5'),
      between(0, 1, '7', '7'),
    ];
    const { depthOf, circular, parentOf } = spanDepths(spans);
    expect(spans.map((span) => depthOf.get(span))).toEqual([2, 1, 0, 0, 1, 0, 0]);
    expect([...circular]).toEqual([spans[5], spans[6]]);
    expect(spans.map((span) => parentOf.has(span))).toEqual([true, true, false, false, true, false, false]);
  });
});

function lanesOf(spans: TraceSpan[]): readonly (readonly TraceSpan[])[] {
  return spanLanes(spans, spanDepths(spans));
}

function between(start: number, end: number, id: string, parentId?: string): TraceSpan {
  return traceSpan({
    startTimeUnixNano: BigInt(start),
    endTimeUnixNano: BigInt(end),
    spanId: id.padStart(16, '0'),
    parentSpanId: parentId?.padStart(16, '0') ?? null,
  });
}

function isAncestor(
  candidate: TraceSpan,
  span: TraceSpan,
  parentOf: ReadonlyMap<TraceSpan, TraceSpan>,
): boolean {
  for (let above = parentOf.get(span); above !== undefined; above = parentOf.get(above)) {
    if (above === candidate) return true;
  }
  return false;
}
