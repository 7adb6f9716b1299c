import { attributeNames as names, CancelledError, classifyError, ObsError } from '@tta/obs-context';
import {
  InstrumentedPrimitive,
  journalOf,
  messageOf,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';
import { FanOut, type TaskSource } from './internal/fan-out.ts';
import {
  requireBoolean,
  requireOneOf,
  requireOptions,
  requirePositiveInteger,
} from './internal/requirements.ts';
import { StepsFailedError } from './internal/steps-failed-error.ts';

/** How items are worked on. */
export interface ForEachOptions {
  /**
   * How many items are worked on at a time. The next one is asked for when one of them has ended, so that a stream
   * is read no faster than its items are done.
   *
   * @defaultValue 1
   */
  readonly concurrency?: number;
  /** Whether results are in the order of their items; else in that in which they came. @defaultValue true */
  readonly ordered?: boolean;
  /**
   * `fail-fast`: the first error aborts the other items, closes the iterator and is thrown. `wait-all`: every item is
   * worked on, then failures are thrown together as {@link ForEachError}.
   *
   * @defaultValue 'fail-fast'
   */
  readonly onError?: 'fail-fast' | 'wait-all';
  /** @defaultValue the name of the step */
  readonly name?: string;
}

/** What {@link forEach} takes. A string is iterable as well, and hardly ever meant: `[...text]` has its characters. */
export type Items<I> = (Iterable<I> & object) | AsyncIterable<I>;

/**
 * The types of what a step returns for an item without a result. A plain `unique symbol` would widen to `symbol` as the only
 * thing that a function returns, and could not be told from a result.
 */
type SkipItem = symbol & { readonly description: '@tta/obs/skip-item' };
type StopItems = symbol & { readonly description: '@tta/obs/stop-items' };

/** What a step of {@link forEach} returns for an item that leaves no result. */
export const skipItem: SkipItem = Symbol.for('@tta/obs/skip-item') as SkipItem;

/** What a step of {@link forEach} returns for the item at which to stop, like `break` in a loop: it leaves no result. */
export const stopItems: StopItems = Symbol.for('@tta/obs/stop-items') as StopItems;

/** Failures that are kept: of a stream without end, all would fill the memory. */
const keptFailures = 1000;
/** Items that a message names. */
const namedItems = 10;

/** Items of a `wait-all` forEach failed. Its cause is the first failure in the order of items. */
export class ForEachError extends StepsFailedError<number> {
  /** How many items failed; {@link ForEachError.failures} has the first 1000 that did, by their positions from 0. */
  readonly failed: number;

  constructor(name: string, failures: ReadonlyMap<number, unknown>, failed: number, total: number) {
    const [first] = failures.values();
    const named = [...failures.keys()].slice(0, namedItems).join(', ');
    const more = failed > namedItems ? ', …' : '';
    super(
      'OBS_ERR_FOR_EACH',
      `${failed} of ${total} items of "${name}" failed: ${named}${more}; the first error: ${messageOf(first)}`,
      failures,
      [...failures.values()].every((failure) => classifyError(failure).recoverable),
    );
    this.failed = failed;
  }
}

class ForEach<I, O> extends InstrumentedPrimitive<Items<I>, O[], never> {
  readonly #item: PrimitiveLike<I, O>;
  readonly #lanes: number;
  readonly #ordered: boolean;
  readonly #failFast: boolean;

  constructor(item: PrimitiveLike<I, O>, { concurrency, ordered, onError, name }: ForEachOptions) {
    super({
      type: 'foreach',
      name: name ?? nameOf(item) ?? 'foreach',
      children: [{ edge: 'item_{i}', step: item }],
    });
    this.#item = item;
    this.#lanes = concurrency ?? 1;
    this.#ordered = ordered ?? true;
    this.#failFast = onError !== 'wait-all';
  }

  protected async run(items: Items<I>, scope: RunScope): Promise<O[]> {
    const results: O[] = [];
    const failures = new Map<number, unknown>();
    let failed = 0;
    let end = Number.POSITIVE_INFINITY;
    const journal = journalOf(scope);
    const fanOut = new FanOut(scope, sourceOf(items, this.name), this.#lanes, {
      begin: (item, index, signal) => scope.step(`item_${index}`, this.#item, item, { signal, index }),
      ...(journal && { progressOf: (index: number) => journal.progressOf(`item_${index}`) }),
      succeeded: (index, output) => {
        if (output === stopItems) {
          if (this.#ordered) end = Math.min(end, index);
          fanOut.stop();
        } else if (output !== skipItem) {
          // By position, which leaves holes that take no room, however many items are skipped.
          if (this.#ordered) results[index] = output as O;
          else results.push(output as O);
        }
      },
      failed: (index, error) => {
        if (index > end) return;
        if (this.#failFast) {
          fanOut.fail(error, new CancelledError(`item ${index} of ${this.name} failed`, error));
          return;
        }
        if (failed++ < keptFailures) failures.set(index, error);
      },
    });
    scope.attr(names.parallelConcurrency, this.#lanes);
    try {
      await fanOut.run();
    } finally {
      scope.attr(names.foreachItems, fanOut.begun);
    }
    if (failed > 0) {
      const byPosition = new Map([...failures].sort(([a], [b]) => a - b));
      throw new ForEachError(this.name, byPosition, failed, fanOut.begun);
    }
    results.length = Math.min(results.length, end);
    // Without the holes, in the order of positions.
    return Object.values(results);
  }
}

function sourceOf<I>(items: Items<I>, name: string): TaskSource<I> {
  // JavaScript may give anything.
  const given = items as Partial<Iterable<I> & AsyncIterable<I>> | string | null | undefined;
  if (typeof given === 'object' && given !== null) {
    const source = given[Symbol.asyncIterator]?.() ?? given[Symbol.iterator]?.();
    if (source) return source;
  }
  const found = given === null || given === undefined ? String(given) : typeof given;
  throw new ObsError(
    `"${name}" got ${found} and takes items: an array, a generator, a stream${hintAt(given)}`,
    {
      code: 'OBS_ERR_NO_ITEMS',
      category: 'validation',
      severity: 'high',
    },
  );
}

function hintAt(given: unknown): string {
  if (typeof given === 'string') return '; for its characters, give it [...text]';
  return typeof given === 'function' ? '; call the function, and give it what that returns' : '';
}

/**
 * Runs a step on each item of an array, a generator, a stream or any other iterable, and gives the results as an
 * array. It asks for an item only when there is a free lane for it, and closes the iterator when it ends early.
 *
 * A step that returns {@link skipItem} leaves no result for its item. One that returns {@link stopItems} ends it like
 * `break`: no item is asked for any more, and those that run come to their end. With `ordered`, what items behind it
 * return or throw from then on does not count; without, their results do.
 *
 * @throws The first error (`fail-fast`) or {@link ForEachError} (`wait-all`); what the iterator throws, which aborts
 * the items; `OBS_ERR_NO_ITEMS` for a string and for what is not iterable; the reason of the signal when the run is
 * cancelled.
 * @throws `OBS_ERR_INVALID_COMPOSITION` when the step is none, when `concurrency` is no positive integer, for another
 * `ordered` or `onError`, or when the options are no object; at construction.
 */
export function forEach<I, O>(
  item: PrimitiveLike<I, O>,
  options: ForEachOptions = {},
): InstrumentedPrimitive<Items<I>, Exclude<O, SkipItem | StopItems>[], never> {
  requireStep(item, 'forEach: the step');
  requireOptions(options, 'forEach', '{ concurrency: 4 }');
  const { concurrency, ordered, onError } = options;
  if (concurrency !== undefined) requirePositiveInteger(concurrency, 'forEach: concurrency');
  if (ordered !== undefined) requireBoolean(ordered, 'forEach: ordered');
  if (onError !== undefined) requireOneOf(onError, ['fail-fast', 'wait-all'], 'forEach: onError');
  return new ForEach(item, options) as never;
}
