import type { TraceSummary } from '@tta/obs-protocol';
import type { ServiceClient } from '../service-client.ts';

/** So many traces are looked at, unless a window of time is named. */
const NEWEST = 200;

export interface ListedTraces {
  /** Newest first. */
  readonly summaries: readonly TraceSummary[];
  /** There are more in the window of time than are looked at. */
  readonly isCut: boolean;
}

/**
 * The traces that are looked at: the newest 200 or, of a window of time, the newest 500.
 *
 * @param windowMs - They began so long ago at most.
 */
export async function listTraces(
  client: Pick<ServiceClient, 'newestTraces' | 'tracePages'>,
  windowMs: number | undefined,
  now: () => number,
): Promise<ListedTraces> {
  if (windowMs === undefined) return { summaries: await client.newestTraces(NEWEST), isCut: false };
  const sinceMs = now() - windowMs;
  let summaries: readonly TraceSummary[] | undefined;
  for await (const page of client.tracePages()) {
    const inWindow = page.filter(({ startTimeMs }) => startTimeMs >= sinceMs);
    if (summaries !== undefined) return { summaries, isCut: inWindow.length > 0 };
    summaries = inWindow;
    if (inWindow.length < page.length) break;
  }
  return { summaries: summaries ?? [], isCut: false };
}
