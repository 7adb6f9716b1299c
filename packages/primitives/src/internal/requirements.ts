import { InvalidCompositionError } from '@tta/obs-context';

/** @throws `OBS_ERR_INVALID_COMPOSITION` unless `value` is a finite number above 0. */
export function requirePositive(value: number | undefined, what: string): asserts value is number {
  if (value === undefined || !(Number.isFinite(value) && value > 0))
    refuse(value, what, 'a finite number above 0');
}

/** @throws `OBS_ERR_INVALID_COMPOSITION` unless `value` is a finite number of at least `least`. */
export function requireAtLeast(least: number, value: number, what: string): void {
  if (!(Number.isFinite(value) && value >= least))
    refuse(value, what, `a finite number of at least ${least}`);
}

/** @throws `OBS_ERR_INVALID_COMPOSITION` unless `value` is 1, 2, 3, … */
export function requirePositiveInteger(value: number, what: string): void {
  if (!(Number.isInteger(value) && value > 0)) refuse(value, what, 'a whole number above 0');
}

/** @throws `OBS_ERR_INVALID_COMPOSITION` unless `value` is 0, 1, 2, … */
export function requireNonNegativeInteger(value: number, what: string): void {
  if (!(Number.isInteger(value) && value >= 0)) refuse(value, what, 'a whole number of at least 0');
}

/** @throws `OBS_ERR_INVALID_COMPOSITION` unless `value` is a number from `least` to `most`. */
export function requireWithin(least: number, most: number, value: number, what: string): void {
  if (!(typeof value === 'number' && value >= least && value <= most))
    refuse(value, what, `a number from ${least} to ${most}`);
}

/** @throws `OBS_ERR_INVALID_COMPOSITION` unless `value` is a whole number from `least` to `most`. */
export function requireIntegerWithin(least: number, most: number, value: number, what: string): void {
  if (!(Number.isInteger(value) && value >= least && value <= most))
    refuse(value, what, `a whole number from ${least} to ${most}`);
}

/** @throws `OBS_ERR_INVALID_COMPOSITION` unless `value` is one of `allowed`. */
export function requireOneOf<T extends string>(value: T, allowed: readonly T[], what: string): void {
  if (!allowed.includes(value)) refuse(value, what, `one of '${allowed.join("', '")}'`);
}

/** @throws `OBS_ERR_INVALID_COMPOSITION` unless `value` is a function. */
export function requireFunction<T>(value: T, what: string): asserts value is NonNullable<T> {
  if (typeof value !== 'function') refuse(value, what, 'a function');
}

/** @throws `OBS_ERR_INVALID_COMPOSITION` unless `value` is a text. */
export function requireText(value: string, what: string): void {
  if (typeof value !== 'string') refuse(value, what, 'a text');
}

/** @throws `OBS_ERR_INVALID_COMPOSITION` unless `value` is true or false. */
export function requireBoolean(value: boolean, what: string): void {
  if (typeof value !== 'boolean') refuse(value, what, 'true or false');
}

/**
 * JavaScript may pass anything for options, and most of it would be taken for no options at all.
 *
 * @param example - What options look like.
 * @throws `OBS_ERR_INVALID_COMPOSITION` unless `options` is an object.
 */
export function requireOptions(options: unknown, what: string, example: string): void {
  if (typeof options === 'object' && options !== null) return;
  const found = options === null ? 'null' : `of type ${typeof options}`;
  throw new InvalidCompositionError(
    `${what}: the options are ${found}; they have to be an object such as ${example}`,
  );
}

function refuse(value: unknown, what: string, wanted: string): never {
  throw new InvalidCompositionError(`${what} is ${shown(value)}; it has to be ${wanted}`);
}

/** A text that reads like a number is told from one, and what cannot be printed is not. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  const isPlain = value === null || ['undefined', 'boolean', 'number'].includes(typeof value);
  return isPlain ? String(value) : `of type ${typeof value}`;
}
