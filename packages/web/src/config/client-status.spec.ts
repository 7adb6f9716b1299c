import { describe, expect, it } from '@jest/globals';
import type { TraceList } from '@tta/obs-protocol';
import type { TraceQuery } from '../service/service-client.ts';
import { traceSummary } from '../testing/trace-fixture.ts';
import { clientStatuses, statusText } from './client-status.ts';

const { signal } = new AbortController();
const trace = traceSummary({ startTimeMs: 10_000, durationMs: 2_000 });

function serviceOf(pages: readonly TraceList[]) {
  const asked: TraceQuery[] = [];
  return {
    asked,
    traces: async (query: TraceQuery): Promise<TraceList> => {
      asked.push(query);
      return pages[Math.min(asked.length, pages.length) - 1]!;
    },
  };
}

async function statusBy(pages: readonly TraceList[]) {
  const service = serviceOf(pages);
  const clients = [{ id: 'one', name: 'One', snippets: [], query: 'service:one' }];
  return { asked: service.asked, status: (await clientStatuses(clients, service, signal)).get('one')! };
}

describe('clientStatuses', () => {
  it('finds the newest trace of a client by its query', async () => {
    const { asked, status } = await statusBy([{ items: [trace], nextCursor: 'more' }]);
    expect(asked).toEqual([{ limit: 1, query: 'service:one', signal }]);
    expect(status).toEqual({ kind: 'received', newest: trace });
    expect(statusText(status, 16_500)).toBe('receiving, last trace 4 s ago');
    expect(statusText(status, 12_000 + 5 * 60_000)).toBe('last trace 5 min ago');
  });

  it('looks on where a page is empty, and says nothing only after the last', async () => {
    const { asked, status } = await statusBy([
      { items: [], nextCursor: 'more' },
      { items: [], nextCursor: null },
    ]);
    expect(asked.map(({ cursor }) => cursor)).toEqual([undefined, 'more']);
    expect(statusText(status, 0)).toBe('nothing yet');
  });

  it('says that it has not looked through all when it gave up', async () => {
    const { asked, status } = await statusBy([{ items: [], nextCursor: 'more' }]);
    expect(asked).toHaveLength(5);
    expect(statusText(status, 0)).toBe('nothing among the newest traces');
  });

  it('asks nothing about a client that cannot be told apart', async () => {
    const service = serviceOf([]);
    const statuses = await clientStatuses([{ id: 'any', name: 'Any', snippets: [] }], service, signal);
    expect(service.asked).toEqual([]);
    expect(statusText(statuses.get('any')!, 0)).toBe('cannot be told apart');
  });
});
