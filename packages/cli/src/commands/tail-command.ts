import type { LiveChange, TraceSummary } from '@tta/obs-protocol';
import { UsageError } from '../command-error.ts';
import { liveChanges } from '../live-changes.ts';
import { queryArgument } from '../query-argument.ts';
import { ServiceClient } from '../service-client.ts';
import { serviceSettings } from '../service-settings.ts';
import { stopSignal } from '../stop-signal.ts';
import type { Surroundings } from '../surroundings.ts';
import { tailLine } from '../tail-line.ts';
import type { TailFlags } from './tail.ts';

/** Traces that are remembered; the line of one that changes after so many others is printed again. */
const REMEMBERED = 10_000;

/** `tta-obs tail`: traces as they come in, until Ctrl-C. */
export async function tailCommand(
  flags: TailFlags,
  words: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const { terminal } = surroundings;
  const limit = limitOf(flags.limit);
  const query = queryArgument(words, terminal.columns);
  const client = new ServiceClient(serviceSettings(flags, surroundings));
  const stop = new AbortController();
  void stopSignal(surroundings).then(() => stop.abort());
  const say = (text: string) => terminal.err(`tta-obs: ${text}\n`);
  let hasBegun = false;
  const changes = liveChanges({
    client,
    query,
    signal: stop.signal,
    onConnected: () => {
      if (!hasBegun && flags.json !== true) say(`Follows ${client.url} until Ctrl-C.`);
      hasBegun = true;
    },
    onGone: () => say(`The service at ${client.url} has gone: what it tells follows when it is back.`),
  });
  const lines =
    flags.json === true ? jsonLines(changes) : textLines(changes, (trace) => tailLine(trace, terminal));
  await surroundings.pipeOut(first(limit, lines));
  return 0;
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const limit = /^[0-9]{1,9}$/.test(text) ? Number(text) : 0;
  if (limit > 0) return limit;
  throw new UsageError(`--limit must be a whole number from 1 on, but is "${text}".`);
}

async function* first(limit: number, lines: AsyncIterable<string>): AsyncGenerator<string> {
  let count = 0;
  for await (const line of lines) {
    yield `${line}\n`;
    if (++count === limit) return;
  }
}

/** The service tells of each trace that the query does not find; here only those count that were printed. */
async function* jsonLines(changes: AsyncIterable<LiveChange>): AsyncGenerator<string> {
  const printed = new Set<string>();
  for await (const change of changes) {
    if (change.type === 'unmatched' && !printed.delete(change.traceId)) continue;
    if (change.type === 'trace') {
      const { traceId } = change.trace;
      printed.delete(traceId);
      printed.add(traceId);
      const [oldest] = printed;
      if (printed.size > REMEMBERED && oldest !== undefined) printed.delete(oldest);
    }
    yield JSON.stringify(change);
  }
}

/** A line for each trace, and one more when its end is another one. */
async function* textLines(
  changes: AsyncIterable<LiveChange>,
  lineOf: (trace: TraceSummary) => string,
): AsyncGenerator<string> {
  const ends = new Map<string, string>();
  for await (const change of changes) {
    if (change.type === 'unmatched') ends.delete(change.traceId);
    if (change.type !== 'trace') continue;
    const { trace } = change;
    const end = endOf(trace);
    const isTold = ends.get(trace.traceId) === end;
    ends.delete(trace.traceId);
    ends.set(trace.traceId, end);
    const [oldest] = ends.keys();
    if (ends.size > REMEMBERED && oldest !== undefined) ends.delete(oldest);
    if (!isTold) yield lineOf(trace);
  }
}

/** What a running trace has done so far is not its end. */
function endOf({ hasRoot, status, durationMs }: TraceSummary): string {
  return hasRoot ? `${status} ${durationMs}` : 'running';
}
