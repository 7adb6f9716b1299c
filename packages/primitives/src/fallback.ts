import {
  attributeNames as names,
  classifyError,
  type ErrorClass,
  InvalidCompositionError,
  isObsError,
  ObsError,
} from '@tta/obs-context';
import {
  InstrumentedPrimitive,
  isStep,
  isSuspension,
  journalOf,
  messageOf,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';
import { decideAbout } from './internal/decide-about.ts';
import { requireFunction } from './internal/requirements.ts';
import type { AnyStep, ChunkOf, Elements, OutputOf, SharedInput } from './step-types.ts';

/** An alternative that answers only some errors. */
export interface GuardedAlternative<Step extends AnyStep = AnyStep> {
  readonly step: Step;
  /** Whether it answers this error: that of the step which failed last. Says so at once: a promise is refused. */
  readonly when: (error: unknown, found: ErrorClass) => boolean;
}

/** What answers a failure: a step that answers every error, or one that answers some. */
export type Alternative = AnyStep | GuardedAlternative;

/** What answers a failure of a step that takes `I`: it takes the same. */
export type AlternativeFor<I> = PrimitiveLike<I, unknown> | GuardedAlternative<PrimitiveLike<I, unknown>>;

/** The step of each alternative, in the same places. */
type StepsOf<T extends readonly Alternative[]> = {
  [K in keyof T]: T[K] extends AnyStep ? T[K] : T[K] extends GuardedAlternative<infer Step> ? Step : never;
};

/**
 * The primary step and every alternative that takes the errors failed. Its cause is the primary's error, and its category
 * that of the primary's; `unknown` where that one was cancelled.
 */
export class FallbackExhaustedError extends ObsError {
  /** What each step that was tried failed with, the primary first. */
  readonly errors: readonly unknown[];

  /** @param alternatives - How many there are, also those that did not take the error. */
  constructor(name: string, errors: readonly unknown[], alternatives: number) {
    const cause = errors[0];
    const text = messageOf(cause);
    const { category, recoverable } = classifyError(cause);
    const others = answeredBy(errors.length - 1, alternatives);
    super(`"${name}" failed and so did ${others}; the first error: ${text}`, {
      code: 'OBS_ERR_FALLBACK_EXHAUSTED',
      // What is cancelled is no failure; this is one, whoever asked for the steps.
      category: category === 'cancelled' ? 'unknown' : category,
      severity: 'high',
      recoverable,
      cause,
    });
    this.errors = errors;
  }
}

function answeredBy(tried: number, alternatives: number): string {
  if (tried < alternatives) return `${tried} of ${alternatives} alternatives, no other takes the error`;
  return tried === 1 ? 'its alternative' : `all ${tried} alternatives`;
}

interface Choice {
  readonly step: PrimitiveLike<unknown, unknown>;
  readonly when?: GuardedAlternative['when'];
}

function edgeAt(depth: number): 'primary' | `fallback_${number}` {
  return depth === 0 ? 'primary' : `fallback_${depth}`;
}

class Fallback extends InstrumentedPrimitive<unknown, unknown> {
  readonly #choices: readonly Choice[];

  constructor(choices: readonly Choice[]) {
    super({
      type: 'fallback',
      name: nameOf((choices[0] as Choice).step) ?? 'fallback',
      children: choices.map(({ step }, depth) => ({ edge: edgeAt(depth), step })),
    });
    this.#choices = choices;
  }

  protected async run(input: unknown, scope: RunScope): Promise<unknown> {
    const errors: unknown[] = [];
    const total = this.#choices.length;
    for (let depth = 0; ;) {
      try {
        const { step } = this.#choices[depth] as Choice;
        const output = await scope.step(edgeAt(depth), step, input, { index: depth, total, streamed: true });
        scope.attr(names.fallbackDepth, depth);
        return output;
      } catch (error) {
        // Who cancelled the run wants no answer, also no second-best one.
        if (scope.signal.aborted || isSuspension(error)) throw error;
        errors.push(error);
        // The run had got further before it waited for a decision: that was decided and told then.
        const further = this.#begunAfter(depth, scope);
        if (further) {
          depth = further;
          continue;
        }
        const found = classifyError(error, scope.clock);
        depth = this.#choices.findIndex((choice, at) => at > depth && this.#takes(choice, at, error, found));
        if (depth < 0) {
          if (errors.length === 1) throw error;
          throw new FallbackExhaustedError(this.name, errors, total - 1);
        }
        // Whoever reads the stream has a part of this step's answer: that of another is no end to it.
        if (scope.hasEmitted) {
          scope.attr(names.fallbackStopped, 'streamed');
          throw error;
        }
        scope.record({
          type: 'recovery',
          kind: 'fallback',
          error,
          attributes: { [names.fallbackDepth]: depth, [names.fallbackReason]: found.category },
        });
      }
    }
  }

  #begunAfter(depth: number, scope: RunScope): number | undefined {
    const journal = journalOf(scope);
    if (!journal) return undefined;
    const at = this.#choices.findIndex((_, place) => place > depth && journal.progressOf(edgeAt(place)));
    return at < 0 ? undefined : at;
  }

  /** Whether the alternative at a place takes the error. */
  #takes({ when }: Choice, at: number, error: unknown, found: ErrorClass): boolean {
    // Who decided that the run is not to go on wants no other way: unless it is said that there is one.
    if (!when) return !(isObsError(error) && error.code === 'OBS_ERR_APPROVAL_REFUSED');
    return decideAbout(`fallback "${this.name}": when of alternative ${at}`, error, () => when(error, found));
  }
}

/**
 * Answers the failure of a step with the next alternative that takes the error, which gets the same input.
 * `named()` gives the whole a name of its own.
 *
 * @param step - The primary step.
 * @param alternatives - Steps, or `{ step, when }` where one answers only some errors.
 * @throws The primary's own error when no alternative takes it; {@link FallbackExhaustedError} when those that took an
 * error have failed as well; a step's own error when a chunk of it has gone to a reader of the stream. A cancelled run
 * tries no alternative.
 * @throws `OBS_ERR_INVALID_OPTION` when a `when` answers with a promise, or throws; its cause leads to the error of the
 * step. An error of `when` that is caused by the step's is thrown as it is.
 * @throws `OBS_ERR_INVALID_COMPOSITION` without an alternative, when a step is none, or when `when` is no function; at
 * construction.
 */
export function fallback<
  I,
  O,
  const T extends readonly [AlternativeFor<I>, ...AlternativeFor<I>[]],
  Chunk = never,
>(
  step: PrimitiveLike<I, O, Chunk>,
  ...alternatives: T
): InstrumentedPrimitive<I, O | OutputOf<StepsOf<T>[number]>, Chunk | ChunkOf<StepsOf<T>[number]>>;
/** The same, where an alternative needs more of an input than the primary step: the input has to be what all of them take. */
export function fallback<Step extends AnyStep, const T extends readonly [Alternative, ...Alternative[]]>(
  step: Step,
  ...alternatives: T
): InstrumentedPrimitive<
  SharedInput<Elements<[Step, ...StepsOf<T>]>>,
  OutputOf<Step> | OutputOf<StepsOf<T>[number]>,
  ChunkOf<Step> | ChunkOf<StepsOf<T>[number]>
>;
export function fallback(
  step: AnyStep,
  ...alternatives: readonly Alternative[]
): InstrumentedPrimitive<never, unknown> {
  requireStep(step, 'fallback: the primary step');
  if (alternatives.length === 0)
    throw new InvalidCompositionError('fallback needs a step and at least one alternative');
  const choices = alternatives.map((alternative, at) =>
    toChoice(alternative, `fallback: alternative ${at + 1}`),
  );
  return new Fallback([{ step: step as unknown as Choice['step'] }, ...choices]);
}

function toChoice(value: unknown, where: string): Choice {
  const guarded = isStep(value) ? undefined : (value as Partial<Choice> | null | undefined);
  if (!guarded?.step) {
    requireStep(value, where);
    return { step: value as Choice['step'] };
  }
  const { step, when } = guarded;
  requireStep(step, `${where}: the step`);
  requireFunction(when, `${where}: when`);
  return { step, when };
}
