import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { TraceDocument, TraceSummary } from '@tta/obs-protocol';
import { ServiceProblem } from '../service/service-client.ts';
import type { Timer } from '../service/backoff.ts';
import { buildSpanTree } from './span-tree.ts';
import type { SpanTree } from './span-tree.ts';

export type OpenTraceState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'shown'; readonly document: TraceDocument; readonly tree: SpanTree }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly message: string };

export interface OpenTraceOptions {
  readonly load: (traceId: string, signal: AbortSignal) => Promise<TraceDocument>;
  readonly timer: Timer;
  readonly nowMs: () => number;
}

/** Shortest time between two loads of one trace while its spans arrive. */
const QUIET_MS = 100;

/** The trace on the screen: loaded when it is opened and again when later spans arrive. */
export class OpenTrace {
  readonly #options: OpenTraceOptions;
  readonly #state = signal<OpenTraceState>({ kind: 'loading' });
  readonly state: ReadonlySignal<OpenTraceState> = this.#state;
  #traceId: string | undefined;
  #abort = new AbortController();
  #isLoading = false;
  #isStale = false;
  #cancelReload: () => void = () => {};

  constructor(options: OpenTraceOptions) {
    this.#options = options;
  }

  open(traceId: string): void {
    if (traceId === this.#traceId) return;
    this.close();
    this.#traceId = traceId;
    this.#state.value = { kind: 'loading' };
    void this.#load();
  }

  close(): void {
    this.#cancelReload();
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#traceId = undefined;
    this.#isLoading = false;
    this.#isStale = false;
  }

  /** A trace has changed: the one that is open is loaded again if this page has not seen that state. */
  noteChange(summary: TraceSummary): void {
    if (summary.traceId !== this.#traceId) return;
    const state = this.#state.value;
    if (state.kind === 'shown' && state.document.summary.seq >= summary.seq) return;
    this.reload();
  }

  /** Loads again what is open, after the load that is under way. */
  reload(): void {
    if (this.#traceId === undefined) return;
    if (this.#isLoading) this.#isStale = true;
    else void this.#load();
  }

  async #load(): Promise<void> {
    const { signal: aborted } = this.#abort;
    this.#isLoading = true;
    this.#isStale = false;
    const startedMs = this.#options.nowMs();
    const state = await this.#fetched(this.#traceId as string, aborted);
    if (aborted.aborted) return;
    // A failed update leaves what is shown: the state of the connection tells that it is out of date.
    if (state.kind !== 'failed' || this.#state.value.kind !== 'shown') this.#state.value = state;
    // A large trace that grows is loaded at most for a third of the time.
    const pauseMs = Math.max(QUIET_MS, 2 * (this.#options.nowMs() - startedMs));
    this.#cancelReload = this.#options.timer(pauseMs, () => {
      this.#isLoading = false;
      if (this.#isStale) void this.#load();
    });
  }

  async #fetched(traceId: string, aborted: AbortSignal): Promise<OpenTraceState> {
    try {
      const document = await this.#options.load(traceId, aborted);
      return { kind: 'shown', document, tree: buildSpanTree(document.spans) };
    } catch (error) {
      if (error instanceof ServiceProblem && error.status === 404) return { kind: 'missing' };
      const message = error instanceof ServiceProblem ? error.message : 'The service cannot be reached.';
      return { kind: 'failed', message };
    }
  }
}
