// Names and messages come from traced programs: nothing in them may steer the terminal.
const CONTROL =
  // eslint-disable-next-line no-control-regex -- these are the characters to remove
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]+/gu;

/** One line without control characters, without what is not seen, and without marks that change the direction of writing. */
export function safeText(text: string): string {
  return text.replace(CONTROL, ' ').trim();
}

/** The lines of a text, each as {@link safeText} has it, with its indentation. */
export function safeLines(text: string): readonly string[] {
  return text
    .split(/\r\n|[\r\n\u2028\u2029]/)
    .map((line) => line.replaceAll('\t', '  ').replace(CONTROL, ' ').trimEnd());
}

/** Cuts to `width` characters, the last of them an ellipsis. */
export function truncate(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  return width < 1 ? '' : `${characters.slice(0, width - 1).join('')}…`;
}

export function widthOf(text: string): number {
  return [...text].length;
}
