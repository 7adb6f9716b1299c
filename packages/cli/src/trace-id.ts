import { UsageError } from './command-error.ts';

/** A beginning of an id that is shorter finds too many. */
const LEAST_DIGITS = 8;

/**
 * Reads a trace id of the command line.
 *
 * @returns 32 lower-case hex digits, 8 or more that an id begins with, or `latest`.
 * @throws UsageError when it is none of these.
 */
export function traceIdOf(text: string): string {
  const id = text.toLowerCase();
  if (id === 'latest' || (/^[0-9a-f]{1,32}$/.test(id) && id.length >= LEAST_DIGITS)) return id;
  throw new UsageError(
    `"${text}" is not a trace id: give its 32 hex digits, the first 8 or more of them, or "latest".`,
  );
}

/** Whether it is the id itself, and not `latest` or a beginning. */
export function isWholeTraceId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}
