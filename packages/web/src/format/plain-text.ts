/** Marks that turn the direction of writing: an unclosed one reaches beyond the element that it stands in. */
const DIRECTION_MARKS = /[\u202a-\u202e\u2066-\u2069]/g;

/** What colours a terminal and moves its cursor: CSI, OSC (a title, a link) and the short escape sequences. */
// oxlint-disable-next-line no-control-regex -- they are what is sought
const TERMINAL_CODES =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[ -/]*[0-Z\\^-~]/g;

/** A text in which no mark of direction is left that could turn what stands beside it. */
export function withoutDirectionMarks(text: string): string {
  return text.replace(DIRECTION_MARKS, '\ufffd');
}

/** What a terminal would show of a text. */
export function withoutTerminalCodes(text: string): string {
  return text.includes('\u001b') || text.includes('\u009b') ? text.replace(TERMINAL_CODES, '') : text;
}
