import type { ExecutionStatus } from '@tta/obs-protocol';
import { formatDuration } from '../format/duration.ts';
import { rowEdge } from '../tree/edge.ts';
import { failuresInside } from '../tree/failures.ts';
import { aiPlaceOf } from '../tree/row-columns.ts';
import { rowLabel, rowStatus } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import { kindText } from './primitive-kind.ts';
import { calledName, rowFigures } from './row-figures.ts';
import type { RowFigures } from './row-figures.ts';
import { rowKind } from './row-kind.ts';
import { failedSteps, rowNote } from './row-note.ts';

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
}

const STATUS_WORDS: Readonly<Record<ExecutionStatus, string>> = {
  success: 'ok',
  error: 'error',
  timeout: 'timeout',
  cancelled: 'cancelled',
  suspended: 'suspended',
};

export function rowText(tree: SpanTree, row: number): RowText {
  const { spans } = tree;
  const inner = tree.inner[row] as number;
  const label = rowLabel(tree, row);
  const edge = rowEdge(tree, row);
  const place = aiPlaceOf(spans, inner);
  return {
    kind: kindText(rowKind(tree, row), spans.primitiveType[inner] ?? null),
    // Steps are known by their place: their name says more than their number.
    edge:
      edge === undefined || edge.text === label || (edge.kind === 'step' && label !== '')
        ? undefined
        : edge.text,
    label,
    called: place === -1 ? undefined : calledName(spans, place, label),
    status: rowStatus(tree, row),
    note: rowNote(tree, row),
    figures: rowFigures(tree, row),
  };
}

/** All that a row says, for who cannot see it: kind, name, status, duration, note and figures. */
export function rowName(
  { kind, edge, label, called, status, note, figures }: RowText,
  durationMs: number,
): string {
  const name = [kind, edge, label, called].filter((word) => word !== undefined && word !== '').join(' ');
  const told = [name, STATUS_WORDS[status], formatDuration(durationMs), note, figures?.words];
  return told.filter((words) => words !== undefined).join(', ');
}

const SHOWS_FAILED_STEPS: ReadonlySet<string> = new Set(['retry', 'loop', 'foreach']);

/** How many failures a folded row hides: those that arose below it, but for the steps that it shows itself. */
export function hiddenFailures(tree: SpanTree, row: number): number {
  const inside = failuresInside(tree)[row] as number;
  if (inside === 0 || !SHOWS_FAILED_STEPS.has(rowKind(tree, row))) return inside;
  return Math.max(0, inside - failedSteps(tree, row));
}
