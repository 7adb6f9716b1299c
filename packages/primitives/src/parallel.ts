import { CancelledError, classifyError, InvalidCompositionError, ObsError } from '@tta/obs-context';
import {
  InstrumentedPrimitive,
  LinkedAbort,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';
import { countLateFailure, countLateResult, isAnswerToAbort } from './internal/late-result.ts';
import { requireOneOf, requirePositiveInteger } from './internal/requirements.ts';
import type { AnyStep, Elements, OutputOf, SharedInput } from './step-types.ts';

/** How branches run beside each other. */
export interface ParallelOptions {
  /** How many branches run at a time. @defaultValue all */
  readonly concurrency?: number;
  /**
   * `fail-fast`: the first error aborts the other branches and is thrown. `wait-all`: every branch comes
   * to its end, then failures are thrown together as {@link ParallelError}.
   *
   * @defaultValue 'fail-fast'
   */
  readonly onError?: 'fail-fast' | 'wait-all';
  /** @defaultValue 'parallel' */
  readonly name?: string;
}

/** Branches of a `wait-all` parallel failed. Its cause is the first failure in the order of branches. */
export class ParallelError extends ObsError {
  /** What each failed branch threw, by its key. */
  readonly failures: ReadonlyMap<string, unknown>;

  constructor(failures: ReadonlyMap<string, unknown>, total: number) {
    const keys = [...failures.keys()];
    const first = failures.get(keys[0] ?? '');
    super(`${keys.length} of ${total} branches failed: ${keys.join(', ')}`, {
      code: 'OBS_ERR_PARALLEL',
      category: classifyError(first).category,
      severity: 'high',
      // Trying again helps only where it may help every branch that failed.
      recoverable: [...failures.values()].every((failure) => classifyError(failure).recoverable),
      cause: first,
    });
    this.failures = failures;
  }
}

type Branch = PrimitiveLike<unknown, unknown>;

class Parallel extends InstrumentedPrimitive<unknown, unknown> {
  readonly #branches: readonly (readonly [string, Branch])[];
  readonly #asTuple: boolean;
  readonly #concurrency: number;
  readonly #failFast: boolean;

  constructor(branches: Record<string, Branch> | readonly Branch[], options: ParallelOptions) {
    super({ type: 'parallel', name: options.name ?? 'parallel' });
    this.#branches = Object.entries(branches);
    this.#asTuple = Array.isArray(branches);
    this.#concurrency = Math.min(options.concurrency ?? Number.POSITIVE_INFINITY, this.#branches.length);
    this.#failFast = options.onError !== 'wait-all';
  }

  protected async run(input: unknown, scope: RunScope): Promise<unknown> {
    const abort = new LinkedAbort(scope.signal);
    try {
      const results = await (this.#failFast
        ? this.#untilFirstError(input, scope, abort)
        : this.#untilAllSettled(input, scope, abort.signal));
      return this.#asTuple
        ? results
        : Object.fromEntries(this.#branches.map(([key], index) => [key, results[index]]));
    } finally {
      abort.release();
    }
  }

  #branch(index: number, input: unknown, scope: RunScope, signal: AbortSignal): Promise<unknown> {
    const [key, step] = this.#branches[index] as readonly [string, Branch];
    return scope.step(`branch_${key}`, step, input, { signal, index, total: this.#branches.length });
  }

  /** Rejects with the first error at once; branches that do not heed their signal are left behind. */
  #untilFirstError(input: unknown, scope: RunScope, abort: LinkedAbort): Promise<unknown[]> {
    const results: unknown[] = [];
    const total = this.#branches.length;
    return new Promise((resolve, reject) => {
      let next = 0;
      let left = total;
      let failed = false;
      const begin = (): void => {
        if (failed || next >= total) return;
        const index = next++;
        this.#branch(index, input, scope, abort.signal).then(
          (result) => {
            if (failed) {
              countLateResult(scope);
              return;
            }
            results[index] = result;
            if (--left === 0) resolve(results);
            else begin();
          },
          (error: unknown) => {
            if (failed) {
              if (!isAnswerToAbort(error, abort.signal)) countLateFailure(scope, error);
              return;
            }
            failed = true;
            reject(error);
            const key = this.#branches[index]?.[0];
            abort.abort(new CancelledError(`branch "${key}" of ${this.name} failed`, error));
          },
        );
      };
      for (let lane = 0; lane < this.#concurrency; lane++) begin();
    });
  }

  async #untilAllSettled(input: unknown, scope: RunScope, signal: AbortSignal): Promise<unknown[]> {
    const results: unknown[] = [];
    const failures = new Map<number, unknown>();
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < this.#branches.length && !signal.aborted) {
        const index = next++;
        try {
          results[index] = await this.#branch(index, input, scope, signal);
        } catch (error) {
          failures.set(index, error);
        }
      }
    };
    await Promise.all(Array.from({ length: this.#concurrency }, lane));
    signal.throwIfAborted();
    if (failures.size > 0) {
      const byKey = [...failures].sort(([a], [b]) => a - b);
      throw new ParallelError(
        new Map(byKey.map(([index, error]) => [this.#branches[index]?.[0] ?? '', error])),
        this.#branches.length,
      );
    }
    return results;
  }
}

/**
 * Runs branches at the same time on the same input. A record gives a record of results, a tuple a tuple.
 *
 * @throws The first error (`fail-fast`) or {@link ParallelError} (`wait-all`).
 * @throws `OBS_ERR_INVALID_COMPOSITION` without branches, when a branch is no step, when `concurrency` is
 * no positive integer, or for another `onError`; at construction.
 */
export function parallel<const T extends readonly AnyStep[]>(
  branches: T,
  options?: ParallelOptions,
): InstrumentedPrimitive<SharedInput<Elements<T>>, { -readonly [K in keyof T]: OutputOf<T[K]> }>;
export function parallel<R extends Readonly<Record<string, AnyStep>>>(
  branches: R,
  options?: ParallelOptions,
): InstrumentedPrimitive<SharedInput<R>, { -readonly [K in keyof R]: OutputOf<R[K]> }>;
export function parallel(
  branches: Readonly<Record<string, AnyStep>> | readonly AnyStep[],
  options: ParallelOptions = {},
): never {
  const entries = Object.entries(branches);
  if (entries.length === 0) throw new InvalidCompositionError('parallel needs at least one branch');
  for (const [key, step] of entries) requireStep(step, `parallel: branch "${key}"`);
  const { concurrency, onError } = options;
  if (concurrency !== undefined) requirePositiveInteger(concurrency, 'parallel: concurrency');
  if (onError !== undefined) requireOneOf(onError, ['fail-fast', 'wait-all'], 'parallel: onError');
  return new Parallel(branches as Record<string, Branch>, options) as never;
}
