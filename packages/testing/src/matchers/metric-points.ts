import type { MatcherCall } from '../drawing/call-text.ts';
import { countText } from '../drawing/count-text.ts';
import type { MarkedNode } from '../drawing/marked-tree.ts';
import { type Conditions, invalid, isNumber, isRecord, requireConditions } from './requirement.ts';
import type { Trace, TracePoint } from '../trace.ts';
import { type Verdict, verdict } from './verdict.ts';
import { closestPoints } from './closest-points.ts';
import { fullestMatching } from './tree-comparison/fullest-matching.ts';
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

/** So many pairs are compared to find the closest: half a second's work. Who is left is missing, or unexpected. */
const pairLimit = 100_000;

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
    pointsByLabels(points),
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

/** Which points may have labels: where all are plain values, those that have exactly these. */
function pointsByLabels(points: readonly TracePoint[]): (wanted: MetricPoint) => readonly TracePoint[] {
  const byLabels = new Map<string, TracePoint[]>();
  for (const point of points) {
    const key = labelsKey(point.labels);
    const same = byLabels.get(key);
    if (same) same.push(point);
    else byLabels.set(key, [point]);
  }
  return ({ labels }) => {
    const isPlain = Object.values(labels).every((value) => typeof value !== 'object' || value === null);
    return isPlain ? (byLabels.get(labelsKey(labels)) ?? []) : points;
  };
}

/** The same for labels that are equal. */
function labelsKey(labels: Readonly<Record<string, unknown>>): string {
  const texts = Object.entries(labels)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [key, typeof value, String(value)]);
  return JSON.stringify(texts.sort(([one = ''], [other = '']) => (one < other ? -1 : 1)));
}

/** The points, those that differ with what about them does; what is missing last. */
function comparedRows(
  points: readonly TracePoint[],
  partners: readonly (TracePoint | undefined)[],
  missing: readonly MetricPoint[],
): readonly PointRow[] {
  const taken = new Set(partners);
  const left = new Set(points.filter((point) => !taken.has(point)));
  const differing = new Map<TracePoint, readonly Difference[]>();
  /** Leaves over who finds none. */
  const pair = (
    wanted: readonly MetricPoint[],
    closestOf: (one: MetricPoint) => TracePoint | undefined,
  ): readonly MetricPoint[] =>
    wanted.filter((one) => {
      const closest = closestOf(one);
      if (!closest) return true;
      left.delete(closest);
      differing.set(closest, pointDifferences(one, closest));
      return false;
    });
  // Whose labels are right is what is meant, whatever is closest to others.
  const sameLabels = pointsByLabels([...left]);
  const others = pair(missing, (one) =>
    sameLabels(one).find((point) => left.has(point) && hasLabels(point, one)),
  );
  let pairsLeft = pairLimit;
  const alone = pair(others, ({ labels }) => {
    pairsLeft -= left.size;
    return pairsLeft < 0 ? undefined : [...closestPoints(labels, [...left]).keys()][0];
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

function hasLabels(point: TracePoint, { labels }: MetricPoint): boolean {
  return pointDifferences({ labels }, point).length === 0;
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
