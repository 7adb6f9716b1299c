import type { ContextInit, WorkflowContext } from '@tta/obs-context';
import { executeUnit } from './execute-unit.ts';
import type { Outcome } from './outcome.ts';
import type { RunScope } from './run-scope.ts';
import type { RunStream } from './run-stream.ts';
import { streamUnit } from './stream-unit.ts';
import { tryExecute } from './try-execute.ts';
import { createUnit, type Unit, unit, type UnitDescription } from './unit.ts';

/**
 * Base of every primitive. A contributor describes it and writes {@link InstrumentedPrimitive.run};
 * spans, metrics, logs, cancellation and error bookkeeping come from here.
 *
 * `Chunk` is what a reader of its stream gets: `never` for a primitive that emits nothing before its result.
 */
export abstract class InstrumentedPrimitive<in I, out O, out Chunk = unknown> {
  readonly [unit]: Unit<I, O, Chunk>;

  constructor(description: UnitDescription) {
    this[unit] = createUnit(description, (input: I, scope: RunScope<Chunk>) => this.run(input, scope));
  }

  /** Kind of primitive: the `retry` of the span `primitive.retry.execute`. */
  get type(): string {
    return this[unit].type;
  }

  /** What it does, `execute` unless said otherwise. */
  get action(): string {
    return this[unit].action;
  }

  /** What a person calls it. */
  get name(): string {
    return this[unit].name;
  }

  /**
   * Runs the primitive. Below another run (inside a step, or with the context of one) it continues that
   * run; else it begins one: in the trace of the context that it is given, else in the one that is active.
   *
   * @param init - What is known about the run, which is copied; or the context of a run to continue; or a
   * context made by hand.
   * @returns What the primitive returns.
   * @throws What the primitive throws, untouched, and what a getter of `init` throws: always as a rejection.
   */
  execute(input: I, init?: WorkflowContext | ContextInit): Promise<O> {
    const own = this[unit];
    return executeUnit(own, own.body, input, init);
  }

  /** Runs the primitive like {@link execute}; never rejects. */
  tryExecute(input: I, init?: WorkflowContext | ContextInit): Promise<Outcome<O>> {
    return tryExecute(this[unit], input, init);
  }

  /**
   * Runs the primitive like {@link execute}, and gives what it emits as it comes. It begins at once; chunks are made as they
   * are read, one ahead at most. It has to be read to its end, left by `break`, or cancelled: otherwise the run stays open, and
   * is ended as cancelled with the program that `initializeObservability` watches.
   */
  stream(input: I, init?: WorkflowContext | ContextInit): RunStream<Chunk, O> {
    return streamUnit(this[unit], input, init);
  }

  /** What the primitive does. Children run through `scope.step` only. */
  protected abstract run(input: I, scope: RunScope<Chunk>): O | PromiseLike<O>;
}
