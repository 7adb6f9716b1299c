import { isTraceList, type TraceList, type TraceSummary } from '@tta/obs-protocol';
import type { ServiceClient } from './service-client.ts';

/** As many as a page may have. */
const PAGE = 500;

export interface TraceSearch {
  /** In the query language; empty for all traces. */
  readonly query: string;
  readonly limit: number;
}

/** What a search has found with one question. */
export interface FoundTraces {
  readonly items: readonly TraceSummary[];
  /** Start of the oldest traces that were looked at, in milliseconds since the Unix epoch; `null` where it is not told. */
  readonly lookedBackToMs: number | null;
}

/**
 * Traces that a query finds, newest first, as they are found: the service looks back a little with each question, which
 * may find none.
 *
 * @returns At most `limit` traces in all.
 */
export async function* searchTraces(
  client: Pick<ServiceClient, 'readExisting'>,
  { query, limit }: TraceSearch,
): AsyncGenerator<FoundTraces> {
  let left = limit;
  let cursor: string | null = null;
  do {
    const parameters = new URLSearchParams({ limit: String(Math.min(PAGE, left)) });
    if (query !== '') parameters.set('query', query);
    if (cursor !== null) parameters.set('cursor', cursor);
    const page: TraceList = await client.readExisting(`/api/traces?${parameters.toString()}`, isTraceList);
    cursor = page.nextCursor;
    yield { items: page.items.slice(0, left), lookedBackToMs: timeOf(cursor) };
    left -= page.items.length;
  } while (left > 0 && cursor !== null);
}

/** Our service begins its cursors with the time that it has come to, in nanoseconds; of others nothing is known. */
function timeOf(cursor: string | null): number | null {
  const nanoseconds = /^([0-9]{16,19})-/.exec(cursor ?? '')?.[1];
  return nanoseconds === undefined ? null : Number(nanoseconds) / 1e6;
}
