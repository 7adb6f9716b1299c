import { useSignal, useSignalEffect } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import type { TraceList } from './trace-list.ts';

/** While someone points at the rows, has scrolled, or goes through them by key, none of them may move. */
export function useInUse(list: TraceList, scroller: RefObject<HTMLElement>): void {
  const isPointedAt = useSignal(false);
  const isScrolled = useSignal(false);
  const isFocused = useSignal(false);
  useSignalEffect(() => {
    list.isInUse.value =
      isPointedAt.value || isScrolled.value || (isFocused.value && list.activeId.value !== undefined);
  });
  useEffect(() => {
    const element = scroller.current as HTMLElement;
    const stop = new AbortController();
    const on = (type: string, run: () => void): void =>
      element.addEventListener(type, run, { signal: stop.signal, passive: true });
    on('pointerenter', () => (isPointedAt.value = true));
    on('pointerleave', () => (isPointedAt.value = false));
    on('focusin', () => (isFocused.value = true));
    on('focusout', () => (isFocused.value = false));
    on('scroll', () => (isScrolled.value = element.scrollTop > 0));
    isFocused.value = element.contains(document.activeElement);
    return () => {
      stop.abort();
      list.isInUse.value = false;
    };
  }, []);
}
