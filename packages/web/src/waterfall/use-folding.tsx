import { useSignal } from '@preact/signals';
import { useCallback, useMemo } from 'preact/hooks';
import { foldedByDefault } from '../tree/folded-by-default.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import { rowId, visibleRows } from '../tree/visible-rows.ts';
import { foldedRows, revealed, rowsBelowRoots, siblingRows, withFolded } from './folding.ts';
import type { Folds } from './folding.ts';

export interface Folding {
  /** The rows that nothing hides, in order. */
  readonly visible: Int32Array;
  readonly isFolded: (row: number) => boolean;
  readonly fold: (rows: Iterable<number>, isFolded: boolean) => void;
  /** Folds or opens a row and those beside it alike. */
  readonly foldLevel: (row: number, isFolded: boolean) => void;
  /** Folds all below the roots; opens everything where that is so already. */
  readonly toggleAll: () => void;
  /** Opens what hides any of the rows. */
  readonly reveal: (rows: Iterable<number>) => void;
}

const AS_THEY_COME: Folds = new Map();

/** Which rows are folded. What somebody has folded or opened stays so when later spans arrive. */
export function useFolding(tree: SpanTree): Folding {
  const folds = useSignal(AS_THEY_COME);
  const byDefault = useMemo(() => foldedByDefault(tree), [tree]);
  const shown = folds.value;
  const folded = useMemo(() => foldedRows(byDefault, shown), [byDefault, shown]);
  const visible = useMemo(() => visibleRows(tree, folded), [tree, folded]);
  const isFolded = useCallback((row: number) => folded.has(rowId(tree, row)), [tree, folded]);
  const fold = (rows: Iterable<number>, isFolded: boolean): void => {
    folds.value = withFolded(tree, folds.peek(), rows, isFolded);
  };
  return {
    visible,
    isFolded,
    fold,
    foldLevel: (row, isFolded) => fold(siblingRows(tree, row), isFolded),
    toggleAll: () => {
      const all = withFolded(tree, AS_THEY_COME, rowsBelowRoots(tree), true);
      const now = foldedRows(byDefault, folds.peek());
      const isDone = [...all.keys()].every((id) => now.has(id));
      folds.value = isDone ? withFolded(tree, AS_THEY_COME, allRows(tree), false) : all;
    },
    reveal: (rows) => {
      const before = folds.peek();
      folds.value = revealed(tree, before, foldedRows(byDefault, before), rows);
    },
  };
}

function* allRows(tree: SpanTree): Generator<number> {
  for (let row = 0; row < tree.rowCount; row++) yield row;
}
