import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useReducer, useState } from 'preact/hooks';

export interface VirtualBlocksOptions {
  readonly count: number;
  /** What a block is known by: its height is remembered under it. */
  readonly keyOf: (index: number) => string;
  /** Until it has been drawn. */
  readonly estimatePx: (index: number) => number;
}

export interface VirtualBlocks {
  readonly shown: readonly { readonly index: number; readonly topPx: number }[];
  readonly totalPx: number;
  /** The `ref` of each block, which also has its index as `data-index`. */
  readonly measure: (element: HTMLElement | null) => void;
  readonly show: (index: number, align: 'auto' | 'start' | 'center') => void;
}

/** Renders only the blocks, each as high as it is, that are in sight of a scrolling element. */
export function useVirtualBlocks(
  scroller: RefObject<HTMLElement>,
  { count, keyOf, estimatePx }: VirtualBlocksOptions,
): VirtualBlocks {
  const [, update] = useReducer((turn: number) => turn + 1, 0);
  const settings = {
    count,
    getScrollElement: () => scroller.current,
    getItemKey: keyOf,
    estimateSize: estimatePx,
    overscan: 4,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => update(undefined),
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(settings));
  virtualizer.setOptions(settings);
  useLayoutEffect(() => virtualizer._didMount(), []);
  useLayoutEffect(() => virtualizer._willUpdate());
  return {
    shown: virtualizer.getVirtualItems().map(({ index, start }) => ({ index, topPx: start })),
    totalPx: virtualizer.getTotalSize(),
    measure: virtualizer.measureElement,
    show: (index, align) => virtualizer.scrollToIndex(index, { align }),
  };
}
