import type { ProcessMeter, ProcessUse } from '@tta/obs-context';
import type { Execution } from './execution.ts';

interface Reading {
  readonly cpuMs: number;
  readonly heapBytes: number;
}

/** What is kept of an execution while it is open. */
interface Opened {
  readonly reading: Reading | undefined;
  /** Executions that were open when this one began, without those that it is a step of. */
  readonly besides: number;
  /** How many had begun by then, itself counted. */
  readonly begunBefore: number;
  /** Steps that have begun below it, near or far. */
  stepsBegun: number;
}

/** Measures what the process uses while each execution runs, and how many others run at the same time. */
export class ProcessWatch {
  readonly #meter: ProcessMeter;
  readonly #onFault: (error: unknown) => void;
  readonly #opened = new WeakMap<Execution, Opened>();
  #open = 0;
  #begun = 0;

  constructor(meter: ProcessMeter, onFault: (error: unknown) => void) {
    this.#meter = meter;
    this.#onFault = onFault;
  }

  begin(execution: Execution): void {
    let ancestors = 0;
    for (let above = execution.parent; above; above = above.parent) {
      // One above may have ended: what the user's code began and did not wait for outlives it.
      const opened = this.#opened.get(above);
      if (!opened) continue;
      ancestors++;
      opened.stepsBegun++;
    }
    const besides = this.#open - ancestors;
    this.#open++;
    this.#begun++;
    const begunBefore = this.#begun;
    this.#opened.set(execution, { besides, begunBefore, stepsBegun: 0, reading: this.#read() });
  }

  /** @returns `undefined` when the meter is at fault, or this execution's begin was not seen. */
  end(execution: Execution): ProcessUse | undefined {
    const opened = this.#opened.get(execution);
    if (!opened) return undefined;
    this.#opened.delete(execution);
    this.#open--;
    const before = opened.reading;
    const now = this.#read();
    if (!before || !now) return undefined;
    const begunMeanwhile = this.#begun - opened.begunBefore - opened.stepsBegun;
    return {
      cpuMs: now.cpuMs - before.cpuMs,
      heapDeltaBytes: now.heapBytes - before.heapBytes,
      concurrent: 1 + opened.besides + begunMeanwhile,
    };
  }

  #read(): Reading | undefined {
    try {
      return { cpuMs: finite(this.#meter.cpuMs()), heapBytes: finite(this.#meter.heapBytes()) };
    } catch (error) {
      this.#onFault(error);
      return undefined;
    }
  }
}

function finite(reading: number): number {
  if (Number.isFinite(reading)) return reading;
  throw new TypeError(`The process meter says ${String(reading)}, which is no amount.`);
}
