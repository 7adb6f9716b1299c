import { describe, expect, it } from '@jest/globals';
import type { LogList } from '@tta/obs-protocol';
import type { LogQuery } from '../service/service-client.ts';
import { logRecord } from '../testing/log-fixture.ts';
import { TraceLogs } from './trace-logs.ts';

function setUp() {
  const due: (() => void)[] = [];
  const loads: {
    id: string;
    query: LogQuery;
    resolve(list: LogList): void;
    reject(error: unknown): void;
  }[] = [];
  const logs = new TraceLogs({
    load: (id, query) =>
      new Promise((resolve, reject) => {
        loads.push({ id, query, resolve, reject });
      }),
    pageSize: 500,
    timer: (_delayMs, fn) => {
      due.push(fn);
      return () => void due.splice(due.indexOf(fn) >>> 0, 1);
    },
    nowMs: () => 0,
  });
  const settle = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));
  const answer = async (ids: readonly number[], nextCursor: string | null = null): Promise<void> => {
    loads.at(-1)!.resolve({ items: ids.map((id) => logRecord({ id })), nextCursor });
    await settle();
  };
  const shown = () => logs.loaded.value.records.map(({ id }) => id);
  /** The pause after a load has passed. */
  const rest = () => due.shift()?.();
  return { logs, loads, answer, settle, shown, rest };
}

describe('TraceLogs', () => {
  it('loads the records of a trace once', async () => {
    const { logs, loads, answer, shown } = setUp();
    logs.open('a');
    logs.open('a');
    await answer([1, 2]);
    expect(loads.map(({ id, query }) => [id, query.limit, query.cursor])).toEqual([['a', 500, undefined]]);
    expect([shown(), logs.loaded.value.hasMore]).toEqual([[1, 2], false]);
  });

  it('loads again when records of its trace arrive, and not for those of another', async () => {
    const { logs, loads, answer, shown, rest } = setUp();
    logs.open('a');
    await answer([1]);
    rest();
    logs.noteChange('b');
    expect(loads).toHaveLength(1);
    logs.noteChange('a');
    logs.noteChange('a');
    await answer([1, 2]);
    expect(shown()).toEqual([1, 2]);
    rest();
    expect(loads).toHaveLength(3);
  });

  it('loads those of some spans, and anew when it is other spans', async () => {
    const { logs, loads, answer, shown } = setUp();
    logs.open('a', { spanIds: ['1', '2'] });
    logs.open('a', { spanIds: ['1', '2'] });
    await answer([1]);
    logs.open('a', { spanIds: ['1'] });
    expect([shown(), logs.loaded.value.isLoading]).toEqual([[1], true]);
    await answer([2]);
    expect(loads.map(({ query }) => query.spanIds)).toEqual([['1', '2'], ['1']]);
    expect(shown()).toEqual([2]);
  });

  it('loads those of a level', async () => {
    const { logs, loads, answer } = setUp();
    logs.open('a', { spanIds: [], minSeverity: 13 });
    logs.open('a', { spanIds: [], minSeverity: 13 });
    await answer([2]);
    logs.open('a');
    expect(loads.map(({ query }) => query.minSeverity)).toEqual([13, undefined]);
    logs.open('b');
    expect(logs.loaded.value).toEqual({ records: [], hasMore: false, hasFailed: false, isLoading: true });
  });

  it('shows a page more on demand, and loads only that', async () => {
    const { logs, loads, answer, shown, rest } = setUp();
    logs.open('a');
    await answer([1], 'next');
    expect(logs.loaded.value.hasMore).toBe(true);
    rest();
    logs.showMore();
    await answer([2]);
    expect(loads.map(({ query }) => query.cursor)).toEqual([undefined, 'next']);
    expect([shown(), logs.loaded.value.hasMore]).toEqual([[1, 2], false]);
    logs.showMore();
    rest();
    expect(loads).toHaveLength(2);
  });

  it('loads for what arrives the last page alone, and all of them when some may have been missed', async () => {
    const { logs, loads, answer, shown, rest } = setUp();
    logs.open('a');
    await answer([1], 'next');
    rest();
    logs.showMore();
    await answer([2]);
    rest();
    logs.noteChange('a');
    await answer([2, 3], 'later');
    expect(loads.map(({ query }) => query.cursor)).toEqual([undefined, 'next', 'next']);
    expect([shown(), logs.loaded.value.hasMore]).toEqual([[1, 2, 3], true]);
    rest();
    logs.reload();
    await answer([0, 1], 'next');
    await answer([2, 3]);
    expect(loads.slice(3).map(({ query }) => query.cursor)).toEqual([undefined, 'next']);
    expect([shown(), logs.loaded.value.hasMore]).toEqual([[0, 1, 2, 3], false]);
    logs.reload();
    rest();
    await answer([0, 1]);
    expect([shown(), logs.loaded.value.hasMore]).toEqual([[0, 1], false]);
  });

  it('keeps what it shows when an update fails, and says so until one succeeds', async () => {
    const { logs, loads, answer, settle, shown, rest } = setUp();
    logs.open('a');
    await answer([1]);
    rest();
    logs.reload();
    loads.at(-1)!.reject(new TypeError('fetch failed'));
    await settle();
    expect([shown(), logs.loaded.value.hasFailed]).toEqual([[1], true]);
    rest();
    logs.reload();
    await answer([1, 2]);
    expect([shown(), logs.loaded.value.hasFailed]).toEqual([[1, 2], false]);
  });

  it('drops an answer that comes after it was closed, and shows nothing then', async () => {
    const { logs, loads, answer, shown } = setUp();
    logs.open('a');
    const { signal } = loads[0]!.query;
    logs.close();
    expect(signal?.aborted).toBe(true);
    await answer([1]);
    logs.reload();
    logs.noteChange('a');
    expect([shown(), loads.length]).toEqual([[], 1]);
  });

  it('does not take being closed for a failure', async () => {
    const { logs, loads, settle } = setUp();
    logs.open('a');
    logs.close();
    loads[0]!.reject(new DOMException('aborted', 'AbortError'));
    await settle();
    expect(logs.loaded.value.hasFailed).toBe(false);
  });

  it('begins with one page again in another trace', async () => {
    const { logs, loads, answer, rest } = setUp();
    logs.open('a');
    await answer([1], 'next');
    rest();
    logs.showMore();
    logs.open('b');
    await answer([7], 'next');
    expect(loads.at(-1)).toMatchObject({ id: 'b', query: { limit: 500 } });
    expect(logs.loaded.value).toMatchObject({ records: [{ id: 7 }], hasMore: true });
  });
});
