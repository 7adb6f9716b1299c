import type { MatcherCall } from '../call-text.ts';
import { countText } from '../count-text.ts';
import type { MarkedNode } from '../marked-tree.ts';
import { type Conditions, invalid, isNumber, isRecord, requireConditions } from '../requirement.ts';
import type { Trace, TracePoint } from '../trace.ts';
import { type Verdict, verdict } from '../verdict.ts';
import { closestPoints } from './closest-points.ts';
import { fullestMatching } from './fullest-matching.ts';
import { type Difference, differenceNotes, partialDifferences } from './partial-match.ts';
import { isAbout, metricNodes, noMetrics, type PointRow, pointTable, unknownMetric } from './point-table.ts';

/** What is expected of one point of a metric. */
export interface MetricPoint {
  /** All of its labels, `{}` of a point without. Compared as in {@link MetricConditions}. */
  readonly labels: Readonly<Record<string, unknown>>;
  /** Its sum; of a gauge its last value. */
  readonly value?: number;
  /** How many values were recorded. */
  readonly count?: number;
}

const conditions: Conditions<keyof MetricPoint> = {
  labels: [isRecord, "an object of all labels: { 'cache.type': 'memory' }"],
  value: [isNumber, 'a number'],
  count: [isNumber, 'a number'],
};

/** @throws `OBS_ERR_INVALID_OPTION` when a list has no point, or something else. */
export function requireMetricPoints(matcher: string, points: readonly unknown[]): void {
  if (points.length === 0)
    invalid(matcher, 'no point is expected; that a metric was not recorded is .not.toHaveMetric(name)');
  for (const [index, point] of points.entries()) {
    const where = `${matcher}: point ${index}`;
    requireConditions(where, point, conditions);
    if ((point as MetricPoint).labels === undefined)
      invalid(where, 'its labels are not said; of a point without labels they are {}');
  }
}

/** Whether a metric has exactly these points, in any order. */
export function checkMetricPoints(
  trace: Trace,
  name: string,
  expected: readonly MetricPoint[],
  call: MatcherCall,
): Verdict {
  const points = trace.points.filter(({ metric }) => metric === name);
  const partners = fullestMatching(
    expected,
    points,
    (wanted, point) => pointDifferences(wanted, point).length === 0,
  );
  const missing = expected.filter((_, index) => partners[index] === undefined);
  const pass = missing.length === 0 && points.length === expected.length;
  const found = (): string => {
    if (points.length === 0) return unknownMetric(trace, name);
    if (pass) return `"${name}" has exactly ${points.length === 1 ? 'this point' : 'these points'}.`;
    const has = `"${name}" has ${countText(points.length, 'point')}`;
    if (points.length !== expected.length) return `${has}, not ${expected.length}.`;
    return `${has}, of which ${countText(missing.length, 'is', 'are')} not as expected.`;
  };
  const trees = (): readonly MarkedNode[] => {
    if (points.length === 0) return metricNodes(trace);
    if (pass) return pointTable(points.map((point) => ({ point, mark: 'unexpected' })));
    return pointTable(comparedRows(points, partners, missing));
  };
  return verdict(pass, call, found, trees, points.length === 0, noMetrics);
}

/** The points, those that differ with what about them does; what is missing last. */
function comparedRows(
  points: readonly TracePoint[],
  partners: readonly (TracePoint | undefined)[],
  missing: readonly MetricPoint[],
): readonly PointRow[] {
  const left = new Set(points.filter((point) => !partners.includes(point)));
  const differing = new Map<TracePoint, readonly Difference[]>();
  const alone = missing.filter((wanted) => {
    const [closest] = closestPoints(wanted.labels, [...left]).keys();
    if (!closest) return true;
    left.delete(closest);
    differing.set(closest, pointDifferences(wanted, closest));
    return false;
  });
  return [
    ...points.map((point): PointRow => {
      const differences = differing.get(point);
      if (differences) return { point, mark: 'different', notes: differenceNotes(differences) };
      return left.has(point) ? { point, mark: 'unexpected' } : { point };
    }),
    ...alone.map((point): PointRow => ({ point, mark: 'missing' })),
  ];
}

function pointDifferences({ labels, value, count }: MetricPoint, point: TracePoint): readonly Difference[] {
  const differences = [...partialDifferences(labels, point.labels)];
  for (const [path, received] of Object.entries(point.labels)) {
    if (!Object.hasOwn(labels, path)) differences.push({ path, expected: undefined, received });
  }
  if (value !== undefined && !isAbout(point.value, value))
    differences.push({ path: 'value', expected: value, received: point.value });
  if (count !== undefined && point.count !== count)
    differences.push({ path: 'count', expected: count, received: point.count });
  return differences;
}
