import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

export interface Measured {
  /** From the left of the box that it is placed in. */
  readonly leftPx: number;
  readonly widthPx: number;
}

const NOTHING: Measured = { leftPx: 0, widthPx: 0 };

/** How wide an element is and where it begins, now and whenever that changes. */
export function useMeasured(element: RefObject<HTMLElement>): Measured {
  const [measured, setMeasured] = useState(NOTHING);
  useLayoutEffect(() => {
    const observed = element.current;
    if (observed === null) return undefined;
    const measure = (): void => setMeasured({ leftPx: observed.offsetLeft, widthPx: observed.clientWidth });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(observed);
    return () => observer.disconnect();
  }, []);
  return measured;
}
