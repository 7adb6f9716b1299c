import { studentTails } from './distributions.ts';
import { leastPermutation } from './mann-whitney.ts';

/** So many values, their sum, and the sum of their squares. */
export interface Moments {
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
}

/** What is left of a variance when its value is lost in rounding, as a part of the mean's square. */
const ROUNDING = 1e-13;
const LEVEL = 0.05;

/**
 * Welch's test: how often means are at least as unlike by chance, also where one group varies more than the other. Values
 * that do not vary at all are no surer than there are ways to divide them.
 *
 * @returns `null` for so few values that it could not be less than 0.05.
 */
export function welch(one: Moments, other: Moments): number | null {
  const least = leastPermutation(one.count, other.count);
  if (Math.min(one.count, other.count) < 2 || least > LEVEL) return null;
  const difference = meanOf(one) - meanOf(other);
  const [ofOne, ofOther] = [varianceOf(one) / one.count, varianceOf(other) / other.count];
  const variance = ofOne + ofOther;
  const isSame = Math.abs(difference) <= 1e-9 * Math.max(Math.abs(meanOf(one)), Math.abs(meanOf(other)));
  if (isSame) return 1;
  if (variance === 0) return least;
  const degrees = variance ** 2 / (ofOne ** 2 / (one.count - 1) + ofOther ** 2 / (other.count - 1));
  return Math.max(studentTails(difference / Math.sqrt(variance), degrees), least);
}

function meanOf({ count, sum }: Moments): number {
  return sum / count;
}

function varianceOf(moments: Moments): number {
  const { count, sum, squares } = moments;
  const variance = (squares - (sum * sum) / count) / (count - 1);
  return variance <= ROUNDING * count * meanOf(moments) ** 2 ? 0 : variance;
}
