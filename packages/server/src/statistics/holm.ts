/**
 * Which of several tests are significant so that, where there is no difference at all, one of them is in at most `level` of
 * all cases (Holm's correction).
 *
 * @returns In the order of the p values.
 */
export function holm(pValues: readonly number[], level: number): readonly boolean[] {
  const isSignificant = pValues.map(() => false);
  const order = pValues.map((pValue, at) => ({ pValue, at })).sort((one, other) => one.pValue - other.pValue);
  for (const [rank, { pValue, at }] of order.entries()) {
    if (pValue > level / (order.length - rank)) break;
    isSignificant[at] = true;
  }
  return isSignificant;
}
