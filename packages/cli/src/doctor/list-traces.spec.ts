import { describe, expect, it } from '@jest/globals';
import type { TraceSummary } from '@tta/obs-protocol';
import { listTraces } from './list-traces.ts';

/** A service with these pages of traces, told by when they began. */
const client = (...pages: readonly (readonly number[])[]) => {
  const summaries = (page: readonly number[]) => page.map((startTimeMs) => ({ startTimeMs }) as TraceSummary);
  return {
    newestTraces: (limit?: number) => Promise.resolve(summaries(pages.flat()).slice(0, limit)),
    async *tracePages() {
      for (const page of pages) yield await Promise.resolve(summaries(page));
    },
  };
};

describe('listTraces', () => {
  it.each<[string, readonly (readonly number[])[], number, boolean]>([
    ['ends within the first page', [[9, 8, 1], [0]], 2, false],
    ['goes on behind it', [[9, 8, 7], [6]], 3, true],
    ['ends with it', [[9, 8, 7], [1]], 3, false],
    ['has no more traces', [[9, 8, 7]], 3, false],
    ['has none', [], 0, false],
  ])('of a window that %s', async (_what, pages, count, isCut) => {
    const listed = await listTraces(client(...pages), 5, () => 10);
    expect([listed.summaries.length, listed.isCut]).toEqual([count, isCut]);
  });

  it('takes the newest 200 without a window', async () => {
    const many = client(Array.from({ length: 300 }, (_, at) => at));
    const { summaries, isCut } = await listTraces(many, undefined, () => 10);
    expect([summaries.length, isCut]).toEqual([200, false]);
  });
});
