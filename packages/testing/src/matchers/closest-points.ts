import type { TracePoint } from '../trace.ts';
import { closestNames } from './closest-names.ts';
import { type Difference, distance, partialDifferences } from './partial-match.ts';

/**
 * The points that somebody may have meant with labels, each with what differs about them: those of which least differs,
 * where that is not all of it. A text that is much like the expected one differs by half.
 */
export function closestPoints(
  labels: Readonly<Record<string, unknown>>,
  points: readonly TracePoint[],
): ReadonlyMap<TracePoint, readonly Difference[]> {
  const farthest = Math.max(Object.keys(labels).length, 1);
  const candidates = points
    .map((point) => {
      const differences = partialDifferences(labels, point.labels);
      return { point, differences, far: distance(differences) - differences.filter(isAlike).length / 2 };
    })
    .filter(({ far }) => far < farthest);
  const least = Math.min(...candidates.map(({ far }) => far));
  return new Map(
    candidates.filter(({ far }) => far === least).map(({ point, differences }) => [point, differences]),
  );
}

function isAlike({ expected, received }: Difference): boolean {
  return (
    typeof expected === 'string' &&
    typeof received === 'string' &&
    closestNames(expected, [received]).length > 0
  );
}
