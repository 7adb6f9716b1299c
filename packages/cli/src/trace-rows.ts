import type { ExecutionStatus, SpanColumns } from '@tta/obs-protocol';
import { safeText } from './safe-text.ts';

/** One row of the tree: a span, or a step span together with its only child. */
export interface TraceRow {
  readonly title: string;
  /** Kind of primitive, where the title does not say it. */
  readonly kind: string | null;
  readonly status: ExecutionStatus;
  readonly message: string | null;
  readonly durationMs: number;
  /** The parent is named but has not arrived. */
  readonly isOrphan: boolean;
  readonly children: readonly TraceRow[];
}

/** `primitive.retry.attempt_2` → `attempt_2`: the edge from a primitive to its child. */
const EDGE =
  /^primitive\.[^.]+\.((?:step|attempt|fallback|branch|case|route|iteration|item|forward|compensate)_.+|primary|then|else|refresh)$/;
const STEP = /^step_[0-9]+$/;

/** Builds the rows of a trace, roots first in order of start. */
export function traceRows(spans: SpanColumns): readonly TraceRow[] {
  const children: number[][] = spans.spanId.map(() => []);
  const roots: number[] = [];
  for (const [index, parent] of spans.parentIndex.entries()) (children[parent] ?? roots).push(index);
  // Children first: a row needs its children's rows, and a deep trace must not exhaust the stack.
  const rows = new Map<number, TraceRow>();
  for (const index of childrenFirst(roots, children)) {
    rows.set(index, toRow(spans, index, children[index]!, rows));
  }
  return roots.map((index) => rows.get(index)!);
}

function childrenFirst(roots: readonly number[], children: readonly number[][]): number[] {
  const order = [...roots];
  for (let position = 0; position < order.length; position++) {
    for (const child of children[order[position]!]!) order.push(child);
  }
  return order.reverse();
}

function toRow(
  spans: SpanColumns,
  index: number,
  children: readonly number[],
  rows: ReadonlyMap<number, TraceRow>,
): TraceRow {
  const edge = EDGE.exec(spans.name[index]!)?.[1];
  const [onlyChild] = children;
  if (edge !== undefined && onlyChild !== undefined && children.length === 1) {
    return folded(spans, index, edge, rows.get(onlyChild)!);
  }
  const name = safeText(spans.name[index]!);
  const label = spans.label[index] === null ? null : safeText(spans.label[index]!);
  const kind = spans.primitiveType[index] ?? null;
  const childRows = children.map((child) => rows.get(child)!);
  return {
    title: edge === undefined ? (label ?? name) : edgeTitle(edge, label ?? ''),
    kind: kind === null || kind === 'lambda' || kind === label ? null : safeText(kind),
    status: spans.status[index]!,
    message: ownMessage(spans, index, childRows),
    durationMs: spans.durationMs[index]!,
    isOrphan: spans.parentIndex[index] === -1 && spans.parentSpanId[index] !== null,
    children: childRows,
  };
}

/** The step's time and outcome (a limit or an abort may end it before its child), the child's rows below. */
function folded(spans: SpanColumns, index: number, edge: string, child: TraceRow): TraceRow {
  return {
    ...child,
    title: edgeTitle(edge, child.title),
    status: spans.status[index]!,
    message: ownMessage(spans, index, child.children),
    durationMs: spans.durationMs[index]!,
    isOrphan: spans.parentIndex[index] === -1 && spans.parentSpanId[index] !== null,
  };
}

/** Steps are known by their place; attempts, branches and fallbacks say which one they are. */
function edgeTitle(edge: string, label: string): string {
  if (STEP.test(edge)) return label === '' ? edge.replace('_', ' ') : label;
  const isNumbered = /^(attempt|fallback|iteration|item)_[0-9]+$/.test(edge);
  const place = safeText(isNumbered ? edge.replace('_', ' ') : edge.replace(/^(branch|case|route)_/, ''));
  return label === '' || label === place ? place : `${place} · ${label}`;
}

/** An error is told where it arose: ancestors that only pass it on stay silent. */
function ownMessage(spans: SpanColumns, index: number, children: readonly TraceRow[]): string | null {
  const message = spans.statusMessage[index] ?? null;
  if (message === null || spans.status[index] === 'success') return null;
  const text = safeText(message);
  return children.some((child) => tells(child, text)) ? null : text;
}

function tells(row: TraceRow, message: string): boolean {
  const pending = [row];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.message === message) return true;
    if (next.status !== 'success') pending.push(...next.children);
  }
  return false;
}
