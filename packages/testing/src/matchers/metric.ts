import type { MarkedNode } from '../drawing/marked-tree.ts';
import { type Conditions, isFilled, isNumber, requireConditions, requireName } from './requirement.ts';
import type { Trace, TracePoint } from '../trace.ts';
import { valueText } from '../drawing/value-text.ts';
import { type Verdict, verdict } from './verdict.ts';
import { closestPoints } from './closest-points.ts';
import { checkMetricPoints, type MetricPoint, requireMetricPoints } from './metric-points.ts';
import { type Difference, differenceNotes, matchesPartially } from './partial-match.ts';
import { isAbout, metricNodes, noMetrics, type PointRow, pointTable, unknownMetric } from './point-table.ts';

/** What is expected of a metric. All that is named has to hold. */
export interface MetricConditions {
  /** The sum over the points that are meant; of a gauge the sum of its last values. */
  readonly value?: number;
  /** How many values were recorded in all. */
  readonly count?: number;
  /**
   * Which points are meant: some of their labels. A RegExp is looked for in text, a matcher of the test runner is
   * asked.
   *
   * @defaultValue the points of all label sets
   */
  readonly labels?: Readonly<Record<string, unknown>>;
}

/** A number is the value; of a histogram the count. A list is all points that there are, in any order. */
export type MetricExpectation = number | MetricConditions | readonly MetricPoint[];

const conditions: Conditions<keyof MetricConditions> = {
  value: [isNumber, 'a number'],
  count: [isNumber, 'a number'],
  labels: [isFilled, "an object with at least one label: { 'cache.type': 'memory' }"],
};

/** Whether a metric was recorded, and says what is expected. */
export function checkMetric(trace: Trace, name: string, expected?: MetricExpectation): Verdict {
  const call = { matcher: 'toHaveMetric', expected: [name, expected] };
  requireName(call.matcher, 'the name of the metric', name);
  if (isList(expected)) {
    requireMetricPoints(call.matcher, expected);
    return checkMetricPoints(trace, name, expected, call);
  }
  if (expected !== undefined && !isNumber(expected))
    requireConditions(call.matcher, expected, conditions, 'a number, a list of points');
  const points = trace.points.filter(({ metric }) => metric === name);
  const { value, count, labels = {} } = conditionsOf(expected, points);
  const meant = points.filter((point) => matchesPartially(labels, point.labels));
  const sum = total(meant, 'value');
  const recorded = total(meant, 'count');
  const wrong: string[] = [];
  if (value !== undefined && !isAbout(sum, value)) wrong.push(`the value ${numberText(sum)}, not ${value}`);
  if (count !== undefined && recorded !== count) wrong.push(`the count ${recorded}, not ${count}`);
  const pass = meant.length > 0 && wrong.length === 0;
  const found = (): string => {
    if (points.length === 0) return unknownMetric(trace, name);
    const about = `"${name}"${Object.keys(labels).length > 0 ? ` where ${valueText(labels)}` : ''}`;
    if (meant.length === 0) return `There is no point of ${about}.`;
    return `${about} has ${pass ? `the value ${numberText(sum)} and the count ${recorded}` : wrong.join(', and ')}.`;
  };
  const trees = (): readonly MarkedNode[] => {
    if (points.length === 0) return metricNodes(trace);
    if (meant.length === 0) {
      const closest = closestPoints(labels, points);
      return pointTable(points.map((point) => ({ point, ...markOf(closest.get(point)) })));
    }
    const mark = pass ? 'unexpected' : 'different';
    return pointTable(points.map((point) => (meant.includes(point) ? { point, mark } : { point })));
  };
  const isVoid = expected !== undefined && points.length === 0;
  return verdict(pass, call, found, trees, isVoid, noMetrics);
}

function isList(expected: unknown): expected is readonly MetricPoint[] {
  return Array.isArray(expected);
}

/** What is noted of a row that differs; nothing of another one. */
function markOf(differences: readonly Difference[] | undefined): Pick<PointRow, 'mark' | 'notes'> {
  return differences ? { mark: 'different', notes: differenceNotes(differences) } : {};
}

function conditionsOf(
  expected: number | MetricConditions | undefined,
  points: readonly TracePoint[],
): MetricConditions {
  if (typeof expected !== 'number') return expected ?? {};
  return points[0]?.kind === 'histogram' ? { count: expected } : { value: expected };
}

function total(points: readonly TracePoint[], what: 'value' | 'count'): number {
  return points.reduce((sum, point) => sum + point[what], 0);
}

/** A fraction without what its sum is off. */
function numberText(value: number): string {
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(13)));
}
