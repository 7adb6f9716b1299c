import type { MarkedNode } from './marked-tree.ts';

/** Most nodes that are shown of trees: what is longer scrolls away before it can be read. */
const nodeLimit = 200;

/**
 * Trees of which only so much is left as a person reads: what is marked and what it is inside of comes first, then the
 * beginning. Where something is left out, a line says how much: `… 310 more`.
 */
export function shortenedForest(roots: readonly MarkedNode[], limit = nodeLimit): readonly MarkedNode[] {
  const nodes = [...inOrder(roots)];
  if (nodes.length <= limit) return roots;
  const marked = new Set<MarkedNode>();
  for (const root of roots) collectMarked(root, marked);
  // Parents come before their children in both parts, so that no child is kept without its parent.
  const kept = new Set(
    [...nodes.filter((node) => marked.has(node)), ...nodes.filter((node) => !marked.has(node))].slice(
      0,
      limit,
    ),
  );
  return shorten(roots, kept);
}

function shorten(siblings: readonly MarkedNode[], kept: ReadonlySet<MarkedNode>): MarkedNode[] {
  const result: MarkedNode[] = [];
  let left = 0;
  const say = (): void => {
    if (left > 0) result.push({ text: `… ${left} more`, children: [] });
    left = 0;
  };
  for (const node of siblings) {
    if (kept.has(node)) {
      say();
      result.push({ ...node, children: shorten(node.children, kept) });
    } else left += [...inOrder([node])].length;
  }
  say();
  return result;
}

/** Adds every node that is marked, or has one inside it. */
function collectMarked(node: MarkedNode, marked: Set<MarkedNode>): boolean {
  let isMarked = (node.mark ?? 'as expected') !== 'as expected';
  for (const child of node.children) if (collectMarked(child, marked)) isMarked = true;
  if (isMarked) marked.add(node);
  return isMarked;
}

function* inOrder(nodes: readonly MarkedNode[]): Generator<MarkedNode> {
  for (const node of nodes) {
    yield node;
    yield* inOrder(node.children);
  }
}
