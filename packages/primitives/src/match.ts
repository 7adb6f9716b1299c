import { InvalidCompositionError } from '@tta/obs-context';
import type { InstrumentedPrimitive, PrimitiveLike } from '@tta/obs-instrumentation';
import { CaseSwitch, requireCases } from './switch-on/case-switch.ts';
import type { ChunksOf, Exhaustive, IsKey, Key, OneOf, Unknowns, Written } from './switch-on/case-types.ts';

/** What can be set about {@link match}. */
export interface MatchOptions {
  /** @defaultValue the tag */
  readonly name?: string;
}

/** The properties that may tell the members of a union apart: in each of them text, a number or a boolean. */
type Tag<U> = { [T in keyof U & string]: U[T] extends Key ? T : never }[keyof U & string];

/** The members whose tag may be `P`; all, where `P` is any text. */
type Member<U, T extends keyof U, P> = U extends unknown
  ? string extends P
    ? U
    : P extends Written<U[T]>
      ? U
      : never
  : never;

/**
 * The keys that there are cases for in any event: an optional one may be missing, and so may all of a table
 * (`Record<string, …>`). All, while nothing is known yet: else a step that takes the rest alone would not do.
 */
type Certain<Outputs> = string extends keyof Outputs
  ? Unknowns extends Outputs
    ? string
    : never
  : keyof { [P in keyof Outputs as Partial<Pick<Outputs, P>> extends Pick<Outputs, P> ? never : P]: unknown };

/** The members whose tag may be something else than one of `P`. */
type Rest<U, T extends keyof U, P> = U extends unknown
  ? [Exclude<Written<U[T]> & string, P extends Key ? `${P}` : never>] extends [never]
    ? never
    : U
  : never;

/** Steps by tag, each of which takes the members that may have it. */
type Cases<U, T extends keyof U, Outputs> = {
  readonly [P in keyof Outputs]: IsKey<P, U[T]> extends true
    ? PrimitiveLike<Member<U, T, P>, Outputs[P]>
    : 'a tag that a member has';
};

/** A union whose members are to be told apart. */
export interface Matching<U> {
  /**
   * Runs the step for the tag that the input has. Each tag has to have a case unless there is a step for all others,
   * `otherwise`: one that is missing, like one that no member has, does not compile. A number or a boolean is the tag
   * of the case that is called like it.
   *
   * @param tag - The property by which members are told apart: all have it, as text, a number or a boolean. Where it may
   * be missing, `null` or an object, `switchOn` selects by what says more.
   * @throws What the step throws, untouched. `OBS_ERR_NO_CASE` for a tag that the types did not foresee.
   * @throws `OBS_ERR_INVALID_COMPOSITION` when the tag is no name, without a case, when a step is none, or for a case
   * `default` beside `otherwise`; at construction.
   */
  on<T extends Tag<U>, Outputs = Unknowns, Steps = unknown>(
    tag: T,
    cases: Cases<U, T, Outputs> & Exhaustive<U[T]> & Steps,
  ): InstrumentedPrimitive<U, OneOf<Outputs>, ChunksOf<Steps>>;
  on<T extends Tag<U>, Outputs = Unknowns, O = unknown, Steps = unknown, Chunk = never>(
    tag: T,
    cases: Cases<U, T, Outputs> & Steps,
    otherwise: PrimitiveLike<Rest<U, T, Certain<Outputs>>, O, Chunk>,
    options?: MatchOptions,
  ): InstrumentedPrimitive<U, OneOf<Outputs> | O, ChunksOf<Steps> | Chunk>;
  on<T extends Tag<U>, Outputs = Unknowns, Steps = unknown>(
    tag: T,
    cases: Cases<U, T, Outputs> & Exhaustive<U[T]> & Steps,
    otherwise: undefined,
    options: MatchOptions,
  ): InstrumentedPrimitive<U, OneOf<Outputs>, ChunksOf<Steps>>;
}

/**
 * Tells the members of a union apart by a property that has another value in each: `match<Message>().on('kind', …)`.
 * Each case gets its own member. Called twice, because TypeScript either infers all type arguments or none.
 */
export function match<U>(): Matching<U> {
  return { on: onTag };
}

function onTag(tag: string, cases: object, otherwise?: unknown, options: MatchOptions = {}): never {
  if (typeof tag !== 'string' || tag === '') {
    const given = tag === '' ? "''" : String(tag);
    throw new InvalidCompositionError(`match: the tag is ${given}; it has to be the name of a property`);
  }
  requireCases(cases, otherwise, 'match');
  return new CaseSwitch({
    type: 'match',
    name: options.name ?? tag,
    select: (input) => (input as Readonly<Record<string, unknown>>)[tag],
    reason: 'tag',
    cases,
    otherwise,
  }) as never;
}
