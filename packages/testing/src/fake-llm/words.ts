/** The words of a text, each with the white space before it, the last one also with that behind: joined they are the text. */
export function splitWords(text: string): string[] {
  return text.match(/\s*\S+(?:\s+$)?|^\s+$/g) ?? [];
}

/** How many words an input has: of a text itself, of anything else its JSON; none where it has none. */
export function countWords(input: unknown): number {
  const text = typeof input === 'string' ? input : json(input);
  return text.match(/\S+/g)?.length ?? 0;
}

function json(input: unknown): string {
  try {
    return JSON.stringify(input) ?? '';
  } catch {
    return '';
  }
}
