/**
 * A text of so many characters at most, with a note of how many more there were.
 *
 * @param length - Of what the text is the beginning of, where it is one.
 */
export function capped(text: string, limit: number, length = text.length): string {
  if (text.length <= limit) return text;
  return whole(`${text.slice(0, limit)}… (${length - limit} more characters)`);
}

/**
 * A cut text without half a character before the cut. To look for one makes V8 copy what is kept: a mere slice would
 * hold the whole text in memory for as long as a queue holds the span.
 */
export function whole(text: string): string {
  return text.replace(/[\uD800-\uDBFF]…/, '…');
}
