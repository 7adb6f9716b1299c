import type { InstrumentedPrimitive, PrimitiveLike, RunScope } from '@tta/obs-instrumentation';
import { requireFunction } from '../internal/requirements.ts';
import { CaseSwitch, type CaseSwitchParts, requireCases } from './case-switch.ts';
import type { ChunksOf, Exhaustive, IsKey, Key, OneOf, Unknowns } from './case-types.ts';

/** What can be set about {@link switchOn}. */
export interface SwitchOnOptions {
  /** @defaultValue the name of the selector */
  readonly name?: string;
}

type Selector<I, K> = (input: I, scope: RunScope) => K | PromiseLike<K>;

/** Steps by key, which all take `I`; a key that is never selected can have none. */
type Cases<I, K, Outputs> = {
  readonly [P in keyof Outputs]: IsKey<P, K> extends true
    ? PrimitiveLike<I, Outputs[P]>
    : 'a key that is selected';
};

/**
 * Runs the step whose key is selected. Each key that the selector may return has to have a case unless there is a step
 * for all others, `otherwise`: one that is missing, like one that is never selected, does not compile. A number or a
 * boolean selects the case that is called like it.
 *
 * @param select - May take its time; what it throws fails the run.
 * @throws What the selector or the step throws, untouched. `OBS_ERR_NO_CASE` for a key that the types did not foresee.
 * @throws `OBS_ERR_INVALID_COMPOSITION` when the selector is no function, without a case, when a step is none, or for a
 * case `default` beside `otherwise`; at construction.
 */
export function switchOn<I, K extends Key = never, Outputs = Unknowns, Steps = unknown>(
  select: Selector<I, K>,
  cases: Cases<I, K, Outputs> & Exhaustive<K> & Steps,
): InstrumentedPrimitive<I, OneOf<Outputs>, ChunksOf<Steps>>;
export function switchOn<
  I,
  K extends Key = never,
  Outputs = Unknowns,
  O = unknown,
  Steps = unknown,
  Chunk = never,
>(
  select: Selector<I, K>,
  cases: Cases<I, K, Outputs> & Steps,
  otherwise: PrimitiveLike<I, O, Chunk>,
  options?: SwitchOnOptions,
): InstrumentedPrimitive<I, OneOf<Outputs> | O, ChunksOf<Steps> | Chunk>;
export function switchOn<I, K extends Key = never, Outputs = Unknowns, Steps = unknown>(
  select: Selector<I, K>,
  cases: Cases<I, K, Outputs> & Exhaustive<K> & Steps,
  otherwise: undefined,
  options: SwitchOnOptions,
): InstrumentedPrimitive<I, OneOf<Outputs>, ChunksOf<Steps>>;
export function switchOn(
  select: Selector<never, Key>,
  cases: object,
  otherwise?: PrimitiveLike<never, unknown>,
  options: SwitchOnOptions = {},
): never {
  requireFunction(select, 'switchOn: select');
  requireCases(cases, otherwise, 'switchOn');
  return new CaseSwitch({
    type: 'switch',
    name: options.name ?? (select.name || 'switch'),
    select: select as CaseSwitchParts['select'],
    reason: 'select',
    cases,
    otherwise,
  }) as never;
}
