import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { spanColumns } from '../testing/trace-fixture.ts';
import type { SpanSketch } from '../testing/trace-fixture.ts';
import { buildSpanTree } from '../tree/span-tree.ts';
import { criticalPath } from './critical-path.ts';

/** Name, start and end of each segment, in order of time. */
function segments(sketches: readonly SpanSketch[]) {
  const tree = buildSpanTree(spanColumns(sketches));
  const path = criticalPath(tree);
  return Array.from(path.row, (row, index) => ({
    name: tree.spans.name[tree.inner[row] as number] as string,
    startMs: path.startMs[index] as number,
    endMs: path.endMs[index] as number,
  })).sort((a, b) => a.startMs - b.startMs);
}

const told = (sketches: readonly SpanSketch[]) =>
  segments(sketches).map(({ name, startMs, endMs }) => `${name} ${startMs}-${endMs}`);

describe('criticalPath', () => {
  it('is the root itself where nothing is below it', () => {
    expect(told([{ name: 'root', duration: 10 }])).toEqual(['root 0-10']);
  });

  it('goes through steps one after the other, with what the root does between them', () => {
    expect(
      told([
        { name: 'root', duration: 100 },
        { name: 'a', parent: 0, start: 10, duration: 30 },
        { name: 'b', parent: 0, start: 50, duration: 50 },
      ]),
    ).toEqual(['root 0-10', 'a 10-40', 'root 40-50', 'b 50-100']);
  });

  it('follows the branch that was waited for, and leaves the others out', () => {
    expect(
      told([
        { name: 'root', duration: 100 },
        { name: 'quick', parent: 0, start: 0, duration: 40 },
        { name: 'slow', parent: 0, start: 0, duration: 90 },
        { name: 'model', parent: 2, start: 5, duration: 80 },
      ]),
    ).toEqual(['slow 0-5', 'model 5-85', 'slow 85-90', 'root 90-100']);
  });

  it('counts what outlives its parent up to the end of it, and what starts later not at all', () => {
    expect(
      told([
        { name: 'root', duration: 100 },
        { name: 'detached', parent: 0, start: 60, duration: 500 },
        { name: 'late', parent: 0, start: 200, duration: 10 },
      ]),
    ).toEqual(['root 0-60', 'detached 60-100']);
  });

  it('joins several roots by time', () => {
    expect(
      told([
        { name: 'one', duration: 10 },
        { name: 'two', start: 20, duration: 10 },
      ]),
    ).toEqual(['one 0-10', 'two 20-30']);
    expect(told([])).toEqual([]);
  });

  it('joins more roots than a call takes arguments', () => {
    const roots = Array.from({ length: 200_000 }, (_, index) => ({ name: 'r', start: index, duration: 1 }));
    expect(criticalPath(buildSpanTree(spanColumns(roots))).row).toHaveLength(200_000);
  });

  it('marks what only waits as well, and keeps the segments of a row together', () => {
    const tree = buildSpanTree(
      spanColumns([
        { name: 'root', duration: 20 },
        { name: 'group', parent: 0, duration: 20 },
        { name: 'aside', parent: 0, duration: 5 },
        { name: 'a', parent: 1, duration: 10 },
        { name: 'b', parent: 1, start: 10, duration: 10 },
      ]),
    );
    const { isOnPath, first, row } = criticalPath(tree);
    const onPath = [...isOnPath].flatMap((is, at) =>
      is === 1 ? [tree.spans.name[tree.inner[at] as number]] : [],
    );
    expect(onPath).toEqual(['root', 'group', 'a', 'b']);
    expect(first).toHaveLength(tree.rowCount + 1);
    row.forEach((ofRow, index) => {
      expect(index).toBeGreaterThanOrEqual(first[ofRow] as number);
      expect(index).toBeLessThan(first[ofRow + 1] as number);
    });
  });

  it('covers the root exactly: in order, apart from each other, and as long as it', () => {
    const sketch = fc.record({
      parent: fc.nat(),
      start: fc.integer({ min: 0, max: 1_000 }),
      duration: fc.integer({ min: 0, max: 1_000 }),
    });
    fc.assert(
      fc.property(fc.array(sketch, { maxLength: 60 }), (below) => {
        const rootMs = 1_000;
        const found = segments([
          { name: 'root', duration: rootMs },
          ...below
            .sort((a, b) => a.start - b.start)
            .map(({ parent, ...times }, index) => ({
              name: `s${index}`,
              parent: parent % (index + 1),
              ...times,
            })),
        ]);
        let coveredMs = 0;
        for (const { startMs, endMs } of found) {
          expect(startMs).toBe(coveredMs);
          expect(endMs).toBeGreaterThan(startMs);
          coveredMs = endMs;
        }
        expect(coveredMs).toBe(rootMs);
      }),
    );
  });

  it('walks a trace as deep as it is long without exhausting the stack', () => {
    const deep = Array.from({ length: 20_000 }, (_, index) => ({
      name: 'step',
      duration: 40_000 - index,
      ...(index > 0 && { parent: index - 1 }),
    }));
    expect(segments(deep)).toHaveLength(20_000);
  });
});
