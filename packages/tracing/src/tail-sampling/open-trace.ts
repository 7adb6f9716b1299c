import type { HrTime } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';

/** A trace, or a later part of one, with spans that have not ended. */
export class OpenTrace {
  readonly traceId: string;
  readonly startTime: HrTime;
  /** Added to the monotonic clock it gives the time of day, as it was when the trace was opened. */
  readonly clockOffsetMs: number;
  /**
   * Ids of the local spans that were started since and have not ended. A count would be wrong as soon as one ends
   * that was started before an eviction.
   */
  readonly openSpans = new Set<string>();
  /** Spans that wait for the decision. */
  spans: ReadableSpan[] = [];
  /** Of the spans that wait, in memory. */
  sizeBytes = 0;
  /** Already decided while open: what ends is kept at once. */
  isSampled = false;
  /** When it is looked at next, on the monotonic clock. */
  lookAtMs = 0;
  /** Its neighbours in the {@link OpenTraceQueue}. */
  previous: OpenTrace | undefined;
  next: OpenTrace | undefined;

  constructor(traceId: string, startTime: HrTime, clockOffsetMs: number) {
    this.traceId = traceId;
    this.startTime = startTime;
    this.clockOffsetMs = clockOffsetMs;
  }
}

/**
 * Open traces in the order in which they are to be looked at. Linked by hand: a `Set` has an order too, but finding
 * its first entry walks over the deleted ones and takes 28 µs at 50,000 traces.
 */
export class OpenTraceQueue {
  #first: OpenTrace | undefined;
  #last: OpenTrace | undefined;

  /** The one to be looked at next, which was not looked at for the longest time. */
  get first(): OpenTrace | undefined {
    return this.#first;
  }

  add(trace: OpenTrace): void {
    trace.previous = this.#last;
    if (this.#last) this.#last.next = trace;
    else this.#first = trace;
    this.#last = trace;
  }

  remove(trace: OpenTrace): void {
    if (trace.previous) trace.previous.next = trace.next;
    else this.#first = trace.next;
    if (trace.next) trace.next.previous = trace.previous;
    else this.#last = trace.previous;
    trace.previous = undefined;
    trace.next = undefined;
  }
}
