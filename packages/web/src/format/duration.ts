/** Unit and decimals that all durations of one column share, so that they can be compared at a glance. */
export interface DurationUnit {
  readonly name: 'ms' | 's' | 'min';
  readonly msPerUnit: number;
  readonly decimals: number;
}

const MILLISECONDS = { name: 'ms', msPerUnit: 1 } as const;

/** Seconds with three decimals: the unit of the list, where runs of all lengths stand in one column. */
export const SECONDS: DurationUnit = { name: 's', msPerUnit: 1000, decimals: 3 };

/** The unit for a column whose longest duration is `longestMs`. */
export function unitFor(longestMs: number): DurationUnit {
  if (longestMs < 10) return { ...MILLISECONDS, decimals: 3 };
  if (longestMs < 1_000) return { ...MILLISECONDS, decimals: 1 };
  if (longestMs < 600_000) return SECONDS;
  return { name: 'min', msPerUnit: 60_000, decimals: 2 };
}

/** The number alone; the unit stands in the head of the column. What took some time does not read as if it took none. */
export function inUnit(durationMs: number, { msPerUnit, decimals }: DurationUnit): string {
  const text = (durationMs / msPerUnit).toFixed(decimals);
  return durationMs > 0 && Number(text) === 0 ? `<${(10 ** -decimals).toFixed(decimals)}` : text;
}

/** A duration on its own, with three significant digits: `0.42 ms`, `842 ms`, `1.24 s`, `12 min 34 s`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 0.001) return '0 ms';
  if (durationMs < 1) return `${Number(durationMs.toPrecision(2))} ms`;
  if (durationMs < 999.5) return `${Number(durationMs.toPrecision(3))} ms`;
  if (durationMs < 59_950) return `${Number((durationMs / 1000).toPrecision(3))} s`;
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
