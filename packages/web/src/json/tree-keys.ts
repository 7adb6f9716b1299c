import type { JsonPath } from './json-search.ts';
import type { JsonTree } from './json-tree.ts';

/**
 * What a key does in a tree, as the ARIA pattern of trees has it; opens and closes what it stands for.
 *
 * @param path - The active value.
 * @param pageRows - How many rows are in sight.
 * @returns the value that is active then; `undefined` when the key does nothing in a tree.
 */
export function moveInTree(
  tree: JsonTree,
  path: JsonPath,
  key: string,
  pageRows: number,
): JsonPath | undefined {
  const index = tree.indexOf(path);
  const row = tree.row(index);
  const to = (wanted: number): JsonPath => tree.row(Math.max(0, Math.min(tree.rowCount - 1, wanted))).path;
  switch (key) {
    case 'ArrowDown':
      return to(index + 1);
    case 'ArrowUp':
      return to(index - 1);
    case 'PageDown':
      return to(index + pageRows);
    case 'PageUp':
      return to(index - pageRows);
    case 'Home':
      return [];
    case 'End':
      return to(tree.rowCount - 1);
    case 'ArrowRight':
      if (row.isOpen) return to(index + 1);
      tree.open(path);
      return path;
    case 'ArrowLeft':
      if (!row.isOpen) return path.slice(0, -1);
      tree.close(path);
      return path;
    case '*':
      openSiblings(tree, path, row.siblingCount);
      return path;
    default:
      return undefined;
  }
}

/** More than this could not be looked over either. */
const MOST_SIBLINGS = 1_000;

function openSiblings(tree: JsonTree, path: JsonPath, count: number): void {
  if (path.length === 0) {
    tree.open(path);
    return;
  }
  const parent = path.slice(0, -1);
  for (let position = 0; position < Math.min(count, MOST_SIBLINGS); position++) {
    const sibling = [...parent, position];
    if (typeof tree.at(sibling).value === 'object') tree.open(sibling);
  }
}

/** The place after a value in the order of the tree (`step` 1) or before it (`step` -1), round the end. */
export function neighbouringFind(
  found: readonly JsonPath[],
  path: JsonPath,
  step: 1 | -1,
): JsonPath | undefined {
  return step === 1
    ? (found.find((place) => inOrder(place, path) > 0) ?? found[0])
    : (found.findLast((place) => inOrder(place, path) < 0) ?? found.at(-1));
}

function inOrder(a: JsonPath, b: JsonPath): number {
  const at = a.findIndex((position, index) => position !== b[index]);
  return at === -1 || at >= b.length ? a.length - b.length : (a[at] as number) - (b[at] as number);
}
