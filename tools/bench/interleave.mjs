/**
 * Measures cases in turns, so that what else the machine does hits all of them alike, and takes the
 * median of the rounds. Results of the cases are consumed, so that none can be optimised away. No forced
 * collections: one with no call in flight makes V8 drop the code of whatever class has no instance left,
 * which no program that is at work does.
 *
 * @param {Record<string, (i: number) => unknown | Promise<unknown>>} cases
 * @param {{ rounds?: number, operations?: number }} options
 * @returns {Promise<Record<string, { nsPerOp: number, spread: number }>>} spread: half the distance of the
 * quartiles, relative to the median
 */
export async function interleave(cases, { rounds = 25, operations = 4000 } = {}) {
  const names = Object.keys(cases);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  let sink = 0;
  for (let round = -3; round < rounds; round++) {
    for (const name of names) {
      const operation = cases[name];
      const startedAt = process.hrtime.bigint();
      for (let i = 0; i < operations; i++) {
        const result = await operation(i);
        sink += typeof result === 'number' ? result : 1;
      }
      const nsPerOp = Number(process.hrtime.bigint() - startedAt) / operations;
      // The first rounds warm the code up.
      if (round >= 0) samples[name].push(nsPerOp);
    }
  }
  if (!Number.isFinite(sink)) throw new Error('a case returned no finite number');
  return Object.fromEntries(
    names.map((name) => {
      const sorted = samples[name].sort((a, b) => a - b);
      const at = (ratio) => sorted[Math.floor((sorted.length - 1) * ratio)];
      return [name, { nsPerOp: at(0.5), spread: (at(0.75) - at(0.25)) / 2 / at(0.5) }];
    }),
  );
}

/** The middle of a list of numbers. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
