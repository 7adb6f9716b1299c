import { CancelledError, classifyError } from '@tta/obs-context';
import { InstrumentedPrimitive, messageOf, type RunScope } from '@tta/obs-instrumentation';
import { Branches } from './internal/branches.ts';
import { requireOneOf, requireOptions, requirePositiveInteger } from './internal/requirements.ts';
import { StepsFailedError } from './internal/steps-failed-error.ts';
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
export class ParallelError extends StepsFailedError<string> {
  constructor(name: string, failures: ReadonlyMap<string, unknown>, total: number) {
    const [first] = failures.values();
    const failed = `${failures.size} of ${total} branches of "${name}" failed`;
    super(
      'OBS_ERR_PARALLEL',
      `${failed}: ${[...failures.keys()].join(', ')}; the first error: ${messageOf(first)}`,
      failures,
      // Trying again helps only where it may help every branch that failed.
      [...failures.values()].every((failure) => classifyError(failure).recoverable),
    );
  }
}

class Parallel extends InstrumentedPrimitive<unknown, unknown, never> {
  readonly #branches: Branches;
  readonly #concurrency: number;
  readonly #failFast: boolean;

  constructor(branches: Branches, { concurrency, onError, name }: ParallelOptions) {
    super({ type: 'parallel', name: name ?? 'parallel', children: branches.list });
    this.#branches = branches;
    this.#concurrency = concurrency ?? branches.list.length;
    this.#failFast = onError !== 'wait-all';
  }

  protected async run(input: unknown, scope: RunScope): Promise<unknown> {
    const branches = this.#branches;
    const outputs: unknown[] = [];
    const failures = new Map<number, unknown>();
    await branches.runAll(input, scope, this.#concurrency, {
      succeeded: (index, output) => {
        outputs[index] = output;
      },
      failed: (index, error, fanOut) => {
        if (this.#failFast) {
          const reason = `branch "${branches.list[index]?.key}" of ${this.name} failed`;
          fanOut.fail(error, new CancelledError(reason, error));
        } else failures.set(index, error);
      },
    });
    if (failures.size > 0) throw new ParallelError(this.name, branches.byKey(failures), branches.list.length);
    return branches.shaped(outputs);
  }
}

/**
 * Runs branches at the same time on the same input. A record gives a record of results, a tuple a tuple.
 *
 * @throws The first error (`fail-fast`) or {@link ParallelError} (`wait-all`).
 * @throws `OBS_ERR_INVALID_COMPOSITION` without branches, when a branch is no step, when `concurrency` is
 * no positive integer, for another `onError`, or when the options are no object; at construction.
 */
export function parallel<const T extends readonly AnyStep[]>(
  branches: T,
  options?: ParallelOptions,
): InstrumentedPrimitive<SharedInput<Elements<T>>, { -readonly [K in keyof T]: OutputOf<T[K]> }, never>;
export function parallel<R extends Readonly<Record<string, AnyStep>>>(
  branches: R,
  options?: ParallelOptions,
): InstrumentedPrimitive<SharedInput<R>, { -readonly [K in keyof R]: OutputOf<R[K]> }, never>;
export function parallel(
  branches: Readonly<Record<string, AnyStep>> | readonly AnyStep[],
  options: ParallelOptions = {},
): never {
  const checked = new Branches('parallel', branches);
  requireOptions(options, 'parallel', '{ concurrency: 4 }');
  const { concurrency, onError } = options;
  if (concurrency !== undefined) requirePositiveInteger(concurrency, 'parallel: concurrency');
  if (onError !== undefined) requireOneOf(onError, ['fail-fast', 'wait-all'], 'parallel: onError');
  return new Parallel(checked, options) as never;
}
