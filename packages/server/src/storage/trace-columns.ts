import type { SpanColumns } from '@tta/obs-protocol';

/** One span as the columns need it; `startMs` counts from the start of the trace. */
export interface ColumnRow {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: number;
  readonly startMs: number;
  readonly durationMs: number;
  readonly status: SpanColumns['status'][number];
  readonly statusMessage: string | null;
  readonly primitiveType: string | null;
  readonly label: string | null;
  readonly service: number;
}

/** Turns rows into columns and resolves parents; a cycle of parents is cut, so that readers always end. */
export function spanColumns(rows: readonly ColumnRow[]): Omit<SpanColumns, 'ai' | 'primitives'> {
  const column = <Key extends keyof ColumnRow>(key: Key): ColumnRow[Key][] => rows.map((row) => row[key]);
  return {
    spanId: column('spanId'),
    parentIndex: cutCycles(parentIndices(rows)),
    parentSpanId: column('parentSpanId'),
    name: column('name'),
    kind: column('kind'),
    startMs: column('startMs'),
    durationMs: column('durationMs'),
    status: column('status'),
    statusMessage: column('statusMessage'),
    primitiveType: column('primitiveType'),
    label: column('label'),
    service: column('service'),
  };
}

function parentIndices(rows: readonly ColumnRow[]): number[] {
  const indexOf = new Map(rows.map((row, index) => [row.spanId, index]));
  return rows.map((row) => (row.parentSpanId === null ? -1 : (indexOf.get(row.parentSpanId) ?? -1)));
}

/** Follows the parents of each span once; meeting a span of the same walk again closes a cycle. */
function cutCycles(parents: number[]): number[] {
  const visitedBy = new Int32Array(parents.length);
  for (let start = 0; start < parents.length; start++) {
    let index = start;
    while (visitedBy[index] === 0) {
      visitedBy[index] = start + 1;
      const parent = parents[index] ?? -1;
      if (parent === -1) break;
      if (visitedBy[parent] === start + 1) {
        parents[index] = -1;
        break;
      }
      index = parent;
    }
  }
  return parents;
}
