import { formatPercent } from '../format/percent.ts';

/** How a figure differs from that of the window before. */
export interface Change {
  readonly direction: 'up' | 'down' | 'same';
  /** `12 % from 43`; the direction is not in it. */
  readonly text: string;
}

/** Smaller ones are noise. */
const SMALLEST_RATIO = 0.005;

/**
 * The change of a figure that has no upper bound.
 *
 * @param before - `null` where there was nothing that could be compared with.
 * @returns `undefined` where there is nothing to compare.
 */
export function relativeChange(
  now: number | null,
  before: number | null,
  format: (value: number) => string,
): Change | undefined {
  if (now === null || before === null || before <= 0) return undefined;
  const ratio = now / before;
  const from = `from ${format(before)}`;
  if (Math.abs(ratio - 1) < SMALLEST_RATIO) return { direction: 'same', text: 'as before' };
  if (ratio >= 3)
    return { direction: 'up', text: `${ratio < 9.95 ? ratio.toFixed(1) : ratio.toFixed(0)}× ${from}` };
  return ratio > 1
    ? { direction: 'up', text: `${wholePercent(ratio - 1)} ${from}` }
    : { direction: 'down', text: `${wholePercent(1 - ratio)} ${from}` };
}

/**
 * The change of a share: it is told by what it was, as percents of percents mislead.
 *
 * @param now - 0 to 1, as `before`; `null` where there is nothing that it is a share of.
 */
export function shareChange(now: number | null, before: number | null): Change | undefined {
  if (now === null || before === null) return undefined;
  if (Math.abs(now - before) < 0.0005) return { direction: 'same', text: 'as before' };
  return { direction: now > before ? 'up' : 'down', text: `from ${formatPercent(before)}` };
}

function wholePercent(ratio: number): string {
  return `${ratio < 0.0995 ? Number((ratio * 100).toFixed(1)) : Math.round(ratio * 100)} %`;
}
