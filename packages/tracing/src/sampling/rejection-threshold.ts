import { InvalidOptionError } from '@tta/obs-context';

/**
 * How many of 2^56 traces are turned away, as the `th` of `ot=th:…` says it: 1 to 14 lower-case hex digits,
 * trailing zeros cut; `'0'` keeps all, `'8'` half, `'c'` a quarter. In this form thresholds and randomness
 * compare as text does, without being padded or turned into numbers.
 */
export type RejectionThreshold = string;

/** Digits of a 56-bit value. */
const randomnessDigits = 14;

/** Whether there is a threshold for it: from 2^-56 to 1. */
export function isProbability(value: number): boolean {
  return value >= 2 ** -56 && value <= 1;
}

/**
 * The threshold that keeps this share of the traces ("TraceState: Probability Sampling", Algorithms).
 *
 * @param probability - From 2^-56 to 1. Never is no probability: it has no threshold.
 * @param digits - Significant hex digits, counted after leading `f`s. The specification's 4 keep the share
 * right to 1 in 30,000. @defaultValue 4
 */
export function thresholdOf(probability: number, digits = 4): RejectionThreshold {
  if (!isProbability(probability))
    throw new InvalidOptionError(`probability is ${probability}; it has to be from 2^-56 to 1`);
  if (!Number.isInteger(digits) || digits < 1 || digits > randomnessDigits)
    throw new InvalidOptionError(`digits is ${digits}; it has to be a whole number from 1 to 14`);
  const exact = (1n << 56n) - BigInt(Math.round(probability * 2 ** 56));
  const leading = /^f*/.exec(hex(exact))?.[0].length ?? 0;
  const unit = 16n ** BigInt(Math.max(0, randomnessDigits - leading - digits));
  return withoutTrailingZeros(hex(((exact + unit / 2n) / unit) * unit));
}

/** The share of the traces that a threshold keeps, from 2^-56 to 1. */
export function probabilityOf(threshold: RejectionThreshold): number {
  // In two halves of 28 bits: 56 bits as one number lose their lowest, which are all that counts near 2^-56.
  const half = 2 ** 28;
  const padded = threshold.padEnd(randomnessDigits, '0');
  const kept = (half - Number.parseInt(padded.slice(0, 7), 16)) * half - Number.parseInt(padded.slice(7), 16);
  return kept / half / half;
}

/**
 * Whether a threshold keeps a trace: its randomness is not below the threshold.
 *
 * @param traceId - Its last 14 digits are the randomness, also when its random flag is not set.
 * @param explicit - The `rv` of `ot=rv:…`, which goes before the trace id.
 */
export function keepsTrace(threshold: RejectionThreshold, traceId: string, explicit?: string): boolean {
  const randomness = explicit ?? traceId;
  const start = randomness.length - randomnessDigits;
  // Nearly always decided by the first digit; a third of the time that cutting the text out takes, a
  // thirteenth of BigInt's.
  for (let i = 0; i < threshold.length; i++) {
    const difference = randomness.charCodeAt(start + i) - threshold.charCodeAt(i);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** `8000` and `8` are one threshold; this is how it is written. */
export function withoutTrailingZeros(digits: string): RejectionThreshold {
  let end = digits.length;
  while (end > 1 && digits.charCodeAt(end - 1) === 0x30) end--;
  return digits.slice(0, end);
}

function hex(value: bigint): string {
  return value.toString(16).padStart(randomnessDigits, '0');
}
