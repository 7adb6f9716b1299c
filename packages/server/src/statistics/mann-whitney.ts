import { logChoose, normalTails } from './distributions.ts';

/** Executions of both versions that took as long. */
export interface Tie {
  readonly baseline: number;
  readonly candidate: number;
}

export interface RankTest {
  /** How often ranks are at least as unlike by chance; `null` for so few values that it could not be less than 0.05. */
  readonly pValue: number | null;
  /** Whether values of the candidate rank higher (1) or lower (-1) than those of the baseline, on the whole. */
  readonly direction: -1 | 0 | 1;
}

/**
 * The work that an exact answer is worth: number of all values times the square of the number of the fewer ones. Few values
 * beside many, or many that are the same, are what the normal distribution is wrong about.
 */
const EXACT_WORK = 5_000;
const LEVEL = 0.05;

/**
 * The Mann–Whitney test: whether values of one group tend to be greater than those of the other, whatever their
 * distribution. Exact for few values, with ties; for more, by the normal distribution with corrections for ties and continuity.
 *
 * @param ties - In the order of the values that they stand for.
 */
export function mannWhitney(ties: readonly Tie[]): RankTest {
  const n = ties.reduce((sum, { baseline }) => sum + baseline, 0);
  const m = ties.reduce((sum, { candidate }) => sum + candidate, 0);
  if (leastPermutation(n, m) > LEVEL) return { pValue: null, direction: 0 };
  // Twice as many as there are pairs in which the candidate's value is greater: half a pair where they are the same.
  let doubledU = 0;
  let below = 0;
  for (const { baseline, candidate } of ties) {
    doubledU += candidate * (2 * below + baseline);
    below += baseline;
  }
  const distance = doubledU - n * m;
  const isExact = (n + m) * Math.min(n, m) ** 2 <= EXACT_WORK;
  const counts = ties.map(({ baseline, candidate }) => baseline + candidate);
  const pValue = isExact
    ? exactTails(counts, Math.min(n, m), Math.abs(distance))
    : normalTailsOf(counts, n, m, Math.abs(distance));
  return { pValue, direction: Math.sign(distance) as -1 | 0 | 1 };
}

/** The least p value that a test can have which compares what happened with all ways to divide the same values in two. */
export function leastPermutation(n: number, m: number): number {
  if (n === 0 || m === 0) return 1;
  return Math.min(1, 2 * Math.exp(-logChoose(n + m, n)));
}

/**
 * Counts all ways to choose `few` of the values by the U that they have, value by value.
 *
 * @param counts - How often each value occurs.
 * @param distance - Of the doubled U from its mean.
 */
function exactTails(counts: readonly number[], few: number, distance: number): number {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const mean = few * (all - few);
  const width = 2 * mean + 1;
  // At [chosen * width + doubledU].
  const ways = new Float64Array((few + 1) * width);
  ways[0] = 1;
  let passed = 0;
  for (const count of counts) {
    const most = Math.min(count, few);
    const chooses = Array.from({ length: most + 1 }, (_, chosen) =>
      Math.round(Math.exp(logChoose(count, chosen))),
    );
    // From many to few: what is written is not read again for the same value.
    for (let before = Math.min(few - 1, passed); before >= 0; before--) {
      const others = passed - before;
      for (let u = 2 * before * others; u >= 0; u--) {
        const known = ways[before * width + u]!;
        if (known === 0) continue;
        for (let chosen = 1; chosen <= Math.min(most, few - before); chosen++) {
          // One that would leave more others than there are leads nowhere.
          const next = u + chosen * (2 * others + count - chosen);
          if (next < width) ways[(before + chosen) * width + next]! += known * chooses[chosen]!;
        }
      }
    }
    passed += count;
  }
  let total = 0;
  let asFar = 0;
  for (let u = 0; u < width; u++) {
    const known = ways[few * width + u]!;
    total += known;
    if (Math.abs(u - mean) >= distance) asFar += known;
  }
  return asFar / total;
}

function normalTailsOf(counts: readonly number[], n: number, m: number, distance: number): number {
  const all = n + m;
  const tied = counts.reduce((sum, count) => sum + (count ** 3 - count) / (all * (all - 1)), 0);
  const variance = ((n * m) / 12) * (all + 1 - tied);
  if (variance <= 0) return 1;
  const p = normalTails(Math.max(0, distance / 2 - 0.5) / Math.sqrt(variance));
  return Math.max(p, leastPermutation(n, m));
}
