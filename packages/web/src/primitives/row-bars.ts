import type { ExecutionStatus } from '@tta/obs-protocol';
import { isFailed, isLimitReached } from '../tree/failures.ts';
import { perRow } from '../tree/per-tree.ts';
import { aiPlaceOf, factsOf } from '../tree/row-columns.ts';
import { rowStatus } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import { mostAtATime, useOverTime } from './lane-use.ts';
import type { SpanKindName } from './primitive-kind.ts';
import { rowKind } from './row-kind.ts';
import { rowEndMs, rowStartMs, stepRows, undoes, winnerRow } from './step-rows.ts';

/** A stretch of time with how it ended. */
export interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
  readonly status: ExecutionStatus;
}

/** A step of a primitive as its row shows it. */
export interface Part extends Stretch {
  readonly role: 'plain' | 'winner' | 'loser' | 'undo';
}

/** Iterations, each a tick where it began. */
export interface Ticks {
  readonly atMs: Float64Array;
  /** 1 where it failed. */
  readonly failed: Uint8Array;
}

/** What is drawn on a row's time line. */
export interface RowBars extends Stretch {
  /**
   * `bar`: one stretch. `segments`: `parts` one after the other, with waiting between them. `lanes`: `parts` one below the
   * other. `density`: how many ran at a time. `ticks`: one for each iteration.
   */
  readonly shape: 'bar' | 'segments' | 'lanes' | 'density' | 'ticks';
  readonly parts: readonly Part[];
  /** Of equal pieces of the bar: how many ran, as a share of the most that did. */
  readonly density: Float32Array | undefined;
  readonly ticks: Ticks | undefined;
  /** It undoes a step of a saga. */
  readonly isUndo: boolean;
  /** Where the limit of a timeout lies, and whether it passed. */
  readonly limitMs: number | undefined;
  readonly isLimitPassed: boolean;
  /** Until then it waited for its turn, or for a person. */
  readonly waitedUntilMs: number | undefined;
  /** When the first chunk of a streamed answer came. */
  readonly firstChunkMs: number | undefined;
}

/** What makes the chunks. All that they pass through on their way out tells the same of them. */
const STREAMED: ReadonlySet<SpanKindName> = new Set(['streaming', 'inference']);
/** Beyond this many attempts single ones could not be told apart on a screen. */
const MAX_PARTS = 200;
/** More lanes than these would be thinner than a line. */
const MAX_LANES = 6;

export const rowBars = perRow((tree, row): RowBars => {
  const own = stretch(tree, row);
  return { ...own, ...drawn(tree, row, own), isUndo: undoes(tree, row), ...marks(tree, row, own) };
});

/** The time between consecutive parts that no part covers. */
export function gapsBetween(
  parts: readonly Pick<Stretch, 'startMs' | 'endMs'>[],
): readonly { startMs: number; endMs: number }[] {
  const gaps: { startMs: number; endMs: number }[] = [];
  let coveredMs = parts[0]?.endMs ?? 0;
  for (const part of parts.slice(1)) {
    if (part.startMs > coveredMs) gaps.push({ startMs: coveredMs, endMs: part.startMs });
    coveredMs = Math.max(coveredMs, part.endMs);
  }
  return gaps;
}

type Drawn = Pick<RowBars, 'shape' | 'parts' | 'density' | 'ticks'>;

const BAR: Drawn = { shape: 'bar', parts: [], density: undefined, ticks: undefined };

function drawn(tree: SpanTree, row: number, own: Stretch): Drawn {
  switch (tree.spans.primitiveType[tree.inner[row] as number]) {
    case 'retry':
    case 'fallback':
    case 'saga': {
      const steps = stepRows(tree, row);
      return steps.length === 0 ? BAR : segments(tree, steps);
    }
    case 'parallel':
    case 'settle':
      return lanes(tree, stepRows(tree, row), own, -1);
    case 'race':
    case 'hedge':
      return lanes(tree, stepRows(tree, row), own, winnerRow(tree, row));
    case 'loop':
    case 'foreach': {
      const steps = stepRows(tree, row);
      if (mostAtATime(tree, steps) > 1) return lanes(tree, steps, own, -1);
      return steps.length === 0 ? BAR : { ...BAR, shape: 'ticks', ticks: ticks(tree, steps) };
    }
    default:
      return BAR;
  }
}

function segments(tree: SpanTree, steps: readonly number[]): Drawn {
  return { ...BAR, shape: 'segments', parts: parts(tree, steps.slice(0, MAX_PARTS), -1) };
}

function lanes(tree: SpanTree, steps: readonly number[], own: Stretch, winner: number): Drawn {
  if (steps.length < 2) return BAR;
  // One lane for all of them: they stand on it one after the other.
  if (mostAtATime(tree, steps) === 1) return segments(tree, steps);
  if (steps.length <= MAX_LANES) return { ...BAR, shape: 'lanes', parts: parts(tree, steps, winner) };
  const failed = steps.filter((step) => isFailed(tree, step));
  return { ...BAR, shape: 'density', density: useOverTime(tree, steps, own), ticks: ticks(tree, failed) };
}

function parts(tree: SpanTree, steps: readonly number[], winner: number): Part[] {
  return steps.map((step) => {
    const part = stretch(tree, step);
    const role = undoes(tree, step)
      ? 'undo'
      : step === winner
        ? 'winner'
        : winner !== -1 && part.status === 'success'
          ? 'loser'
          : 'plain';
    return { ...part, role };
  });
}

function ticks(tree: SpanTree, steps: readonly number[]): Ticks {
  const atMs = new Float64Array(steps.length);
  const failed = new Uint8Array(steps.length);
  for (const [index, step] of steps.entries()) {
    atMs[index] = rowStartMs(tree, step);
    if (isFailed(tree, step)) failed[index] = 1;
  }
  return { atMs, failed };
}

type Marks = Pick<RowBars, 'limitMs' | 'isLimitPassed' | 'waitedUntilMs' | 'firstChunkMs'>;

function marks(tree: SpanTree, row: number, own: Stretch): Marks {
  const span = tree.inner[row] as number;
  const { limitMs, waitedMs = 0, firstChunkMs } = factsOf(tree.spans, span);
  const isStreamed = STREAMED.has(rowKind(tree, row));
  const chunkMs = firstChunkMs ?? tree.spans.ai.timeToFirstChunkMs[aiPlaceOf(tree.spans, span)] ?? undefined;
  const isLimitPassed = isLimitReached(tree, row);
  const waitedUntilMs = own.startMs + waitedMs;
  return {
    limitMs: limitMs === undefined ? (isLimitPassed ? own.endMs : undefined) : own.startMs + limitMs,
    isLimitPassed,
    // A person may have been waited for since before this run, which only goes on with the answer.
    waitedUntilMs: waitedMs > 0 && waitedUntilMs <= own.endMs ? waitedUntilMs : undefined,
    firstChunkMs:
      chunkMs === undefined || !isStreamed ? undefined : Math.min(own.endMs, own.startMs + chunkMs),
  };
}

function stretch(tree: SpanTree, row: number): Stretch {
  return { startMs: rowStartMs(tree, row), endMs: rowEndMs(tree, row), status: rowStatus(tree, row) };
}
