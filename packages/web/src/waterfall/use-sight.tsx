import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { TimeAxis } from './time-axis.ts';
import type { TimeRange } from './time-axis.ts';

/** A drag or a wheel moves many times a second: the address hears of the place where it rests. */
const REST_MS = 120;

export interface SightOptions {
  readonly totalMs: number;
  readonly widthPx: number;
  /** Stretches in which nothing ran. */
  readonly idle: readonly TimeRange[];
  /** What the address says. */
  readonly range: TimeRange | undefined;
  readonly onRange: (range: TimeRange | undefined) => void;
}

export interface Sight {
  readonly axis: TimeAxis;
  /** Changes what is in sight, from the axis as it is by now: several keys may come before the page is drawn again. */
  readonly change: (next: (axis: TimeAxis) => TimeRange | undefined) => void;
  /** Whether idle stretches are drawn shorter than they were. */
  readonly isCompressed: boolean;
  readonly toggleCompressed: () => void;
}

const NO_GAPS: readonly TimeRange[] = [];

/** The stretch of time that is in sight: it moves at once, and is in the address a moment later. */
export function useSight(options: SightOptions): Sight {
  const { totalMs, widthPx, idle, range } = options;
  const inSight = useSignal(range);
  const isCompressed = useSignal(true);
  const rest = useRef<number | undefined>(undefined);
  const latest = useRef(options);
  latest.current = options;
  useEffect(() => {
    if (rest.current === undefined) inSight.value = range;
  }, [range?.fromMs, range?.toMs]);
  useEffect(() => () => window.clearTimeout(rest.current), []);
  const shown = inSight.value;
  const gaps = isCompressed.value ? idle : NO_GAPS;
  const axis = useMemo(
    () => new TimeAxis({ totalMs, widthPx, gaps, range: shown }),
    [totalMs, widthPx, gaps, shown],
  );
  const change = (next: (axis: TimeAxis) => TimeRange | undefined): void => {
    const now = new TimeAxis({
      ...latest.current,
      gaps: isCompressed.peek() ? latest.current.idle : NO_GAPS,
      range: inSight.peek(),
    });
    inSight.value = next(now);
    window.clearTimeout(rest.current);
    rest.current = window.setTimeout(() => {
      rest.current = undefined;
      latest.current.onRange(inSight.peek());
    }, REST_MS);
  };
  return {
    axis,
    change,
    isCompressed: isCompressed.value,
    toggleCompressed: () => void (isCompressed.value = !isCompressed.peek()),
  };
}
