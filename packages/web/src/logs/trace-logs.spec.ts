import { describe, expect, it } from '@jest/globals';
import type { LogList } from '@tta/obs-protocol';
import type { PageQuery } from '../service/service-client.ts';
import { logRecord } from '../testing/log-fixture.ts';
import { TraceLogs } from './trace-logs.ts';

function setUp() {
  const due: (() => void)[] = [];
  const loads: {
    id: string;
    query: PageQuery;
    resolve(list: LogList): void;
    reject(error: unknown): void;
  }[] = [];
  const logs = new TraceLogs({
    load: (id, query) =>
      new Promise((resolve, reject) => {
        loads.push({ id, query, resolve, reject });
      }),
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

  it('shows a page more on demand, and keeps it through an update', async () => {
    const { logs, loads, answer, shown, rest } = setUp();
    logs.open('a');
    await answer([1], 'next');
    expect(logs.loaded.value.hasMore).toBe(true);
    rest();
    logs.showMore();
    await answer([1], 'next');
    await answer([2]);
    expect(loads.map(({ query }) => query.cursor)).toEqual([undefined, undefined, 'next']);
    expect([shown(), logs.loaded.value.hasMore]).toEqual([[1, 2], false]);
    logs.showMore();
    rest();
    expect(loads).toHaveLength(3);
    logs.reload();
    await answer([1], 'next');
    await answer([2, 3], 'later');
    expect([shown(), logs.loaded.value.hasMore]).toEqual([[1, 2, 3], true]);
  });

  it('keeps what it shows when an update fails', async () => {
    const { logs, loads, answer, settle, shown, rest } = setUp();
    logs.open('a');
    await answer([1]);
    rest();
    logs.reload();
    loads.at(-1)!.reject(new TypeError('fetch failed'));
    await settle();
    expect(shown()).toEqual([1]);
    rest();
    logs.reload();
    await answer([1, 2]);
    expect(shown()).toEqual([1, 2]);
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
