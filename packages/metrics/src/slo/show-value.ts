/** A value in an error message: short, on one line, and recognisable by whoever wrote it. */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(cutText(value));
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return `${value}`;
  if (value === undefined) return 'missing';
  try {
    return cutText(JSON.stringify(value) ?? `of type ${typeof value}`);
  } catch {
    return `of type ${typeof value}`;
  }
}

/** @param most - How many characters are shown. */
export function cutText(text: string, most = 60): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
