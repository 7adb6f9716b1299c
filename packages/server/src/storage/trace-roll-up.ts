import type { ExecutionStatus } from '@tta/obs-protocol';

/** What the store keeps of a trace beside its spans. */
export interface TraceTotals {
  readonly name: string;
  readonly serviceName: string;
  readonly status: ExecutionStatus;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly spanCount: number;
  readonly errorCount: number;
  readonly hasRoot: boolean;
  /** The span that speaks for the trace: the earliest root, else the earliest span. */
  readonly headSpanId: string;
  readonly headStartNs: bigint;
}

export interface AddedSpan {
  readonly spanId: string;
  readonly isRoot: boolean;
  /** What a person calls the run, of a root; else the name of the span. */
  readonly name: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly status: ExecutionStatus;
  readonly serviceName: string;
}

/** The year 2000: a span before it has mostly a time in other units, which says nothing of when its trace was. */
const EARLIEST_NS = 946_684_800_000_000_000n;

/** `cancelled` and `suspended` are neither good nor bad. */
export function isFailed(status: string): boolean {
  return status === 'error' || status === 'timeout';
}

/**
 * Adds one span to the totals of its trace. The result depends on the set of spans alone, not on the order
 * in which they arrive; the caller makes sure that each is added once.
 */
export function addSpan(totals: TraceTotals | undefined, span: AddedSpan): TraceTotals {
  const endNs = span.endNs > span.startNs ? span.endNs : span.startNs;
  const errorCount = (totals?.errorCount ?? 0) + (isFailed(span.status) ? 1 : 0);
  const head = totals !== undefined && !takesOver(totals, span) ? totals : headOf(span);
  const times = timesOf(totals, span.startNs, endNs);
  return {
    name: head.name,
    serviceName: head.serviceName,
    hasRoot: head.hasRoot,
    headSpanId: head.headSpanId,
    headStartNs: head.headStartNs,
    status: head.hasRoot ? head.status : errorCount > 0 ? 'error' : 'success',
    ...times,
    spanCount: (totals?.spanCount ?? 0) + 1,
    errorCount,
  };
}

/** From the earliest start to the latest end of the spans that are not before 2000, else of all. */
function timesOf(totals: TraceTotals | undefined, startNs: bigint, endNs: bigint) {
  if (totals === undefined) return { startNs, endNs };
  const isOdd = startNs < EARLIEST_NS;
  const areAllOdd = totals.startNs < EARLIEST_NS;
  if (isOdd && !areAllOdd) return { startNs: totals.startNs, endNs: totals.endNs };
  if (!isOdd && areAllOdd) return { startNs, endNs };
  return {
    startNs: totals.startNs < startNs ? totals.startNs : startNs,
    endNs: totals.endNs > endNs ? totals.endNs : endNs,
  };
}

function headOf({ spanId, isRoot, name, startNs, status, serviceName }: AddedSpan) {
  return { name, serviceName, status, hasRoot: isRoot, headSpanId: spanId, headStartNs: startNs };
}

function takesOver(totals: TraceTotals, span: AddedSpan): boolean {
  if (span.isRoot !== totals.hasRoot) return span.isRoot;
  if (span.startNs !== totals.headStartNs) return span.startNs < totals.headStartNs;
  return span.spanId < totals.headSpanId;
}
