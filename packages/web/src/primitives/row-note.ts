import { formatDuration } from '../format/duration.ts';
import { edgeOf } from '../tree/edge.ts';
import { isFailed } from '../tree/failures.ts';
import { gapsBetween, rowBars } from './row-bars.ts';
import { childRows, rowStatus } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';

/** What a row says beside its name about how it went: attempts and waits, which branch won, why it failed. */
export function rowNote(tree: SpanTree, row: number): string | undefined {
  const inner = tree.inner[row] as number;
  switch (tree.spans.primitiveType[inner]) {
    case 'retry':
      return retryNote(tree, row);
    case 'fallback':
      return fallbackNote(tree, row);
    case 'parallel': {
      const branches = [...childRows(tree, row)].length;
      return branches === 0 ? undefined : plural(branches, 'branch', 'branches');
    }
    case 'timeout': {
      const { limitMs, startMs } = rowBars(tree, row);
      return limitMs === undefined ? undefined : `limit passed at ${formatDuration(limitMs - startMs)}`;
    }
    default:
      return failureNote(tree, row);
  }
}

/** Whether the row is a branch of a fallback that failed, so that another had to answer. */
export function isFailedBranch(tree: SpanTree, row: number): boolean {
  const edge = edgeOf(tree.spans.name[tree.outer[row] as number] as string)?.kind;
  return (edge === 'primary' || edge === 'fallback') && isFailed(tree, row);
}

function retryNote(tree: SpanTree, row: number): string | undefined {
  const { parts } = rowBars(tree, row);
  if (parts.length === 0) return undefined;
  const waitedMs = gapsBetween(parts).reduce((sum, gap) => sum + gap.endMs - gap.startMs, 0);
  const attempts = plural(parts.length, 'attempt', 'attempts');
  return parts.length > 1 ? `${attempts}, ${formatDuration(waitedMs)} waiting` : attempts;
}

function fallbackNote(tree: SpanTree, row: number): string | undefined {
  let failed = 0;
  for (const child of childRows(tree, row)) {
    if (rowStatus(tree, child) === 'success') {
      const by = edgeOf(tree.spans.name[tree.outer[child] as number] as string)?.text;
      return by === undefined || by === 'primary' ? undefined : `answered by ${by}`;
    }
    if (isFailed(tree, child)) failed += 1;
  }
  return failed > 0 && isFailed(tree, row) ? `all ${plural(failed, 'branch', 'branches')} failed` : undefined;
}

function failureNote(tree: SpanTree, row: number): string | undefined {
  if (!isFailed(tree, row)) return undefined;
  // An error climbs through every span above it: its message is told once, where it arose.
  for (const child of childRows(tree, row)) if (isFailed(tree, child)) return undefined;
  const { statusMessage } = tree.spans;
  return statusMessage[tree.inner[row] as number] ?? statusMessage[tree.outer[row] as number] ?? undefined;
}

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
