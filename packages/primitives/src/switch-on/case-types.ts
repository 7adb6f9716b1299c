import type { ChunkOf } from '../step-types.ts';

/** What tells one case from another. */
export type Key = string | number | boolean;

/** Keys as the properties of an object have them. */
export type Written<K> = K extends Key ? `${K}` | (K extends number ? K : never) : never;

/** The cases that there have to be: one for each key, of which there is no end where it is any text or number. */
type Needed<K> = K extends boolean
  ? `${K}`
  : K extends string | number
    ? Partial<Record<K, unknown>> extends Record<K, unknown>
      ? 'a step for otherwise'
      : K
    : never;

/** What has a case for every key; one that is missing is told by its name. */
export type Exhaustive<K> = { readonly [P in Needed<K>]: unknown };

/**
 * Whether a property may be the key of a case. It may as well where nothing is known yet, of keys (`never`) or of
 * properties (any text): else one step that does not fit would take the types from the inputs of all others.
 */
export type IsKey<P, K> = [K] extends [never]
  ? true
  : string extends P
    ? true
    : P extends Written<K>
      ? true
      : false;

/** What one of several steps gives. */
export type OneOf<Outputs> = Awaited<Outputs[keyof Outputs]>;

/** What a reader gets of whichever is taken. */
export type ChunksOf<Steps> = ChunkOf<Steps[keyof Steps]>;

/** What steps give of which nothing is known yet. */
export type Unknowns = Readonly<Record<string, unknown>>;
