import { UsageError } from './command-error.ts';

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads how long ago a window begins, as `--since` has it: `15m`, `6h`, `7d`.
 *
 * @param mostDays - The longest window.
 * @returns Its length in milliseconds.
 * @throws UsageError for anything else.
 */
export function parseWindow(text: string, mostDays: number): number {
  const match = /^([0-9]{1,6})([mhd])$/.exec(text);
  const windowMs = match === null ? NaN : Number(match[1]) * UNITS[match[2]!]!;
  if (windowMs > 0 && windowMs <= mostDays * UNITS['d']!) return windowMs;
  throw new UsageError(`--since must be a time such as 15m, 6h or 7d, up to ${mostDays}d, but is "${text}".`);
}
