import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';

export interface VirtualLine {
  readonly index: number;
  readonly startPx: number;
}

export interface VirtualLines {
  readonly lines: readonly VirtualLine[];
  readonly totalPx: number;
  /** Takes the height of a line from its element, which says in `data-index` which one it is. */
  readonly measure: (element: HTMLElement | null) => void;
  /** Scrolls as little as needed to show a line. */
  readonly show: (index: number) => void;
}

/**
 * Renders only the lines in sight of a scrolling element. They may have any height, and more of them may come between
 * those that are there: what is in sight stays where it is.
 *
 * @param keys - One for each line, which no other line has.
 */
export function useVirtualLines(
  scroller: RefObject<HTMLElement>,
  keys: readonly number[],
  lineHeightPx: number,
): VirtualLines {
  const [, update] = useReducer((turn: number) => turn + 1, 0);
  const settings = {
    count: keys.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeightPx,
    getItemKey: (index: number) => keys[index] ?? index,
    overscan: 8,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => update(undefined),
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(settings));
  virtualizer.setOptions(settings);
  useLayoutEffect(() => virtualizer._didMount(), []);
  useLayoutEffect(() => virtualizer._willUpdate());
  const lines = virtualizer.getVirtualItems().map(({ index, start }) => ({ index, startPx: start }));

  const anchor = useRef<{ readonly key: number; readonly startPx: number } | undefined>(undefined);
  useLayoutEffect(() => {
    const element = scroller.current;
    const held = anchor.current;
    if (element === null || held === undefined || element.scrollTop === 0) return;
    const index = keys.indexOf(held.key);
    const startPx = virtualizer.getOffsetForIndex(index, 'start')?.[0];
    if (index === -1 || startPx === undefined || startPx === held.startPx) return;
    element.scrollTop += startPx - held.startPx;
  }, [keys]);
  useLayoutEffect(() => {
    const top = scroller.current?.scrollTop ?? 0;
    const first = lines.find(({ startPx }) => startPx >= top) ?? lines.at(-1);
    anchor.current = first === undefined ? undefined : { key: keys[first.index]!, startPx: first.startPx };
  });
  return {
    lines,
    totalPx: virtualizer.getTotalSize(),
    measure: virtualizer.measureElement,
    show: (index) => virtualizer.scrollToIndex(index, { align: 'auto' }),
  };
}
