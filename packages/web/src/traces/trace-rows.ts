import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { TraceSummary } from '@tta/obs-protocol';

export interface TraceRowsOptions {
  /** How many traces are held at most; the oldest go first. By default 5,000. */
  readonly limit?: number;
}

/** The traces of the list, newest first, each in its latest known state. */
export class TraceRows {
  readonly #limit: number;
  readonly #byId = new Map<string, TraceSummary>();
  readonly #ordered: TraceSummary[] = [];
  readonly #rows = signal<readonly TraceSummary[]>([]);
  readonly rows: ReadonlySignal<readonly TraceSummary[]> = this.#rows;
  #newestSeq = 0;

  constructor({ limit = 5_000 }: TraceRowsOptions = {}) {
    this.#limit = limit;
  }

  /** The highest `seq` seen; 0 before the first trace. */
  get newestSeq(): number {
    return this.#newestSeq;
  }

  /** Takes traces over in any order: of two states of one trace the one with the higher `seq` stays. */
  merge(traces: readonly TraceSummary[]): void {
    let changed = false;
    for (const trace of traces) {
      this.#newestSeq = Math.max(this.#newestSeq, trace.seq);
      const known = this.#byId.get(trace.traceId);
      if (known !== undefined) {
        if (known.seq >= trace.seq) continue;
        this.#ordered.splice(this.#position(known), 1);
      }
      this.#byId.set(trace.traceId, trace);
      this.#ordered.splice(this.#position(trace), 0, trace);
      changed = true;
    }
    for (const dropped of this.#ordered.splice(this.#limit)) this.#byId.delete(dropped.traceId);
    if (changed) this.#rows.value = this.#ordered.slice();
  }

  clear(): void {
    this.#byId.clear();
    this.#ordered.length = 0;
    this.#newestSeq = 0;
    this.#rows.value = [];
  }

  /** Where `trace` stands, or would stand: the first place whose trace does not come before it. */
  #position(trace: TraceSummary): number {
    let low = 0;
    let high = this.#ordered.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (comesBefore(this.#ordered[middle] as TraceSummary, trace)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function comesBefore(a: TraceSummary, b: TraceSummary): boolean {
  if (a.startTimeMs !== b.startTimeMs) return a.startTimeMs > b.startTimeMs;
  return a.traceId < b.traceId;
}
