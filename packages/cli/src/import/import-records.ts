import { isTraceProblem, writeOtlpLines, type TraceRecord, type TraceSpan } from '@tta/obs-tracing/formats';
import { safeText } from '../safe-text.ts';
import type { TraceSender } from './trace-sender.ts';

/** Of more traces the ids are not remembered. */
const COUNTED_TRACES = 1_000_000;
/** What readers advise to their callers; the command has no such option. */
const READER_OPTION = /; raise limitLength$/;

/** What became of a file. */
export class ImportCounts {
  /** Spans that the service has taken. */
  spanCount = 0;
  /** Spans that it refused. */
  rejectedCount = 0;
  /** Parts of the file that are no spans though they should be, or were not there. */
  brokenCount = 0;
  readonly #traceIds = new Set<string>();

  addTrace(traceId: string): void {
    if (this.#traceIds.size < COUNTED_TRACES) this.#traceIds.add(traceId);
  }

  /** Counts up to a million. */
  get traceCount(): number {
    return this.#traceIds.size;
  }

  get isComplete(): boolean {
    return this.rejectedCount === 0 && this.brokenCount === 0;
  }

  get hasSpans(): boolean {
    return this.spanCount > 0 || this.rejectedCount > 0;
  }

  /** Nothing in it was a span, though something should have been. */
  get isAllBroken(): boolean {
    return this.brokenCount > 0 && !this.hasSpans;
  }

  /** As `41 spans of 3 traces`. */
  get text(): string {
    const { spanCount, traceCount } = this;
    const spans = `${spanCount} ${spanCount === 1 ? 'span' : 'spans'}`;
    if (traceCount === COUNTED_TRACES) return `${spans} of a million traces or more`;
    return `${spans} of ${traceCount} ${traceCount === 1 ? 'trace' : 'traces'}`;
  }
}

export interface ImportOptions {
  readonly sender: Pick<TraceSender, 'send'>;
  /** Counts as it goes on. */
  readonly counts: ImportCounts;
  /** Is told what was left out and why, in one line that is safe to print. */
  readonly onProblem: (message: string) => void;
  /** Is called after each request. */
  readonly onProgress: () => void;
}

/** Sends what was read from a file to the service, in requests of at most 512 spans or about 1 MiB. */
export async function importRecords(
  records: AsyncIterable<TraceRecord>,
  { sender, counts, onProblem, onProgress }: ImportOptions,
): Promise<void> {
  const pending: string[] = [];
  let hasWarned = false;
  for await (const request of writeOtlpLines(spans())) {
    const { kind, rejectedCount, message } = await sender.send(request);
    const traceIds = pending.splice(0);
    const rejected = kind === 'taken' ? rejectedCount : traceIds.length;
    counts.rejectedCount += rejected;
    counts.spanCount += traceIds.length - rejected;
    if (rejected < traceIds.length) for (const traceId of traceIds) counts.addTrace(traceId);
    if (rejected > 0) {
      onProblem(`the service refused ${rejected} of ${traceIds.length} spans: ${message}`);
    } else if (message !== '' && !hasWarned) {
      // Much the same is said of each request.
      hasWarned = true;
      onProblem(`the service took the spans, but says: ${message}`);
    }
    onProgress();
  }

  /** A request has all spans that were asked for until it was written. */
  async function* spans(): AsyncGenerator<TraceSpan> {
    for await (const record of records) {
      if (isTraceProblem(record)) {
        if (record.problem !== 'skipped') counts.brokenCount++;
        onProblem(safeText(record.message).replace(READER_OPTION, ''));
      } else {
        pending.push(record.traceId);
        yield record;
      }
    }
  }
}
