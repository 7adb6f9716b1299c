import { hostname } from 'node:os';
import type { SpanDetail, TraceSummary } from '@tta/obs-protocol';
import type { ProgressLine } from '../progress-line.ts';
import { RemovedTraceError } from '../removed-trace-error.ts';
import type { ServiceClient } from '../service-client.ts';
import { isOrphan, storedTrace, type Evidence, type ProgramRun, type StoredTrace } from './evidence.ts';
import { counted } from './finding.ts';
import type { Origin } from './origin.ts';

/** A process of which nobody can tell whether it runs counts as ended after so long a silence. */
const SILENCE_MS = 10 * 60_000;
/** The most spans that are read, of one trace and of all. */
const SPANS_OF_TRACE = 5_000;
const SPANS_OF_ALL = 50_000;

export interface ReadEvidenceOptions {
  readonly now: () => number;
  readonly program?: ProgramRun;
  /** Is told how far the reading is. */
  readonly progress?: Pick<ProgressLine, 'show'>;
}

export interface ReadEvidence {
  readonly evidence: Evidence;
  /** Traces that were left out because they hold too many spans. */
  readonly unreadCount: number;
}

/**
 * Reads traces with their spans, the newest first, as many as can be held. Those that lack a parent are read again once it
 * is known which processes have ended: what a process sends between the first reading and its end is no fault.
 */
export async function readEvidence(
  client: Pick<ServiceClient, 'spans'>,
  summaries: readonly TraceSummary[],
  { now, program, progress }: ReadEvidenceOptions,
): Promise<ReadEvidence> {
  const traces: StoredTrace[] = [];
  let room = SPANS_OF_ALL;
  let unreadCount = 0;
  for (const [at, summary] of summaries.entries()) {
    progress?.show(() => `${at} of ${counted(summaries.length, 'trace')} read`);
    if (summary.spanCount > Math.min(room, SPANS_OF_TRACE)) {
      unreadCount++;
      continue;
    }
    room -= summary.spanCount;
    const trace = await readTrace(client, summary);
    if (trace !== undefined) traces.push(trace);
  }
  const lacking = new Set(traces.filter(lacksParent));
  const ended = endedOf(lacking, processEnds(traces, now(), program));
  const settled: StoredTrace[] = [];
  for (const trace of traces) {
    const again = lacking.has(trace) ? await readTrace(client, trace) : trace;
    if (again !== undefined) settled.push(again);
  }
  return {
    evidence: {
      traces: settled,
      nowMs: now(),
      ...(program !== undefined && { program }),
      hasEnded: ({ resourceKey }) => ended.has(resourceKey),
    },
    unreadCount,
  };
}

/** `undefined` when it is gone by now. */
async function readTrace(
  client: Pick<ServiceClient, 'spans'>,
  summary: Pick<TraceSummary, 'traceId' | 'name' | 'isPartial'>,
): Promise<StoredTrace | undefined> {
  const details = await detailsOf(client, summary.traceId);
  return details.length === 0 ? undefined : storedTrace(summary, details);
}

function lacksParent(trace: StoredTrace): boolean {
  return trace.spans.some((span) => isOrphan(span, trace));
}

/** The resources of processes that have ended by now. */
function endedOf(traces: Iterable<StoredTrace>, hasEnded: (origin: Origin) => boolean): ReadonlySet<string> {
  const ended = new Map<string, boolean>();
  for (const { spans } of traces) {
    for (const { origin } of spans) {
      if (!ended.has(origin.resourceKey)) ended.set(origin.resourceKey, hasEnded(origin));
    }
  }
  return new Set([...ended].filter(([, isEnded]) => isEnded).map(([key]) => key));
}

/** A part of a trace would look like a trace with faults. */
async function detailsOf(
  client: Pick<ServiceClient, 'spans'>,
  traceId: string,
): Promise<readonly SpanDetail[]> {
  const details: SpanDetail[] = [];
  try {
    for await (const page of client.spans(traceId)) details.push(...page);
    return details;
  } catch (error) {
    if (error instanceof RemovedTraceError) return [];
    throw error;
  }
}

/** Tells of processes of this machine from the machine, and of others from their silence. */
export function processEnds(
  traces: readonly StoredTrace[],
  nowMs: number,
  program: ProgramRun | undefined,
): (origin: Origin) => boolean {
  const lastMs = new Map<string, number>();
  for (const { spans } of traces) {
    for (const { origin, endMs } of spans) {
      const key = keyOf(origin);
      lastMs.set(key, Math.max(endMs, lastMs.get(key) ?? 0));
    }
  }
  const thisHost = hostname();
  return (origin) => {
    const { pid, hostName } = origin;
    if (pid !== undefined && hostName === thisHost) return !isRunning(pid);
    // Its traces came while the program ran, and nothing says that another process sent them.
    if (program !== undefined && hostName === undefined) return true;
    return nowMs - (lastMs.get(keyOf(origin)) ?? nowMs) > SILENCE_MS;
  };
}

function keyOf({ processKey, serviceName }: Origin): string {
  return processKey ?? serviceName;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs for another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
