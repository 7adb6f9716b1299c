import { InvalidOptionError } from '@tta/obs-context';
import { valueText } from './call-text.ts';
import type { Trace } from './trace.ts';

const asks = 'it has to be a trace, as observe(async (trace) => …) gives one';

/** @throws `OBS_ERR_INVALID_OPTION` when `value` is no trace. */
export function requireTrace(matcher: string, value: unknown): Trace {
  if (value instanceof Promise) invalid(matcher, `what is expected of is a promise; ${asks}: await it`);
  if (isTrace(value)) return value;
  return invalid(matcher, `what is expected of is ${kindOf(value)}; ${asks}`);
}

/** @throws `OBS_ERR_INVALID_OPTION` when `value` is not the name of something. */
export function requireName(matcher: string, what: string, value: unknown): void {
  if (typeof value === 'string' && value !== '') return;
  invalid(matcher, `${what} is ${shown(value)}; it has to be a text that is not empty`);
}

/** @throws `OBS_ERR_INVALID_OPTION` when `value` counts nothing; to leave it out is fine. */
export function requireTimes(matcher: string, value: unknown): void {
  if (value === undefined || (Number.isSafeInteger(value) && Number(value) >= 0)) return;
  invalid(matcher, `times is ${shown(value)}; it has to be a whole number, 0 or more`);
}

/** @throws `OBS_ERR_INVALID_OPTION`, always: `toHaveRetried: times is -1; it has to be …`. */
export function invalid(matcher: string, problem: string): never {
  throw new InvalidOptionError(`${matcher}: ${problem}`);
}

function isTrace(value: unknown): value is Trace {
  if (typeof value !== 'object' || value === null) return false;
  const { spans, lines, points } = value as Partial<Trace>;
  return [spans, lines, points].every((part) => Array.isArray(part));
}

/** A value in a line of an error. */
export function shown(value: unknown): string {
  return typeof value === 'object' && value !== null ? kindOf(value) : valueText(value);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty object' : 'an object';
  return `the ${typeof value} ${valueText(value)}`;
}
