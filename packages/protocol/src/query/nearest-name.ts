/** Nothing that long is a slip of the name of something here. */
const LONGEST_SLIP = 40;

/** The candidate that `name` was probably meant to be, or `undefined` when none is close. */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  if (name.length > LONGEST_SLIP) return undefined;
  let nearest: string | undefined;
  let nearestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const isBeginning = name.length >= 2 && candidate.startsWith(name);
    if (!isBeginning && Math.abs(candidate.length - name.length) >= nearestDistance) continue;
    const distance = isBeginning ? 0 : editDistance(name, candidate);
    if (distance < nearestDistance) {
      nearest = candidate;
      nearestDistance = distance;
    }
  }
  return nearest;
}

/** How many letters to change, add, leave out or swap with their neighbour (optimal string alignment). */
function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const isSame = left[row - 1] === right[column - 1];
      const isSwapped = left[row - 2] === right[column - 1] && left[row - 1] === right[column - 2];
      current.push(
        Math.min(
          last[column]! + 1,
          current[column - 1]! + 1,
          last[column - 1]! + (isSame ? 0 : 1),
          isSwapped && row > 1 && column > 1 ? beforeLast[column - 2]! + 1 : Infinity,
        ),
      );
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length]!;
}
