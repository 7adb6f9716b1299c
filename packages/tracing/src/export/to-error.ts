/** What was thrown as an error, whatever it is. */
export function toError(thrown: unknown): Error {
  try {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  } catch {
    return new Error('something was thrown that cannot be shown');
  }
}
