import type { MarkedNode } from '../marked-tree.ts';
import { type Conditions, isFilled, requireConditions, requireName } from '../requirement.ts';
import type { Trace, TracePoint } from '../trace.ts';
import { valueText } from '../value-text.ts';
import { type Verdict, verdict } from '../verdict.ts';
import { closestNames } from './closest-names.ts';
import { matchesPartially } from './partial-match.ts';

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

/** A number is the value; of a histogram the count. */
export type MetricExpectation = number | MetricConditions;

const isNumber = (value: unknown): boolean => typeof value === 'number' && !Number.isNaN(value);
const conditions: Conditions<keyof MetricConditions> = {
  value: [isNumber, 'a number'],
  count: [isNumber, 'a number'],
  labels: [isFilled, "an object with at least one label: { 'cache.type': 'memory' }"],
};

/** Whether a metric was recorded, and says what is expected. */
export function checkMetric(trace: Trace, name: string, expected?: MetricExpectation): Verdict {
  const call = { matcher: 'toHaveMetric', expected: [name, expected] };
  requireName(call.matcher, 'the name of the metric', name);
  if (expected !== undefined && !isNumber(expected))
    requireConditions(call.matcher, expected, conditions, 'a number');
  const points = trace.points.filter(({ metric }) => metric === name);
  const { value, count, labels = {} } = conditionsOf(expected, points);
  const meant = points.filter((point) => matchesPartially(labels, point.labels));
  const sum = total(meant, 'value');
  const recorded = total(meant, 'count');
  const wrong: string[] = [];
  if (value !== undefined && !isAbout(sum, value)) wrong.push(`the value ${sum}, not ${value}`);
  if (count !== undefined && recorded !== count) wrong.push(`the count ${recorded}, not ${count}`);
  const pass = meant.length > 0 && wrong.length === 0;
  const found = (): string => {
    if (points.length === 0) return unknownMetric(trace, name);
    const about = `"${name}"${Object.keys(labels).length > 0 ? ` where ${valueText(labels)}` : ''}`;
    if (meant.length === 0) return `There is no point of ${about}.`;
    return `${about} has ${pass ? `the value ${sum} and the count ${recorded}` : wrong.join(', and ')}.`;
  };
  const trees = (): readonly MarkedNode[] =>
    points.length === 0 ? metricNodes(trace) : table(points, (point) => meant.includes(point), pass);
  return verdict(pass, call, found, trees);
}

function conditionsOf(
  expected: MetricExpectation | undefined,
  points: readonly TracePoint[],
): MetricConditions {
  if (typeof expected !== 'number') return expected ?? {};
  return points[0]?.kind === 'histogram' ? { count: expected } : { value: expected };
}

function total(points: readonly TracePoint[], what: 'value' | 'count'): number {
  return Number(points.reduce((sum, point) => sum + point[what], 0).toPrecision(12));
}

/** Sums of decimal fractions are a little off. */
function isAbout(received: number, expected: number): boolean {
  return Math.abs(received - expected) <= 1e-9 * Math.max(1, Math.abs(expected));
}

function unknownMetric({ points }: Trace, name: string): string {
  const closest = closestNames(
    name,
    points.map(({ metric }) => metric),
  );
  if (closest.length === 0) return `There is no metric "${name}".`;
  return `There is no metric "${name}"; is it ${closest.map((text) => `"${text}"`).join(' or ')}?`;
}

/** The metrics that there are, a line each. */
function metricNodes({ points }: Trace): readonly MarkedNode[] {
  return [...new Set(points.map(({ metric }) => metric))].map((text) => ({ text, children: [] }));
}

/** The points of a metric, a line each, in columns. */
function table(
  points: readonly TracePoint[],
  isMeant: (point: TracePoint) => boolean,
  pass: boolean,
): readonly MarkedNode[] {
  const keys = [...new Set(points.flatMap(({ labels }) => Object.keys(labels)))];
  const rows = points.map(({ value, count, labels }) => [
    valueText(value),
    String(count),
    ...keys.map((key) => (labels[key] === undefined ? '' : valueText(labels[key]))),
  ]);
  const all = [['value', 'count', ...keys], ...rows];
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column < 2 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const [head = [], ...body] = all;
  return [
    { text: line(head), children: [] },
    ...body.map((row, index): MarkedNode => {
      const point = points[index];
      const mark = point && isMeant(point) ? (pass ? 'unexpected' : 'different') : 'as expected';
      return { text: line(row), mark, children: [] };
    }),
  ];
}
