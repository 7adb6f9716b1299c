import type { ExecutionStatus, PrimitiveFacts, SpanColumns } from '@tta/obs-protocol';
import { aiRows, type AiRow } from './ai-row.ts';
import { formatDuration } from './format-duration.ts';
import { compensationGlyph, kindGlyph } from './kind-glyph.ts';
import { safeText } from './safe-text.ts';
import { spanNote } from './span-note.ts';
import { edgeTitle, StepEdges, type StepEdge } from './step-edge.ts';

/** One row of the tree: a span, or a step span together with its only child. */
export interface TraceRow {
  /** One character for its kind. */
  readonly glyph: string;
  readonly title: string;
  /** Kind of primitive, where the title does not say it. */
  readonly kind: string | null;
  /** How it went. */
  readonly note: string | null;
  /** What a span of an AI program used. */
  readonly ai: AiRow | null;
  readonly status: ExecutionStatus;
  readonly message: string | null;
  readonly durationMs: number;
  /** The parent is named but has not arrived. */
  readonly isOrphan: boolean;
  readonly children: readonly TraceRow[];
}

/** Builds the rows of a trace, roots first in order of start. */
export function traceRows(spans: SpanColumns): readonly TraceRow[] {
  const children: number[][] = spans.spanId.map(() => []);
  const roots: number[] = [];
  for (const [index, parent] of spans.parentIndex.entries()) (children[parent] ?? roots).push(index);
  const { primitives } = spans;
  const facts = new Map(primitives.span.map((span, at) => [span, primitives.facts[at]!]));
  const source = { spans, facts, edges: new StepEdges(spans, facts), ai: aiRows(spans) };
  // Children first: a row needs its children's rows, and a deep trace must not exhaust the stack.
  const rows = new Map<number, TraceRow>();
  for (const index of childrenFirst(roots, children)) {
    rows.set(index, toRow(source, index, children[index]!, rows));
  }
  return roots.map((index) => rows.get(index)!);
}

interface Source {
  readonly spans: SpanColumns;
  /** By the index of the span, as what follows. */
  readonly facts: ReadonlyMap<number, PrimitiveFacts>;
  readonly edges: StepEdges;
  readonly ai: ReadonlyMap<number, AiRow>;
}

function childrenFirst(roots: readonly number[], children: readonly number[][]): number[] {
  const order = [...roots];
  for (let position = 0; position < order.length; position++) {
    for (const child of children[order[position]!]!) order.push(child);
  }
  return order.reverse();
}

function toRow(
  source: Source,
  index: number,
  children: readonly number[],
  rows: ReadonlyMap<number, TraceRow>,
): TraceRow {
  const { spans } = source;
  const edge = source.edges.of(index);
  const [onlyChild] = children;
  if (edge?.isStep === true && onlyChild !== undefined && children.length === 1) {
    return folded(source, index, edge, rows.get(onlyChild)!);
  }
  const name = safeText(spans.name[index]!);
  const label = spans.label[index] === null ? null : safeText(spans.label[index]!);
  const primitiveType = spans.primitiveType[index] ?? null;
  const ai = source.ai.get(index) ?? null;
  const kind = primitiveType ?? ai?.kind ?? null;
  const childRows = children.map((child) => rows.get(child)!);
  const title = edge === undefined ? (label ?? name) : edgeTitle(edge, label ?? (edge.isStep ? '' : name));
  const note = spanNote(primitiveType, source.facts.get(index) ?? {}, ai?.finishReasons ?? []);
  return {
    glyph: edge?.undoes === true ? compensationGlyph : glyphOf(source, index),
    title,
    kind: kind === null || kind === 'lambda' || kind === label ? null : safeText(kind),
    note: joined(waitText(source, index, edge), note),
    ai,
    status: spans.status[index]!,
    message: ownMessage(spans, index, childRows),
    durationMs: spans.durationMs[index]!,
    isOrphan: isOrphan(spans, index),
    children: childRows,
  };
}

/** The step's time and outcome (a limit or an abort may end it before its child), the child's rows below. */
function folded(source: Source, index: number, edge: StepEdge, child: TraceRow): TraceRow {
  const { spans } = source;
  return {
    ...child,
    glyph: edge.undoes ? compensationGlyph : child.glyph,
    title: edgeTitle(edge, child.title),
    note: joined(waitText(source, index, edge), child.note),
    status: spans.status[index]!,
    message: ownMessage(spans, index, child.children),
    durationMs: spans.durationMs[index]!,
    isOrphan: isOrphan(spans, index),
  };
}

function glyphOf({ spans, facts, ai }: Source, index: number): string {
  return kindGlyph({
    primitiveType: spans.primitiveType[index] ?? null,
    operation: ai.get(index)?.operation ?? null,
    otlpKind: spans.kind[index]!,
    cacheOutcome: facts.get(index)?.cacheOutcome,
  });
}

/** What its parent says of the time before an attempt. */
function waitText({ spans, facts }: Source, index: number, edge: StepEdge | undefined): string | null {
  if (edge?.attempt === undefined) return null;
  const waitMs = facts.get(spans.parentIndex[index]!)?.backoffMs?.[edge.attempt - 2] ?? null;
  return waitMs === null ? null : `${formatDuration(waitMs)} later`;
}

function joined(first: string | null, second: string | null): string | null {
  return first === null || second === null ? (first ?? second) : `${first}, ${second}`;
}

function isOrphan(spans: SpanColumns, index: number): boolean {
  return spans.parentIndex[index] === -1 && spans.parentSpanId[index] !== null;
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
