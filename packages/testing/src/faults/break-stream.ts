import { InvalidOptionError } from '@tta/obs-context';
import {
  type InstrumentedPrimitive,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';
import { bodyOf, inPlaceOf } from '../internal/in-place-of.ts';

/** What a client throws whose connection is gone: by its code of the category `network`, so that `retry` tries again. */
export class ConnectionResetError extends Error {
  override readonly name = 'ConnectionResetError';
  /** As Node.js puts it on errors of sockets. */
  readonly code = 'ECONNRESET';
}

/**
 * A step whose stream breaks after so many chunks, its own and those of the steps inside it that it passes on: in place of
 * the next one, or of the result where there is none, comes an error. In each of its executions, also those whose chunks
 * nobody reads: there a model that would only stream to a reader is not broken off.
 *
 * @param after - 0: before the first chunk.
 * @param error - What is thrown. @defaultValue a new {@link ConnectionResetError} each time
 * @throws `OBS_ERR_INVALID_OPTION` when `after` is not 0, 1, 2, …; `OBS_ERR_INVALID_COMPOSITION` when `step` is none.
 */
export function breakStream<I, O, Chunk>(
  after: number,
  step: InstrumentedPrimitive<I, O, Chunk>,
  error?: unknown,
): InstrumentedPrimitive<I, O, Chunk> {
  if (!(Number.isInteger(after) && after >= 0)) {
    throw new InvalidOptionError(
      `faults.breakStream: the number of chunks is ${String(after)}; it has to be a whole number of at least 0`,
    );
  }
  requireStep(step, 'faults.breakStream: the step');
  const body = bodyOf(step);
  return inPlaceOf(step, async (input: I, scope) => {
    const wire = new Wire(after, error);
    const output = await body(input, wire.through(scope));
    wire.check();
    return output;
  });
}

/** Takes so many chunks of an execution, whoever in it emits them. */
class Wire {
  readonly #error: unknown;
  #left: number;

  constructor(chunks: number, error: unknown) {
    this.#left = chunks;
    this.#error = error;
  }

  /** @throws What a broken stream ends with, where it can take no more. */
  check(): void {
    if (this.#left > 0) return;
    const thrown: unknown =
      this.#error === undefined ? new ConnectionResetError('read ECONNRESET') : this.#error;
    throw thrown;
  }

  /** The scope, whose chunks go this way from now on. Changed, not copied: others link to the execution that it is. */
  through<Chunk>(scope: RunScope<Chunk>): RunScope<Chunk> {
    const { emit, step } = scope;
    const emitThrough: typeof emit = (chunk) => {
      const taken = this.#take(() => emit(chunk));
      // Whoever does not wait for its chunk hears of it at the end, and must not end the process.
      taken.catch(() => undefined);
      return taken;
    };
    const stepThrough: typeof step = (edge, child, input, options) =>
      step(edge, options?.streamed ? this.#into(child) : child, input, options);
    return Object.defineProperties(scope, {
      emit: { value: emitThrough, configurable: true },
      step: { value: stepThrough, configurable: true },
    });
  }

  async #take(emit: () => Promise<void>): Promise<void> {
    this.check();
    this.#left--;
    await emit();
  }

  #into<I, O>(child: PrimitiveLike<I, O>): PrimitiveLike<I, O> {
    const body = bodyOf(child);
    return inPlaceOf(child, (input: I, scope) => body(input, this.through(scope)));
  }
}
