import { InvalidOptionError } from '@tta/obs-context';
import { valueText } from './value-text.ts';

/** @throws `OBS_ERR_INVALID_OPTION` when `value` is not the name of something. */
export function requireName(matcher: string, what: string, value: unknown): void {
  if (typeof value === 'string' && value !== '') return;
  invalid(matcher, `${what} is ${valueText(value)}; it has to be a text that is not empty`);
}

/** @throws `OBS_ERR_INVALID_OPTION` when `value` counts nothing; to leave it out is fine. */
export function requireTimes(matcher: string, value: unknown): void {
  if (value === undefined || (Number.isSafeInteger(value) && Number(value) >= 0)) return;
  invalid(matcher, `times is ${valueText(value)}; it has to be a whole number, 0 or more`);
}

/** @throws `OBS_ERR_INVALID_OPTION`, always: `toHaveRetried: times is -1; it has to be …`. */
export function invalid(matcher: string, problem: string): never {
  throw new InvalidOptionError(`${matcher}: ${problem}`);
}
