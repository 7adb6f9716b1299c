import { InvalidOptionError } from '@tta/obs-context';

/** The longest delay that timers take, in milliseconds. */
const largest = 2 ** 31 - 1;

/**
 * An option of a destination that counts something.
 *
 * @throws {@link InvalidOptionError} (`OBS_ERR_INVALID_OPTION`) unless it is a whole number from `least` to 2^31 - 1.
 */
export function wholeNumber(destination: string, option: string, value: number, least: 0 | 1): number {
  if (Number.isInteger(value) && value >= least && value <= largest) return value;
  throw new InvalidOptionError(
    `${option} of the destination "${destination}" is ${value}; it has to be a whole number from ${least} to ${largest}`,
  );
}
