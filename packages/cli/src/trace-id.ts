import { UsageError } from './command-error.ts';

/**
 * Reads a trace id of the command line.
 *
 * @returns 32 lower-case hex digits, or `latest`.
 * @throws UsageError when it is neither.
 */
export function traceIdOf(text: string): string {
  const id = text.toLowerCase();
  if (id === 'latest' || /^[0-9a-f]{32}$/.test(id)) return id;
  throw new UsageError(`"${text}" is not a trace id: give its 32 hex digits, or "latest".`);
}
