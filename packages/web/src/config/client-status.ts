import type { TraceSummary } from '@tta/obs-protocol';
import { relativeTime } from '../format/moment.ts';
import type { ServiceClient } from '../service/service-client.ts';
import type { Client } from './clients.ts';

/** What is known of a client's traces. */
export type ClientStatus =
  | { readonly kind: 'received'; readonly newest: TraceSummary }
  /** None of the traces that were looked through; `isComplete`: they were all. */
  | { readonly kind: 'nothing'; readonly isComplete: boolean }
  /** Its traces cannot be told from those of others. */
  | { readonly kind: 'unknown' };

/** So long after its last trace a client counts as one that sends. */
const RECENT_MS = 5 * 60_000;
/** Pages that are looked through for a client that sends nothing. */
const MOST_PAGES = 5;

/** The newest trace of each client, by its id. */
export async function clientStatuses(
  clients: readonly Client[],
  service: Pick<ServiceClient, 'traces'>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ClientStatus>> {
  const statuses = new Map<string, ClientStatus>();
  // One after the other: this view is not worth a queue of twelve searches before those of others.
  for (const { id, query } of clients) statuses.set(id, await statusOf(query, service, signal));
  return statuses;
}

async function statusOf(
  query: string | undefined,
  service: Pick<ServiceClient, 'traces'>,
  signal: AbortSignal,
): Promise<ClientStatus> {
  if (query === undefined) return { kind: 'unknown' };
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { items, nextCursor } = await service.traces({
      limit: 1,
      query,
      signal,
      ...(cursor !== null && { cursor }),
    });
    const [newest] = items;
    if (newest !== undefined) return { kind: 'received', newest };
    if (nextCursor === null) return { kind: 'nothing', isComplete: true };
    cursor = nextCursor;
  }
  return { kind: 'nothing', isComplete: false };
}

/** Whether its newest trace ended a moment ago. */
export function isReceiving(status: ClientStatus, nowMs: number): boolean {
  return status.kind === 'received' && nowMs - endOf(status.newest) < RECENT_MS;
}

/** A status in words. */
export function statusText(status: ClientStatus, nowMs: number): string {
  switch (status.kind) {
    case 'received': {
      const text = `last trace ${relativeTime(endOf(status.newest), nowMs)}`;
      return isReceiving(status, nowMs) ? `receiving, ${text}` : text;
    }
    case 'nothing':
      return status.isComplete ? 'nothing yet' : 'nothing among the newest traces';
    case 'unknown':
      return 'cannot be told apart';
  }
}

function endOf({ startTimeMs, durationMs }: TraceSummary): number {
  return startTimeMs + durationMs;
}
