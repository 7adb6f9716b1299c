import { CancelledError, classifyError } from '@tta/obs-context';
import { InstrumentedPrimitive, messageOf, type RunScope } from '@tta/obs-instrumentation';
import { type Branch, Branches } from './internal/branches.ts';
import { FanOut } from './internal/fan-out.ts';
import { StepsFailedError } from './internal/steps-failed-error.ts';
import type { AnyStep, Elements, OutputOf, SharedInput } from './step-types.ts';
import { requireOptions } from './internal/requirements.ts';

/** What can be set about {@link race}. */
export interface RaceOptions {
  /** @defaultValue 'race' */
  readonly name?: string;
}

/** Every branch of a race failed. Its cause is the first failure in the order of branches. */
export class RaceError extends StepsFailedError<string> {
  constructor(name: string, failures: ReadonlyMap<string, unknown>) {
    const [first] = failures.values();
    const branches = failures.size === 1 ? 'the only branch' : `all ${failures.size} branches`;
    super(
      'OBS_ERR_RACE',
      `${branches} of "${name}" failed: ${[...failures.keys()].join(', ')}; the first error: ${messageOf(first)}`,
      failures,
      // One branch that succeeds is enough.
      [...failures.values()].some((failure) => classifyError(failure).recoverable),
    );
  }
}

type Won<Key, Step> = { winner: Key; value: OutputOf<Step> };

/** Which branch of a tuple was first, by its position, and what it returned. */
type WonOfTuple<T extends readonly AnyStep[]> = number extends T['length']
  ? Won<number, T[number]>
  : { [K in keyof T]: K extends `${infer Position extends number}` ? Won<Position, T[K]> : never }[number];

/** Which branch of a record was first, by its key, and what it returned. */
type WonOfRecord<R> = { [K in keyof R & (string | number)]: Won<`${K}`, R[K]> }[keyof R & (string | number)];

class Race extends InstrumentedPrimitive<unknown, unknown, never> {
  readonly #branches: Branches;

  constructor(branches: Branches, { name }: RaceOptions) {
    super({ type: 'race', name: name ?? 'race', children: branches.list });
    this.#branches = branches;
  }

  protected async run(input: unknown, scope: RunScope): Promise<unknown> {
    const { list, isTuple } = this.#branches;
    const total = list.length;
    const failures = new Map<number, unknown>();
    let first: { readonly index: number; readonly value: unknown } | undefined;
    await new FanOut(scope, list.values(), total, {
      begin: ({ edge, step }, index, signal) => scope.step(edge, step, input, { signal, index, total }),
      succeeded: (index, value, fanOut) => {
        first = { index, value };
        fanOut.decide(new CancelledError(`branch "${list[index]?.key}" of ${this.name} was first`));
      },
      failed: (index, error) => {
        failures.set(index, error);
      },
    }).run();
    if (!first) throw new RaceError(this.name, this.#branches.byKey(failures));
    const { index, value } = first;
    const { key } = list[index] as Branch;
    scope.record({ type: 'decision', choice: key, reason: 'first_success' });
    return { winner: isTuple ? index : key, value };
  }
}

/**
 * Runs branches at the same time on the same input and gives the first that succeeds: `winner` says which, by its key
 * in a record or its position in a tuple, and `value` what it returned. The others are aborted.
 *
 * @throws {@link RaceError} when all have failed; the reason of the signal when the run is cancelled, once the running
 * branches have ended.
 * @throws `OBS_ERR_INVALID_COMPOSITION` without branches, when a branch is no step, or when the options are no object; at
 * construction.
 */
export function race<const T extends readonly AnyStep[]>(
  branches: T,
  options?: RaceOptions,
): InstrumentedPrimitive<SharedInput<Elements<T>>, WonOfTuple<T>, never>;
export function race<R extends Readonly<Record<string, AnyStep>>>(
  branches: R,
  options?: RaceOptions,
): InstrumentedPrimitive<SharedInput<R>, WonOfRecord<R>, never>;
export function race(
  branches: Readonly<Record<string, AnyStep>> | readonly AnyStep[],
  options: RaceOptions = {},
): never {
  const checked = new Branches('race', branches);
  requireOptions(options, 'race', '{ name }');
  return new Race(checked, options) as never;
}
