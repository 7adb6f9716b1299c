import type { TraceSummary } from '@tta/obs-protocol';
import type { RunningServer } from '@tta/obs-server';

const REMEMBERED = 1_000;

/** Remembers the traces that changed while a program ran. */
export class LeftTraces {
  readonly #summaries = new Map<string, TraceSummary>();
  readonly #unsubscribe: () => void;
  #onChange: () => void = () => undefined;
  #count = 0;

  constructor(server: RunningServer) {
    this.#unsubscribe = server.onTrace((trace) => {
      if (!this.#summaries.delete(trace.traceId)) this.#count++;
      this.#summaries.set(trace.traceId, trace);
      const [oldest] = this.#summaries.keys();
      if (this.#summaries.size > REMEMBERED && oldest !== undefined) this.#summaries.delete(oldest);
      this.#onChange();
    });
  }

  /** All traces, also those that are no longer remembered. */
  get count(): number {
    return this.#count;
  }

  /** The newest ones by start time, oldest first. */
  newest(limit: number): readonly TraceSummary[] {
    const byStart = [...this.#summaries.values()].sort((left, right) => left.startTimeMs - right.startTimeMs);
    return byStart.slice(-limit);
  }

  /** Resolves when every trace has its root, at the latest after `limitMs`. */
  complete(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.#onChange = () => {
        if (![...this.#summaries.values()].every((trace) => trace.hasRoot)) return;
        clearTimeout(timer);
        resolve();
      };
      this.#onChange();
    });
  }

  stop(): void {
    this.#unsubscribe();
  }
}
