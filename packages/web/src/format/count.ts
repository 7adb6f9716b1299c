/** A number of tokens, calls or traces: whole up to 9,999, then three digits: `12.3k`, `1.20M`. Its tooltip has {@link exactCount}. */
export function formatCount(count: number): string {
  if (count < 10_000) return String(Math.round(count));
  if (count < 999_500) return `${threeDigits(count / 1_000)}k`;
  if (count < 999_500_000) return `${threeDigits(count / 1_000_000)}M`;
  return `${threeDigits(count / 1_000_000_000)}G`;
}

const GROUPED = new Intl.NumberFormat('en-US');

/** All digits, in groups of three: `1,234,567`. */
export function exactCount(count: number): string {
  return GROUPED.format(count);
}

/** A number and what it counts: `1 trace`, `12.3k traces`. */
export function countOf(count: number, one: string, many: string): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

function threeDigits(value: number): string {
  if (value < 9.995) return value.toFixed(2);
  return value < 99.95 ? value.toFixed(1) : value.toFixed(0);
}
