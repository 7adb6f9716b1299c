/**
 * A share with one decimal: `12.3 %`. Only nothing is `0 %` and only all is `100 %`.
 *
 * @param ratio - 0 to 1.
 */
export function formatPercent(ratio: number): string {
  return `${inPercent(ratio)} %`;
}

/** The number alone, for a column whose head has the unit: `12.3`. */
export function inPercent(ratio: number): string {
  if (ratio <= 0) return '0';
  if (ratio >= 1) return '100';
  if (ratio < 0.0005) return '<0.1';
  return ratio >= 0.9995 ? '>99.9' : (ratio * 100).toFixed(1);
}
