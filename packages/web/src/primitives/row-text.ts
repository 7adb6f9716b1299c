import type { ExecutionStatus } from '@tta/obs-protocol';
import { formatDuration } from '../format/duration.ts';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { rowEdge } from '../tree/edge.ts';
import type { Edge } from '../tree/edge.ts';
import { failuresInside } from '../tree/failures.ts';
import { perRow } from '../tree/per-tree.ts';
import { aiPlaceOf } from '../tree/row-columns.ts';
import { rowLabel, rowStatus } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import { kindText } from './primitive-kind.ts';
import { calledName, rowFigures } from './row-figures.ts';
import type { RowFigures } from './row-figures.ts';
import { rowKind } from './row-kind.ts';
import { failedSteps, rowNote } from './row-note.ts';
import { stepRows } from './step-rows.ts';

/** What a row says. `undefined`: nothing to say. */
export interface RowText {
  readonly kind: string;
  /** How its parent came to it, where the label does not say so. */
  readonly edge: string | undefined;
  readonly label: string;
  /** The model, tool or agent that was called, where the label does not say it. */
  readonly called: string | undefined;
  readonly status: ExecutionStatus;
  readonly note: string | undefined;
  readonly figures: RowFigures | undefined;
  /** All of it, for who cannot see it: kind, name, status, duration, note and figures. */
  readonly all: string;
}

const STATUS_WORDS: Readonly<Record<ExecutionStatus, string>> = {
  success: 'ok',
  error: 'error',
  timeout: 'timeout',
  cancelled: 'cancelled',
  suspended: 'suspended',
};

/** Characters of a text on a row and in its tooltip; the details of the span have all. */
const LONGEST_TEXT = 500;

export const rowText = perRow((tree, row): RowText => {
  const { spans } = tree;
  const inner = tree.inner[row] as number;
  const label = rowLabel(tree, row);
  const edge = rowEdge(tree, row);
  // Steps are known by their place: their name says more than their number.
  const isTold = edge === undefined || edge.text === label || (edge.kind === 'step' && label !== '');
  const place = aiPlaceOf(spans, inner);
  const called = place === -1 ? undefined : calledName(spans, place, label);
  const note = rowNote(tree, row);
  const told = {
    kind: kindText(rowKind(tree, row), spans.primitiveType[inner] ?? null),
    edge: isTold ? undefined : onRow(edgeWords(tree, row, edge)),
    label: onRow(label),
    called: called === undefined ? undefined : onRow(called),
    status: rowStatus(tree, row),
    note: note === undefined ? undefined : onRow(note),
    figures: rowFigures(tree, row),
  };
  return { ...told, all: allOf(told, spans.durationMs[tree.outer[row] as number] ?? 0) };
});

/** Siblings that are looked through for others of one kind: it is done for each of them. */
const MOST_SIBLINGS = 100;

/** Attempts have numbers of their own; tries to undo one step have not, and look alike: `undo room, 2 of 3`. */
function edgeWords(tree: SpanTree, row: number, { kind, key, text }: Edge): string {
  const above = tree.parent[row] as number;
  if (kind !== 'compensate' || above === -1) return text;
  const siblings = stepRows(tree, above);
  if (siblings.length > MOST_SIBLINGS) return text;
  const tries = siblings.filter((sibling) => {
    const edge = rowEdge(tree, sibling);
    return edge?.kind === kind && edge.key === key;
  });
  return tries.length < 2 ? text : `${text}, ${tries.indexOf(row) + 1} of ${tries.length}`;
}

function allOf(
  { kind, edge, label, called, status, note, figures }: Omit<RowText, 'all'>,
  durationMs: number,
): string {
  const name = [kind, edge, label, called].filter((word) => word !== undefined && word !== '').join(' ');
  const told = [name, STATUS_WORDS[status], formatDuration(durationMs), note, figures?.words];
  return told.filter((words) => words !== undefined).join(', ');
}

function onRow(text: string): string {
  const plain = withoutDirectionMarks(text);
  return plain.length <= LONGEST_TEXT ? plain : `${plain.slice(0, LONGEST_TEXT - 1)}…`;
}

const SHOWS_FAILED_STEPS: ReadonlySet<string> = new Set(['retry', 'loop', 'foreach']);

/** How many failures a folded row hides: those that arose below it, but for the steps that it shows itself. */
export function hiddenFailures(tree: SpanTree, row: number): number {
  const inside = failuresInside(tree)[row] as number;
  if (inside === 0 || !SHOWS_FAILED_STEPS.has(rowKind(tree, row))) return inside;
  return Math.max(0, inside - failedSteps(tree, row));
}
