import type { ExecutionResult } from '@tta/obs-context';
import type { Durations } from './durations.ts';
import { encodeHistogram } from './histogram-encoding.ts';
import { PerSecondCounts } from './per-second-counts.ts';
import { RollingLatency } from './rolling-latency.ts';
import { noErrors, noExecutions, type PrimitiveSnapshot } from './statistics-snapshot.ts';

/** What is kept of one primitive. Times are numbers of slices and seconds since the statistics began. */
export class PrimitiveRecord {
  readonly type: string;
  readonly name: string;
  readonly #executions = noExecutions();
  readonly #errors = noErrors();
  readonly #latency = new RollingLatency();
  readonly #perSecond = new PerSecondCounts();
  #inFlight = 0;
  #unmeasured = 0;
  #costUsd = 0;
  #savedUsd = 0;
  #alone = 0;
  #cpuMs = 0;
  #heapDeltaBytes = 0;
  #inexact = 0;

  constructor(type: string, name: string) {
    this.type = type;
    this.name = name;
  }

  begin(): void {
    this.#inFlight++;
  }

  end(execution: ExecutionResult, slice: number, second: number): void {
    const { status, durationMs, costUsd, savedUsd, processUse } = execution;
    // One whose begin was not heard was not counted either.
    if (this.#inFlight > 0) this.#inFlight--;
    this.#executions[status]++;
    if (status === 'error' || status === 'timeout') {
      const { errorCategory = 'unknown' } = execution;
      // An error of another version of the package may have a category that this one does not know.
      this.#errors[Object.hasOwn(this.#errors, errorCategory) ? errorCategory : 'unknown']++;
    }
    if (durationMs >= 0 && durationMs < Infinity) this.#latency.record(slice, durationMs);
    else this.#unmeasured++;
    this.#perSecond.add(second);
    if (costUsd !== undefined) this.#costUsd += costUsd;
    if (savedUsd !== undefined) this.#savedUsd += savedUsd;
    if (!processUse) return;
    const { cpuMs, heapDeltaBytes, concurrent } = processUse;
    if (concurrent === 1 && cpuMs >= 0 && Number.isFinite(cpuMs + heapDeltaBytes)) {
      this.#alone++;
      this.#cpuMs += cpuMs;
      this.#heapDeltaBytes += heapDeltaBytes;
    } else {
      this.#inexact++;
    }
  }

  /** @param scratch - Empty; holds the durations of the window afterwards. */
  snapshot(slice: number, second: number, scratch: Durations): PrimitiveSnapshot {
    this.#latency.addTo(scratch, slice);
    return {
      type: this.type,
      name: this.name,
      inFlight: this.#inFlight,
      executions: { ...this.#executions },
      errors: { ...this.#errors },
      latency: { ...scratch.summary(), histogram: encodeHistogram(scratch.counts) },
      unmeasured: this.#unmeasured,
      throughput: this.#perSecond.rates(second),
      costUsd: this.#costUsd,
      savedUsd: this.#savedUsd,
      processUse: {
        executions: this.#alone,
        cpuMs: this.#cpuMs,
        heapDeltaBytes: this.#heapDeltaBytes,
        inexact: this.#inexact,
      },
    };
  }
}
