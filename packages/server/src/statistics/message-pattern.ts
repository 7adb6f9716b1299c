/** Of longer messages the beginning is told apart. */
const READ_LENGTH = 4_000;
const PATTERN_LENGTH = 1_000;
/** Words that are longer were made by a machine. */
const WORD_LENGTH = 40;
const VALUE = '#';

const URL_LIKE = /\b[a-z][a-z\d+.-]{1,20}:\/\/[^\s"<>]+/giu;
/** An apostrophe within a word begins no quotation. */
const QUOTED = /"[^"\n]{0,500}"|`[^`\n]{0,500}`|(?<![\p{L}\p{N}])'[^'\n]{0,500}'(?![\p{L}\p{N}])/gu;
/** With the letter of the drive that a path begins with. */
const WORD = /(?:(?<![\p{L}\p{N}_])[a-z]:(?=[\\/]))?[\p{L}\p{N}_$@~%&+\\/.-]+/giu;
/** What only values have: digits, the signs of paths and addresses. */
const VALUE_LIKE = /[\p{N}/\\@]|^[0-9a-f]{8,}$/iu;
/** Several values, as many as there are. */
const VALUES = /#[\s,;:|x=#]*#/gu;

/**
 * What messages of one kind have in common: the text with `#` instead of each value in it, which is a number, id, hash,
 * quotation, URL, address or path. Takes linear time.
 */
export function messagePattern(message: string): string {
  return message
    .slice(0, READ_LENGTH)
    .replace(URL_LIKE, VALUE)
    .replace(QUOTED, VALUE)
    .replace(WORD, (word) => (word.length > WORD_LENGTH || VALUE_LIKE.test(word) ? VALUE : word))
    .replace(/\s+/gu, ' ')
    .replace(VALUES, VALUE)
    .trim()
    .slice(0, PATTERN_LENGTH);
}
