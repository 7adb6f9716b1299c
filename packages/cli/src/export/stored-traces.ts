import type { SpanDetail } from '@tta/obs-protocol';
import type { TraceSpan } from '@tta/obs-tracing/formats';
import { RemovedTraceError } from '../removed-trace-error.ts';
import type { ServiceClient } from '../service-client.ts';
import { toTraceSpan } from './trace-span.ts';

/** The spans of stored traces, one trace after the other, and what was read so far. No more than a page is held. */
export class StoredTraces {
  traceCount = 0;
  spanCount = 0;
  /** Traces that were listed and removed before they were read. */
  goneCount = 0;
  /** Traces that were removed while they were read: a part of them was. */
  partCount = 0;
  /** All that was asked for has been read: nobody has left before. */
  isRead = false;
  readonly #client: ServiceClient;

  constructor(client: ServiceClient) {
    this.#client = client;
  }

  /** @param traceIds - Those to read, in this order. */
  async *spans(traceIds: AsyncIterable<string> | Iterable<string>): AsyncGenerator<TraceSpan> {
    for await (const traceId of traceIds) {
      const before = this.spanCount;
      for await (const page of this.#readable(traceId)) {
        for (const detail of page) {
          this.spanCount++;
          yield toTraceSpan(detail);
        }
      }
      if (this.spanCount > before) this.traceCount++;
      else this.goneCount++;
    }
    this.isRead = true;
  }

  async *#readable(traceId: string): AsyncGenerator<readonly SpanDetail[]> {
    try {
      yield* this.#client.spans(traceId);
    } catch (error) {
      if (!(error instanceof RemovedTraceError)) throw error;
      this.partCount++;
    }
  }

  /** The ids of all traces, newest first; of those that began in the same moment in the order of their ids. */
  async *allTraceIds(): AsyncGenerator<string> {
    let startTimeMs: number | undefined;
    let together: string[] = [];
    for await (const page of this.#client.tracePages()) {
      for (const trace of page) {
        if (trace.startTimeMs !== startTimeMs) {
          yield* together.sort();
          together = [];
          startTimeMs = trace.startTimeMs;
        }
        together.push(trace.traceId);
      }
    }
    yield* together.sort();
  }
}
