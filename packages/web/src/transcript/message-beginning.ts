const BEGINNING_LENGTH = 4_000;

/** The part of a text that is shown before all of it is asked for; a little more than that is shown at once. */
export function messageBeginning(text: string): string {
  if (text.length <= BEGINNING_LENGTH * 1.5) return text;
  const line = text.lastIndexOf('\n', BEGINNING_LENGTH);
  const end = line > BEGINNING_LENGTH / 2 ? line : BEGINNING_LENGTH;
  // Never half of a character.
  const code = text.charCodeAt(end - 1);
  return text.slice(0, code >= 0xd800 && code < 0xdc00 ? end - 1 : end);
}
