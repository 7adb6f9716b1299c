import { InvalidOptionError } from '@tta/obs-context';
import { valueText } from '../drawing/value-text.ts';
import type { Trace } from '../trace.ts';

/**
 * @param matcher - Who asks: `toHaveSpan`.
 * @throws `OBS_ERR_INVALID_OPTION` when `value` is no trace.
 */
export function requireTrace(value: unknown, matcher: string): asserts value is Trace {
  if (typeof value === 'object' && value !== null) {
    const { spans, lines } = value as Partial<Trace>;
    // To read the points calls functions of the program.
    if (Array.isArray(spans) && Array.isArray(lines) && 'points' in value) return;
  }
  const isPromise = value instanceof Promise;
  throw new InvalidOptionError(
    `${matcher}: ${isPromise ? 'a promise' : valueText(value)} is no trace; expect() takes the trace that observe() gives to its body`,
  );
}
