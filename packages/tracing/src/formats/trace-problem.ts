import type { TraceSpan } from './trace-span.ts';

/** What a reader yields in place of what it could not read. Reading goes on where that is possible. */
export interface TraceProblem {
  /**
   * - `invalid`: a span, line or part is not what the format says, and is left out.
   * - `skipped`: it holds something else than traces, such as logs.
   * - `incomplete`: the rest of the input cannot be read; what came before it is good.
   */
  readonly problem: 'invalid' | 'skipped' | 'incomplete';
  /** One line: what happened, where and what to do. */
  readonly message: string;
}

/** What a reader yields. */
export type TraceRecord = TraceSpan | TraceProblem;

export function isTraceProblem(record: TraceRecord): record is TraceProblem {
  return 'problem' in record;
}

/** A value is not what the format says. Readers turn it into a {@link TraceProblem}. */
export class FieldError extends Error {}

/** Reads one part; what is wrong in it costs that part alone. */
export function readOrProblem<Record>(where: string, read: () => Record): Record | TraceProblem {
  try {
    return read();
  } catch (error) {
    return invalid(where, error);
  }
}

/** @throws what is no {@link FieldError}. */
export function invalid(where: string, error: unknown): TraceProblem {
  if (!(error instanceof FieldError)) throw error;
  return { problem: 'invalid', message: `${where} was left out: ${error.message}` };
}
