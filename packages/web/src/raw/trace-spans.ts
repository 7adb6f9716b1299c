import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { SpanDetail, SpanDetailList } from '@tta/obs-protocol';
import { ServiceProblem } from '../service/service-client.ts';
import type { PageQuery } from '../service/service-client.ts';

const PAGE_SIZE = 500;

export type TraceSpansState =
  /** Nobody has asked yet. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'loading'; readonly count: number }
  /** `length`: of all of them as JSON, in characters. */
  | { readonly kind: 'shown'; readonly spans: readonly SpanDetail[]; readonly length: number }
  | { readonly kind: 'failed'; readonly message: string };

/** All spans of a trace with all that was received of them: loaded page by page, so that the page stays awake. */
export class TraceSpans {
  readonly #load: (traceId: string, query: PageQuery) => Promise<SpanDetailList>;
  readonly #state = signal<TraceSpansState>({ kind: 'idle' });
  readonly state: ReadonlySignal<TraceSpansState> = this.#state;
  #abort = new AbortController();

  constructor(load: (traceId: string, query: PageQuery) => Promise<SpanDetailList>) {
    this.#load = load;
  }

  /** Loads all of them, anew if they are there already; those stay until then. */
  async load(traceId: string): Promise<void> {
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal: aborted } = this.#abort;
    const isFirst = this.#state.value.kind !== 'shown';
    const spans: SpanDetail[] = [];
    let length = 0;
    if (isFirst) this.#state.value = { kind: 'loading', count: 0 };
    try {
      for (let cursor: string | null | undefined; cursor !== null;) {
        const query = { limit: PAGE_SIZE, signal: aborted, ...(cursor !== undefined && { cursor }) };
        const page = await this.#load(traceId, query);
        if (aborted.aborted) return;
        // Page by page: all at once would take the time of many frames.
        length += JSON.stringify(page.items).length;
        for (const span of page.items) spans.push(span);
        cursor = page.nextCursor;
        if (isFirst) this.#state.value = { kind: 'loading', count: spans.length };
      }
      this.#state.value = { kind: 'shown', spans, length };
    } catch (error) {
      if (aborted.aborted || !isFirst) return;
      const message = error instanceof ServiceProblem ? error.message : 'The service cannot be reached.';
      this.#state.value = { kind: 'failed', message };
    }
  }

  /** Gives up what is under way. */
  stop(): void {
    this.#abort.abort();
    if (this.#state.value.kind === 'loading') this.#state.value = { kind: 'idle' };
  }
}
