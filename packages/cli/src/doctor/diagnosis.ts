import type { CheckResult, Finding } from './finding.ts';

/** What the doctor has found. */
export interface Diagnosis {
  /** Of the service that was looked at. */
  readonly url: string;
  readonly results: readonly CheckResult[];
  /** Traces whose spans were read, and those with more of them than are read. */
  readonly traceCount: number;
  readonly unreadCount: number;
  /** The window of time that was named holds more traces than are looked at. */
  readonly isCut?: boolean;
}

export function notesOf({ results }: Diagnosis): readonly Finding[] {
  return results.flatMap((result) => ('findings' in result ? (result.notes ?? []) : []));
}

export function findingsOf({ results }: Diagnosis): readonly Finding[] {
  return results.flatMap((result) => ('findings' in result ? result.findings : []));
}
