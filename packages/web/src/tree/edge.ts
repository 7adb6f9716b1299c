import type { SpanTree } from './span-tree.ts';
import { factsOf } from './row-columns.ts';

/** How a parent reaches a child: the last part of a step span's name. */
export interface Edge {
  /** `step`, `attempt`, `branch`, `primary`, `compensate`, … */
  readonly kind: string;
  /** Which one of its kind: `0`, `2`, `left`; as the kind where there is one alone. */
  readonly key: string;
  /** What the row says: `step 0`, `attempt 2`, `left`, `primary`, `undo book hotel`. */
  readonly text: string;
}

const NAME = /^primitive\.[^.]+\.(.+)$/s;
const NUMBERED = /^(step|branch|attempt|fallback|iteration|item|case|route|forward|compensate)_(.+)$/s;
const PLAIN = new Set(['primary', 'then', 'else', 'refresh']);

/** Reads the edge from a span's name; `undefined` for a span that is not a step. */
export function edgeOf(spanName: string): Edge | undefined {
  const part = NAME.exec(spanName)?.[1];
  return part === undefined ? undefined : parseEdge(part);
}

/** Reads the edge alone: `attempt_2`. */
function parseEdge(edge: string): Edge | undefined {
  if (PLAIN.has(edge)) return { kind: edge, key: edge, text: edge };
  const [, kind, key] = NUMBERED.exec(edge) ?? [];
  return kind === undefined || key === undefined ? undefined : { kind, key, text: textOf(kind, key) };
}

/** How the row was come to: by its step span, else as its own span says where a set-up leaves those of steps out. */
export function rowEdge(tree: SpanTree, row: number): Edge | undefined {
  const span = tree.outer[row] as number;
  const named = edgeOf(tree.spans.name[span] as string);
  if (named !== undefined) return named;
  const { edge } = factsOf(tree.spans, span);
  return edge === undefined ? undefined : parseEdge(edge);
}

function textOf(kind: string, key: string): string {
  if (kind === 'forward') return key;
  if (kind === 'compensate') return `undo ${key}`;
  // What has a key of its own is known by it, which says more than the word before it.
  return /^\d+$/.test(key) ? `${kind} ${key}` : key;
}
