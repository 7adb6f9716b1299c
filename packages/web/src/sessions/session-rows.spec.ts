import { describe, expect, it } from '@jest/globals';
import type { SessionList, SessionSummary } from '@tta/obs-protocol';
import fc from 'fast-check';
import { SessionRows } from './session-rows.ts';

function session(sessionId: string, lastTimeMs: number): SessionSummary {
  return {
    sessionId,
    serviceName: 'chat',
    userId: null,
    firstTimeMs: 0,
    lastTimeMs,
    traceCount: 1,
    errorCount: 0,
    usage: {
      calls: 0,
      errors: 0,
      inputTokens: 0,
      outputTokens: 0,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      reasoningTokens: 0,
      reportedUsd: 0,
      estimatedUsd: 0,
      unpricedCount: 0,
    },
  };
}

/** Lists as the service does: newest end first, the cursor is the last row. */
class Service {
  readonly #lastTimes = new Map<string, number>();
  #nowMs = 0;

  touch(sessionId: string): void {
    this.#nowMs += 1;
    this.#lastTimes.set(sessionId, this.#nowMs);
  }

  get all(): SessionSummary[] {
    return [...this.#lastTimes]
      .map(([id, lastMs]) => session(id, lastMs))
      .toSorted((one, other) => other.lastTimeMs - one.lastTimeMs);
  }

  page(limit: number, cursor?: string): SessionList {
    const rest = this.all.filter(({ lastTimeMs }) => cursor === undefined || lastTimeMs < Number(cursor));
    const items = rest.slice(0, limit);
    return { items, nextCursor: rest.length > limit ? String(items.at(-1)?.lastTimeMs) : null };
  }
}

const ids = (rows: SessionRows) => rows.rows.value.map(({ sessionId }) => sessionId);
const next = (service: Service, limit: number) => async (cursor: string) => service.page(limit, cursor);

describe('SessionRows', () => {
  it('goes on where the page before ended', async () => {
    const service = new Service();
    for (const id of ['a', 'b', 'c', 'd', 'e']) service.touch(id);
    const rows = new SessionRows();
    rows.takeFirst(service.page(2));
    expect(ids(rows)).toEqual(['e', 'd']);
    await rows.loadMore(next(service, 2));
    await rows.loadMore(next(service, 2));
    await rows.loadMore(() => Promise.reject(new Error('There is no further page.')));
    expect(ids(rows)).toEqual(['e', 'd', 'c', 'b', 'a']);
  });

  it('lifts a session in which something happened, and keeps what was loaded below', async () => {
    const service = new Service();
    for (const id of ['a', 'b', 'c', 'd']) service.touch(id);
    const rows = new SessionRows();
    rows.takeFirst(service.page(2));
    await rows.loadMore(next(service, 2));
    service.touch('b');
    rows.takeFirst(service.page(2));
    expect(ids(rows)).toEqual(['b', 'd', 'c', 'a']);
  });

  it('begins anew when nothing of the page is known', async () => {
    const service = new Service();
    for (const id of ['a', 'b']) service.touch(id);
    const rows = new SessionRows();
    rows.takeFirst(service.page(2));
    for (const id of ['c', 'd', 'e']) service.touch(id);
    rows.takeFirst(service.page(2));
    expect(ids(rows)).toEqual(['e', 'd']);
    await rows.loadMore(next(service, 9));
    expect(ids(rows)).toEqual(['e', 'd', 'c', 'b', 'a']);
  });

  it('begins anew when only sessions that went on are known of the page', async () => {
    const service = new Service();
    for (const id of ['a', 'b']) service.touch(id);
    const rows = new SessionRows();
    rows.takeFirst(service.page(2));
    for (const id of ['x', 'y', 'b']) service.touch(id);
    rows.takeFirst(service.page(2));
    await rows.loadMore(next(service, 9));
    expect(ids(rows)).toEqual(['b', 'y', 'x', 'a']);
  });

  it('asks for one page at a time and drops one that came too late', async () => {
    const service = new Service();
    for (const id of ['a', 'b', 'c']) service.touch(id);
    const rows = new SessionRows();
    rows.takeFirst(service.page(1));
    const answers: ((list: SessionList) => void)[] = [];
    const slow = () => new Promise<SessionList>((resolve) => answers.push(resolve));
    const loading = rows.loadMore(slow);
    await rows.loadMore(slow);
    expect(answers).toHaveLength(1);
    for (const id of ['d', 'e']) service.touch(id);
    rows.takeFirst(service.page(1));
    answers[0]?.(service.page(1, '3'));
    await loading;
    expect(ids(rows)).toEqual(['e']);
  });

  it('goes on after a page that could not be loaded', async () => {
    const service = new Service();
    for (const id of ['a', 'b']) service.touch(id);
    const rows = new SessionRows();
    rows.takeFirst(service.page(1));
    await expect(rows.loadMore(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
    await rows.loadMore(next(service, 1));
    expect(ids(rows)).toEqual(['b', 'a']);
  });

  it('ends up with what the service lists, in whatever order things happen', async () => {
    const step = fc.oneof(
      fc.nat({ max: 12 }).map((id) => ({ touch: `s${id}` })),
      fc.constantFrom('refresh' as const, 'more' as const),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        async (steps, limit) => {
          const service = new Service();
          const rows = new SessionRows();
          for (const taken of steps) {
            if (taken === 'refresh') rows.takeFirst(service.page(limit));
            else if (taken === 'more') await rows.loadMore(next(service, limit));
            else service.touch(taken.touch);
            expect(new Set(ids(rows)).size).toBe(rows.rows.value.length);
          }
          rows.takeFirst(service.page(limit));
          for (let page = 0; page < 20; page++) await rows.loadMore(next(service, limit));
          expect(ids(rows)).toEqual(service.all.map(({ sessionId }) => sessionId));
        },
      ),
    );
  });
});
