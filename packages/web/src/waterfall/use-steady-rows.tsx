import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { rowOfSpan } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import { positionOf, rowId } from '../tree/visible-rows.ts';

/** Keeps the rows in sight where they are while spans that arrive late appear above them. */
export function useSteadyRows(
  scroller: RefObject<HTMLElement>,
  tree: SpanTree,
  visible: Int32Array,
  rowHeightPx: number,
): void {
  const shown = useRef({ tree, visible });
  useLayoutEffect(() => {
    const before = shown.current;
    shown.current = { tree, visible };
    const element = scroller.current;
    if (element === null || element.scrollTop === 0 || before.tree === tree) return;
    const from = Math.floor(element.scrollTop / rowHeightPx);
    const top = before.visible[from];
    if (top === undefined) return;
    const row = rowOfSpan(tree, rowId(before.tree, top));
    const to = row === -1 ? -1 : positionOf(visible, row);
    if (to !== -1 && to !== from) element.scrollTop += (to - from) * rowHeightPx;
  }, [tree, visible]);
}
