/** What a terminal obeys in place of showing it, shows nothing of, or breaks a line at. */
const unseen = /[\p{Cc}\p{Cf}\u2028\u2029]/u;
const allUnseen = new RegExp(unseen, 'gu');

/** Whether a text has characters that are not seen as they are. */
export function hasUnseen(text: string): boolean {
  return unseen.test(text);
}

/**
 * A text of a program in one line, as it can be printed: of what steers a terminal and of what is not seen, the code
 * point, `\u{1b}`.
 */
export function visibleText(text: string): string {
  return hasUnseen(text)
    ? text.replaceAll(allUnseen, (each) => `\\u{${each.codePointAt(0)?.toString(16)}}`)
    : text;
}
