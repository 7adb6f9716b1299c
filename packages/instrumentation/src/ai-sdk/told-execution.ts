import type { AttributeValue, Context } from '@opentelemetry/api';
import type { LlmUsage } from '@tta/obs-context';
import { instrumentationOf } from '../current-instrumentation.ts';
import type { Execution } from '../execution.ts';
import type { LinkedAbort } from '../linked-abort.ts';
import { fieldsOf } from './ai-sdk-fields.ts';
import { createUnit, type Unit, type UnitDescription } from '../unit.ts';

/** An execution that somebody else does: it begins when it is made, and ends when its end is told. Telling it twice is harmless. */
export class ToldExecution {
  readonly #execution: Execution;
  readonly #active: Context;
  readonly #abort: LinkedAbort;
  #succeed: (output: unknown) => void = () => undefined;
  #fail: (error: unknown) => void = () => undefined;

  /** @param active - Which execution it is inside of. */
  constructor(description: UnitDescription, active: Context, input: unknown) {
    const end = new Promise<unknown>((resolve, reject) => {
      this.#succeed = resolve;
      this.#fail = reject;
    });
    // Where the run was cancelled before, nobody waits for the end.
    end.catch(() => undefined);
    this.#active = active;
    this.#execution = instrumentationOf(active).open(unitOf(description), active, undefined);
    this.#abort = this.#execution.cancellable();
    // Whoever does the work gets its error; here it has been recorded.
    this.#execution.perform(() => end, input).catch(() => undefined);
  }

  /** In which what it does is to run. */
  get context(): Context {
    return this.#execution.otelContext ?? this.#active;
  }

  attr(key: string, value: AttributeValue): void {
    this.#execution.attr(key, value);
  }

  /** Records how often an agent asked. */
  calls(model: number, tools: number): void {
    this.#execution.record({ type: 'calls', model, tools });
  }

  usage(usage: LlmUsage): void {
    this.#execution.usage(usage);
  }

  succeed(output: unknown): void {
    this.#succeed(output);
  }

  fail(error: unknown): void {
    if (isAbort(error)) this.cancel(error);
    else this.#fail(error);
  }

  cancel(reason: unknown): void {
    if (this.#execution.ended) return;
    this.#abort.abort(reason);
    this.#fail(reason);
  }
}

/** So many kinds of calls are known; then they are forgotten, and made anew. */
const unitLimit = 256;
const units = new Map<string, Unit<unknown, unknown>>();

/** Instruments keep what they know of a unit: each call of the same kind is of the same one. */
function unitOf(description: UnitDescription): Unit<unknown, unknown> {
  const key = JSON.stringify(description);
  const known = units.get(key);
  if (known) return known;
  const made = createUnit(description, () => Promise.resolve());
  if (units.size >= unitLimit) units.clear();
  units.set(key, made);
  return made;
}

/** By its name: the reason of a signal is of no class that all have. */
function isAbort(error: unknown): boolean {
  return fieldsOf(error)['name'] === 'AbortError';
}
