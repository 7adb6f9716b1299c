import type { PrimitiveLike } from '@tta/obs-instrumentation';

/** Any step. Inputs are contravariant, so the most general step takes `never`. */
export type AnyStep = PrimitiveLike<never, unknown>;

/** What a step takes. */
export type InputOf<Step> = Step extends PrimitiveLike<infer I, unknown> ? I : never;

/** What a step returns. */
export type OutputOf<Step> = Step extends (...args: never[]) => infer R
  ? Awaited<R>
  : Step extends PrimitiveLike<never, infer O>
    ? O
    : never;

/** What all of several steps take: the intersection of their inputs. */
export type SharedInput<Steps> = (
  { [K in keyof Steps]: (input: { value: InputOf<Steps[K]> }) => void }[keyof Steps] extends (
    input: infer Boxed,
  ) => void
    ? Boxed
    : never
) extends { value: infer Value }
  ? Value
  : never;

/** The elements of a tuple, without the rest of an array's members. */
export type Elements<Tuple> = { [K in keyof Tuple as K extends `${number}` ? K : never]: Tuple[K] };
