/**
 * The words of a text, each between two spaces, or `''` where it has none. A word is a run of letters and digits;
 * case and accents do not count. These are the words of SQLite's tokenizer `unicode61`.
 */
export function wordsOf(text: string): string {
  const words = text
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .match(/[\p{L}\p{N}\p{Co}]+/gu);
  return words === null ? '' : ` ${words.join(' ')} `;
}
