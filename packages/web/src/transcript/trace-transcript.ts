import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { SpanTranscript, TranscriptList } from '@tta/obs-protocol';
import type { Timer } from '../service/backoff.ts';
import { Reloader } from '../service/reloader.ts';
import { ServiceProblem } from '../service/service-client.ts';
import type { PageQuery } from '../service/service-client.ts';

const PAGE_SIZE = 500;

export interface TranscriptState {
  /** What was said, in order of time, as far as it has arrived. */
  readonly items: readonly SpanTranscript[];
  /** Whether all of it has. */
  readonly isComplete: boolean;
  /** Why the last attempt ended; what is shown is out of date then, or not all. */
  readonly failure: string | undefined;
}

export interface TraceTranscriptOptions {
  readonly load: (traceId: string, query: PageQuery) => Promise<TranscriptList>;
  readonly timer: Timer;
  readonly nowMs: () => number;
}

const NOTHING: TranscriptState = { items: [], isComplete: false, failure: undefined };

/** What was said in the trace on the screen: loaded page by page, and again when the trace has changed. */
export class TraceTranscript {
  readonly #options: TraceTranscriptOptions;
  readonly #reloader: Reloader;
  readonly #state = signal<TranscriptState>(NOTHING);
  readonly state: ReadonlySignal<TranscriptState> = this.#state;
  #traceId: string | undefined;
  #seq = -1;

  constructor(options: TraceTranscriptOptions) {
    this.#options = options;
    this.#reloader = new Reloader({
      load: (signal) => this.#load(signal),
      timer: options.timer,
      nowMs: options.nowMs,
    });
  }

  /** @param seq - Of the state of the trace that is on the screen: a later one is loaded anew. */
  show(traceId: string, seq: number): void {
    if (traceId === this.#traceId && seq === this.#seq) return;
    if (traceId !== this.#traceId) this.close();
    this.#traceId = traceId;
    this.#seq = seq;
    this.#reloader.request();
  }

  reload(): void {
    if (this.#traceId !== undefined) this.#reloader.request();
  }

  close(): void {
    this.#reloader.stop();
    this.#traceId = undefined;
    this.#state.value = NOTHING;
  }

  async #load(aborted: AbortSignal): Promise<void> {
    const items: SpanTranscript[] = [];
    const isFirst = !this.#state.value.isComplete;
    try {
      for (let cursor: string | null | undefined; cursor !== null;) {
        const query = { limit: PAGE_SIZE, signal: aborted, ...(cursor !== undefined && { cursor }) };
        const page = await this.#options.load(this.#traceId as string, query);
        if (aborted.aborted) return;
        items.push(...page.items);
        cursor = page.nextCursor;
        // What is on the screen stays until all of the next state is there.
        if (isFirst && cursor !== null)
          this.#state.value = { items: [...items], isComplete: false, failure: undefined };
      }
      this.#state.value = { items, isComplete: true, failure: undefined };
    } catch (error) {
      if (aborted.aborted) return;
      const failure = error instanceof ServiceProblem ? error.message : 'The service cannot be reached.';
      this.#state.value = { ...this.#state.value, failure };
    }
  }
}
