import type { ExecutionStatus } from '@tta/obs-protocol';
import { isFailed, runName } from './span-facts.ts';
import type { SpanRecord } from '../otlp/trace-batch.ts';

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
  readonly span: SpanRecord;
  readonly status: ExecutionStatus;
  readonly serviceName: string;
}

/**
 * Adds one span to the totals of its trace. The result depends on the set of spans alone, not on the order
 * in which they arrive; the caller makes sure that each is added once.
 */
export function addSpan(totals: TraceTotals | undefined, added: AddedSpan): TraceTotals {
  const { span, status } = added;
  const endNs = span.endTimeUnixNano > span.startTimeUnixNano ? span.endTimeUnixNano : span.startTimeUnixNano;
  const errorCount = (totals?.errorCount ?? 0) + (isFailed(status) ? 1 : 0);
  const head = totals !== undefined && !takesOver(totals, span) ? totals : headOf(added);
  return {
    ...head,
    status: head.hasRoot ? head.status : errorCount > 0 ? 'error' : 'success',
    startNs:
      totals !== undefined && totals.startNs < span.startTimeUnixNano
        ? totals.startNs
        : span.startTimeUnixNano,
    endNs: totals !== undefined && totals.endNs > endNs ? totals.endNs : endNs,
    spanCount: (totals?.spanCount ?? 0) + 1,
    errorCount,
  };
}

function headOf({ span, status, serviceName }: AddedSpan) {
  const hasRoot = span.parentSpanId === null;
  return {
    name: hasRoot ? runName(span) : span.name,
    serviceName,
    status,
    hasRoot,
    headSpanId: span.spanId,
    headStartNs: span.startTimeUnixNano,
  };
}

function takesOver(totals: TraceTotals, span: SpanRecord): boolean {
  const isRoot = span.parentSpanId === null;
  if (isRoot !== totals.hasRoot) return isRoot;
  if (span.startTimeUnixNano !== totals.headStartNs) return span.startTimeUnixNano < totals.headStartNs;
  return span.spanId < totals.headSpanId;
}
