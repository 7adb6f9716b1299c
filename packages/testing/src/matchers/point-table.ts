import type { Mark, MarkedNode, Note } from '../marked-tree.ts';
import type { Trace } from '../trace.ts';
import { valueText } from '../value-text.ts';
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
  const cell = (value: unknown): string => (value === undefined ? '' : valueText(value));
  const body = rows.map(({ point: { value, count, labels } }) => [
    cell(value),
    cell(count),
    ...keys.map((key) => cell(labels[key])),
  ]);
  const head = ['value', 'count', ...keys];
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) =>
        column < 2 ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [
    { text: line(head), children: [] },
    ...rows.map(({ point: _, ...marked }, index) => ({
      text: line(body[index] ?? []),
      ...marked,
      children: [],
    })),
  ];
}

/** The metrics that there are, a line each. */
export function metricNodes({ points }: Trace): readonly MarkedNode[] {
  return [...new Set(points.map(({ metric }) => metric))].map((text) => ({ text, children: [] }));
}

/** What there is in place of a metric that is not there. */
export function unknownMetric({ points }: Trace, name: string): string {
  const proposal = proposalText(
    name,
    points.map(({ metric }) => metric),
  );
  return `There is no metric "${name}"${proposal === '' ? '.' : `; ${proposal}`}`;
}

/** Sums of decimal fractions are a little off. */
export function isAbout(received: number, expected: number): boolean {
  return Math.abs(received - expected) <= 1e-9 * Math.max(1, Math.abs(expected));
}
