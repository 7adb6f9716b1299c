import type { PrimitiveLike, Unit, unit } from '@tta/obs-instrumentation';

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

/** What a reader of a step's stream gets; nothing of a function. */
export type ChunkOf<Step> = Step extends { readonly [unit]: Unit<never, unknown, infer Chunk> }
  ? Chunk
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

/** The elements of a tuple by their positions; of an array of any length, its one kind of element. */
export type Elements<List extends readonly unknown[]> = number extends List['length']
  ? { each: List[number] }
  : { [K in keyof List as K extends `${number}` ? K : never]: List[K] };
