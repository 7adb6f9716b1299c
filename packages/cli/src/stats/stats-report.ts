import type { OptionalColumn } from '../fitting-columns.ts';

/** What is asked for, as far as the kind of statistics takes it. */
export interface StatsQuestion {
  /** As on the command line: `6h`. */
  readonly since: string;
  readonly windowMs: number;
  readonly serviceName: string | undefined;
}

/** Statistics, ready to be printed. */
export interface StatsReport {
  /** As REST has it. */
  readonly answer: object;
  readonly columns: readonly OptionalColumn[];
  /** A row each, safe to print. */
  readonly cells: readonly (readonly string[])[];
  /** Rows that need no second look. */
  readonly isCalm?: (row: number) => boolean;
  /** Lines below the table. */
  readonly footer: readonly string[];
  /** What is said when there are no rows. */
  readonly none: string;
}

/** `?sinceMs=…&untilMs=…&service=…` */
export function windowParameters({ windowMs, serviceName }: StatsQuestion): URLSearchParams {
  const untilMs = Date.now();
  return new URLSearchParams({
    sinceMs: String(untilMs - windowMs),
    untilMs: String(untilMs),
    ...(serviceName !== undefined && { service: serviceName }),
  });
}

/** UTC, to the minute. */
export function minuteText(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/:\d\d\.\d{3}Z$/, 'Z');
}

/** `3 (12.5 %)`; empty for none. */
export function failedText(errors: number, calls: number): string {
  return errors === 0 ? '' : `${errors} (${((100 * errors) / calls).toFixed(errors === calls ? 0 : 1)} %)`;
}

/**
 * Titles at the left for names, as programs tell them, at the right for figures.
 *
 * @param spare - Those that a narrow terminal does without, the first of them first.
 */
export function columnsOf(
  names: readonly string[],
  figures: readonly string[],
  spare: readonly string[],
): readonly OptionalColumn[] {
  const optional = (title: string) => (spare.includes(title) ? { worth: spare.indexOf(title) } : {});
  return [
    ...names.map((title): OptionalColumn => ({
      title,
      align: 'left',
      isForeign: true,
      ...optional(title),
    })),
    ...figures.map((title): OptionalColumn => ({ title, align: 'right', ...optional(title) })),
  ];
}
