import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useReducer, useState } from 'preact/hooks';

export interface VirtualRowsOptions {
  readonly count: number;
  readonly rowHeightPx: number;
  readonly overscan: number;
  /** Height of what scrolls with the rows and is above them, by default 0. */
  readonly offsetPx?: number;
}

export interface VirtualRows {
  /** First and last row to render; `last` is -1 when there is none. */
  readonly first: number;
  readonly last: number;
  readonly totalPx: number;
  /** Scrolls as little as needed to show a row. */
  readonly show: (index: number) => void;
}

/** Renders only the rows of equal height that are in sight of a scrolling element. */
export function useVirtualRows(scroller: RefObject<HTMLElement>, options: VirtualRowsOptions): VirtualRows {
  const [, update] = useReducer((turn: number) => turn + 1, 0);
  const settings = {
    count: options.count,
    getScrollElement: () => scroller.current,
    estimateSize: () => options.rowHeightPx,
    overscan: options.overscan,
    scrollMargin: options.offsetPx ?? 0,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => update(undefined),
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(settings));
  virtualizer.setOptions(settings);
  useLayoutEffect(() => virtualizer._didMount(), []);
  useLayoutEffect(() => virtualizer._willUpdate());
  const indexes = virtualizer.getVirtualIndexes();
  return {
    first: indexes[0] ?? 0,
    last: indexes.at(-1) ?? -1,
    totalPx: options.count * options.rowHeightPx,
    show: (index) => virtualizer.scrollToIndex(index, { align: 'auto' }),
  };
}
