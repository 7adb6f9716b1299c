import type { GraphNode } from './graph.ts';

/** What a node is called, in one line or two: a function by its name alone, a primitive by its type as well. */
export function linesOf({ type, name }: GraphNode): readonly string[] {
  return (type === 'lambda' || type === name ? [name] : [type, name]).map(oneLine);
}

/** What stands at an edge; nothing at that of an only child, which says nothing. */
export function labelOf(edge: string): string {
  return edge === 'inner' ? '' : oneLine(edge);
}

/** Line breaks and control characters mean something to whoever draws it. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}
