import type { SpanTree } from './span-tree.ts';

/** `compute`, done once for each tree: what rows are drawn from is asked for in every frame. */
export function perTree<T>(compute: (tree: SpanTree) => T): (tree: SpanTree) => T {
  const known = new WeakMap<SpanTree, { readonly value: T }>();
  return (tree) => {
    let entry = known.get(tree);
    if (entry === undefined) known.set(tree, (entry = { value: compute(tree) }));
    return entry.value;
  };
}

/** `compute`, done once for each row that is asked for. */
export function perRow<T>(compute: (tree: SpanTree, row: number) => T): (tree: SpanTree, row: number) => T {
  const known = perTree(() => new Map<number, { readonly value: T }>());
  return (tree, row) => {
    const rows = known(tree);
    let entry = rows.get(row);
    if (entry === undefined) rows.set(row, (entry = { value: compute(tree, row) }));
    return entry.value;
  };
}
