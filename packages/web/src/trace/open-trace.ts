import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { TraceDocument, TraceSummary } from '@tta/obs-protocol';
import { ServiceProblem } from '../service/service-client.ts';
import type { Timer } from '../service/backoff.ts';
import { Reloader } from '../service/reloader.ts';
import { runNamedRoot } from './run-named-root.ts';
import { buildSpanTree } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';

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

/** The trace on the screen: loaded when it is opened and again when later spans arrive. */
export class OpenTrace {
  readonly #options: OpenTraceOptions;
  readonly #reloader: Reloader;
  readonly #state = signal<OpenTraceState>({ kind: 'loading' });
  readonly state: ReadonlySignal<OpenTraceState> = this.#state;
  #traceId: string | undefined;

  constructor(options: OpenTraceOptions) {
    this.#options = options;
    this.#reloader = new Reloader({
      load: (aborted) => this.#load(aborted),
      timer: options.timer,
      nowMs: options.nowMs,
    });
  }

  open(traceId: string): void {
    if (traceId === this.#traceId) return;
    this.close();
    this.#traceId = traceId;
    this.#state.value = { kind: 'loading' };
    this.#reloader.request();
  }

  close(): void {
    this.#reloader.stop();
    this.#traceId = undefined;
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
    if (this.#traceId !== undefined) this.#reloader.request();
  }

  async #load(aborted: AbortSignal): Promise<void> {
    const state = await this.#fetched(this.#traceId as string, aborted);
    if (aborted.aborted) return;
    // A failed update leaves what is shown: the state of the connection tells that it is out of date.
    if (state.kind !== 'failed' || this.#state.value.kind !== 'shown') this.#state.value = state;
  }

  async #fetched(traceId: string, aborted: AbortSignal): Promise<OpenTraceState> {
    try {
      const document = await this.#options.load(traceId, aborted);
      return { kind: 'shown', document, tree: buildSpanTree(runNamedRoot(document)) };
    } catch (error) {
      if (error instanceof ServiceProblem && error.status === 404) return { kind: 'missing' };
      const message = error instanceof ServiceProblem ? error.message : 'The service cannot be reached.';
      return { kind: 'failed', message };
    }
  }
}
