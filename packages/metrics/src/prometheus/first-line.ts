const messageLength = 200;

/** What an error says, short enough for a log. */
export function firstLine(error: unknown): string {
  const message =
    error instanceof Error ? error.message : typeof error === 'string' ? error : 'unknown error';
  return (message.split(/[\r\n]/, 1)[0] ?? '').slice(0, messageLength);
}
