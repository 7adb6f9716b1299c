import type { AttributesJson } from '@tta/obs-protocol';
import { UnusableSpanError } from './decode-error.ts';
import type { ScopeRecord, SpanGroup, SpanRecord, TraceBatch } from './trace-batch.ts';

/** Collects what a decoder finds, so that both decoders treat bad spans and empty groups alike. */
export class BatchBuilder {
  readonly #groups: SpanGroup[] = [];
  #rejectedSpans = 0;
  #rejectionReason = '';

  /** Runs `decode`; a span that it cannot use is counted, any other error goes on to the caller. */
  span(path: () => string, decode: () => SpanRecord): SpanRecord | null {
    try {
      return decode();
    } catch (error) {
      if (!(error instanceof UnusableSpanError)) throw error;
      if (this.#rejectedSpans++ === 0) this.#rejectionReason = `${path()}: ${error.message}`;
      return null;
    }
  }

  group(resource: AttributesJson, scope: ScopeRecord, spans: readonly SpanRecord[]): void {
    if (spans.length > 0) this.#groups.push({ resource, scope, spans });
  }

  batch(): TraceBatch {
    return {
      groups: this.#groups,
      rejectedSpans: this.#rejectedSpans,
      rejectionReason: this.#rejectionReason,
    };
  }
}
