import type { Mark, MarkedNode, Note } from '../drawing/marked-tree.ts';
import type { Trace } from '../trace.ts';
import { valueText } from '../drawing/value-text.ts';
import { visibleText } from '../drawing/visible-text.ts';
import { proposalText } from './closest-names.ts';
import type { MetricPoint } from './metric-points.ts';

/** A point of a metric in a table. */
export interface PointRow {
  readonly point: MetricPoint;
  readonly mark?: Mark;
  readonly notes?: readonly Note[];
}

/** The points of a metric, a line each, in columns. */
export function pointTable(rows: readonly PointRow[]): readonly MarkedNode[] {
  const keys = [...new Set(rows.flatMap(({ point }) => Object.keys(point.labels)))];
  const columns = [
    column('value', rows, ({ value }) => value, 'padStart'),
    column('count', rows, ({ count }) => count, 'padStart'),
    ...keys.map((key) => column(key, rows, ({ labels }) => labels[key], 'padEnd')),
  ];
  const line = (index: number): string =>
    columns
      .map((texts) => texts[index])
      .join('  ')
      .trimEnd();
  return [
    { text: line(0), children: [] },
    ...rows.map(({ point: _, ...marked }, index) => ({ text: line(index + 1), ...marked, children: [] })),
  ];
}

/** The texts of a column, its head first, all of one width. */
function column(
  head: string,
  rows: readonly PointRow[],
  valueOf: (point: MetricPoint) => unknown,
  pad: 'padStart' | 'padEnd',
): readonly string[] {
  const values = rows.map(({ point }) => valueOf(point));
  const texts = [visibleText(head), ...values.map((value) => (value === undefined ? '' : valueText(value)))];
  const width = Math.max(...texts.map(({ length }) => length));
  return texts.map((text) => text[pad](width));
}

/** The metrics that there are, a line each. */
export function metricNodes({ points }: Trace): readonly MarkedNode[] {
  return [...new Set(points.map(({ metric }) => metric))].map((text) => ({ text, children: [] }));
}

/** In place of a table, and of the list of metrics. */
export const noMetrics = '(no metrics)';

/** What there is in place of a metric that is not there. */
export function unknownMetric({ points }: Trace, name: string): string {
  const proposal = proposalText(
    name,
    points.map(({ metric }) => metric),
  );
  return `There is no metric "${name}"${proposal === '' ? '.' : `; ${proposal}`}`;
}

/** Part of a fraction that it may be off: sums of decimal fractions are. */
const tolerance = 1e-12;

/** Whether a number is the expected one: whole numbers exactly, fractions but for what sums of them are off. */
export function isAbout(received: number, expected: number): boolean {
  if (received === expected) return true;
  if (Number.isInteger(received) && Number.isInteger(expected)) return false;
  return Math.abs(received - expected) < tolerance * Math.abs(expected);
}
