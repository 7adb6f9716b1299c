import type { ExecutionStatus, SpanColumns } from '@tta/obs-protocol';
import { edgeOf } from './edge.ts';

/**
 * The rows of a trace in the order of a walk from the roots, as parallel arrays.
 * A step span and its only child are one row: `outer` is the step, `inner` the child; elsewhere both are
 * the same span.
 */
export interface SpanTree {
  readonly spans: SpanColumns;
  readonly rowCount: number;
  readonly outer: Int32Array;
  readonly inner: Int32Array;
  readonly depth: Int32Array;
  /** Row of the parent; -1 for a root. */
  readonly parent: Int32Array;
  /** The row after the last descendant. */
  readonly end: Int32Array;
  /** The row that shows a span. */
  readonly rowOfSpan: Int32Array;
}

/** Builds the rows in time proportional to the spans. Spans whose parent is missing or cyclic become roots. */
export function buildSpanTree(spans: SpanColumns): SpanTree {
  const count = spans.spanId.length;
  const { firstChild, nextSibling, firstRoot } = linkChildren(spans);
  const outer = new Int32Array(count);
  const inner = new Int32Array(count);
  const depth = new Int32Array(count);
  const parent = new Int32Array(count);
  const end = new Int32Array(count);
  const rowOfSpan = new Int32Array(count).fill(-1);
  const pending: number[] = [];
  const pendingParent: number[] = [];
  let rowCount = 0;

  const walk = (root: number): void => {
    pending.push(root);
    pendingParent.push(-1);
    while (pending.length > 0) {
      const span = pending.pop() as number;
      const parentRow = pendingParent.pop() as number;
      if (rowOfSpan[span] !== -1) continue;
      const row = rowCount++;
      rowOfSpan[span] = row;
      outer[row] = span;
      parent[row] = parentRow;
      depth[row] = parentRow === -1 ? 0 : (depth[parentRow] as number) + 1;
      let shown = span;
      const only = onlyChild(span, firstChild, nextSibling);
      if (only !== -1 && rowOfSpan[only] === -1 && isStep(spans, span)) {
        shown = only;
        rowOfSpan[only] = row;
      }
      inner[row] = shown;
      // Pushed in order of start and popped from the end: the reversed part brings the earliest up first.
      const from = pending.length;
      for (let child = firstChild[shown] as number; child !== -1; child = nextSibling[child] as number) {
        pending.push(child);
        pendingParent.push(row);
      }
      reverseFrom(pending, from);
    }
  };

  for (let root = firstRoot; root !== -1; root = nextSibling[root] as number) walk(root);
  // What no root reaches hangs in a cycle of parents: it is shown from its earliest span.
  for (let span = 0; span < count; span++) if (rowOfSpan[span] === -1) walk(span);

  for (let row = rowCount - 1; row >= 0; row--) {
    const rowEnd = Math.max(end[row] as number, row + 1);
    end[row] = rowEnd;
    const above = parent[row] as number;
    if (above !== -1) end[above] = Math.max(end[above] as number, rowEnd);
  }
  return { spans, rowCount, outer, inner, depth, parent, end, rowOfSpan };
}

/** The row that shows a span; -1 when the span has not arrived. */
export function rowOfSpan(tree: SpanTree, spanId: string): number {
  const span = tree.spans.spanId.indexOf(spanId);
  return span === -1 ? -1 : (tree.rowOfSpan[span] as number);
}

/** The ids of the spans that stand on one row with a span: a step and its only child, else the span alone. */
export function spansBeside(tree: SpanTree, spanId: string): readonly string[] {
  const row = rowOfSpan(tree, spanId);
  if (row === -1) return [spanId];
  const shown = new Set([tree.outer[row] as number, tree.inner[row] as number]);
  return [...shown].map((span) => tree.spans.spanId[span] as string);
}

/** Whether the row has rows below it. */
export function hasChildren(tree: SpanTree, row: number): boolean {
  return (tree.end[row] as number) > row + 1;
}

/** The direct children of a row, from the earliest. */
export function* childRows(tree: SpanTree, row: number): Generator<number> {
  const end = tree.end[row] as number;
  for (let child = row + 1; child < end; child = tree.end[child] as number) yield child;
}

/** The status of a row: the step's where the step failed otherwise than its child, else the child's. */
export function rowStatus(tree: SpanTree, row: number): ExecutionStatus {
  const own = tree.spans.status[tree.outer[row] as number] as ExecutionStatus;
  return own === 'success' ? (tree.spans.status[tree.inner[row] as number] as ExecutionStatus) : own;
}

/** What a person calls the row: the name given to the step or primitive, else the span's name. */
export function rowLabel(tree: SpanTree, row: number): string {
  const { label, name } = tree.spans;
  const outer = tree.outer[row] as number;
  const inner = tree.inner[row] as number;
  return label[outer] ?? label[inner] ?? name[inner] ?? '';
}

function isStep(spans: SpanColumns, span: number): boolean {
  return spans.primitiveType[span] === null && edgeOf(spans.name[span] as string) !== undefined;
}

function onlyChild(span: number, firstChild: Int32Array, nextSibling: Int32Array): number {
  const child = firstChild[span] as number;
  return child !== -1 && nextSibling[child] === -1 ? child : -1;
}

interface ChildLinks {
  readonly firstChild: Int32Array;
  readonly nextSibling: Int32Array;
  readonly firstRoot: number;
}

function linkChildren(spans: SpanColumns): ChildLinks {
  const count = spans.spanId.length;
  const firstChild = new Int32Array(count).fill(-1);
  const nextSibling = new Int32Array(count).fill(-1);
  let firstRoot = -1;
  // The columns are in order of start: walked backwards, each list of siblings comes out in that order.
  for (let span = count - 1; span >= 0; span--) {
    const parent = spans.parentIndex[span] as number;
    if (parent >= 0 && parent < count && parent !== span) {
      nextSibling[span] = firstChild[parent] as number;
      firstChild[parent] = span;
    } else {
      nextSibling[span] = firstRoot;
      firstRoot = span;
    }
  }
  return { firstChild, nextSibling, firstRoot };
}

function reverseFrom(values: number[], from: number): void {
  for (let low = from, high = values.length - 1; low < high; low++, high--) {
    const held = values[low] as number;
    values[low] = values[high] as number;
    values[high] = held;
  }
}
