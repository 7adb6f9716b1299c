import { InvalidOptionError } from '@tta/obs-context';
import { valueText } from '../drawing/value-text.ts';

/** What each key of an expectation may be, and how that is said. */
export type Conditions<K extends string = string> = Readonly<
  Record<K, readonly [isRight: (value: unknown) => boolean, what: string]>
>;

/** @throws `OBS_ERR_INVALID_OPTION` when `value` is not the name of something. */
export function requireName(matcher: string, what: string, value: unknown): void {
  if (isName(value)) return;
  invalid(matcher, `${what} is ${valueText(value)}; it has to be a text that is not empty`);
}

/** @throws `OBS_ERR_INVALID_OPTION` when `value` counts nothing; to leave it out is fine. */
export function requireTimes(matcher: string, value: unknown): void {
  if (value === undefined || (Number.isSafeInteger(value) && Number(value) >= 0)) return;
  invalid(matcher, `times is ${valueText(value)}; it has to be a whole number, 0 or more`);
}

/**
 * @param shorthands - What the matcher takes besides an object: `a number`.
 * @throws `OBS_ERR_INVALID_OPTION` when `value` names none of the conditions, another one, or one that is none.
 */
export function requireConditions(
  matcher: string,
  value: unknown,
  conditions: Conditions,
  shorthands?: string,
): void {
  const object = `{ ${Object.keys(conditions).join(', ')} }`;
  const asked = `it takes ${shorthands === undefined ? 'at least one of' : `${shorthands} or`} ${object}`;
  if (!isRecord(value)) invalid(matcher, `${valueText(value)} says nothing of what is expected; ${asked}`);
  const given = Object.entries(value).filter(([, condition]) => condition !== undefined);
  if (given.length === 0) invalid(matcher, `nothing is expected; ${asked}`);
  for (const [key, condition] of given) {
    const [isRight, what] = Object.hasOwn(conditions, key) ? (conditions[key] ?? []) : [];
    if (!isRight) invalid(matcher, `there is no ${JSON.stringify(key)} to expect; ${asked}`);
    if (!isRight(condition)) invalid(matcher, `${key} is ${valueText(condition)}; it has to be ${what}`);
  }
}

export function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && !Number.isNaN(value);
}

/** Whether a value is an object that has something. */
export function isFilled(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length > 0;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws `OBS_ERR_INVALID_OPTION`, always: `toHaveRetried: times is -1; it has to be …`. */
export function invalid(matcher: string, problem: string): never {
  throw new InvalidOptionError(`${matcher}: ${problem}`);
}
