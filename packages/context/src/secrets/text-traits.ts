/** No credential that is told by its form has a shorter stretch of letters, digits and the like. */
const shortestRun = 16;
const fewestDigits = 13;

/** What a text has that secrets have. Without it there is no need to look for them. */
export interface TextTraits {
  readonly at: boolean;
  readonly separator: boolean;
  readonly dashes: boolean;
  /** Letters, digits and the like without a blank, neither a word nor a hash, as long as the shortest credential. */
  readonly longRun: boolean;
  /** As many digits as a number of a payment card has, also in groups. */
  readonly digits: boolean;
  /** A blank behind the last letter of `Bearer`, `Basic` or `token`. */
  readonly schemeEnd: boolean;
  readonly quotes: boolean;
  /** Characters that may hide a secret from a search, or may be hidden themselves. */
  readonly unseen: boolean;
}

/** One look at each character spares most texts all searches. */
export function textTraits(text: string): TextTraits {
  let at = false;
  let separator = false;
  let dashes = false;
  let schemeEnd = false;
  let quotes = false;
  let unseen = false;
  let longRun = false;
  // Digits in a row, also in groups.
  let digits = 0;
  let mostDigits = 0;
  // Of the stretch without a blank: its length, whether it has a digit or capital, and what no UUID and no hash has.
  let run = 0;
  let varies = false;
  let isHex = true;
  let last = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code >= 97 && code <= 122) {
      run++;
      digits = 0;
      if (code > 102) isHex = false;
    } else if (code >= 48 && code <= 57) {
      run++;
      digits++;
      if (digits > mostDigits) mostDigits = digits;
      varies = true;
    } else if (code >= 65 && code <= 90) {
      run++;
      digits = 0;
      varies = true;
      isHex = false;
    } else if (code === 45) {
      run++;
      dashes ||= last === 45 || last === 32 || last === 0;
    } else if (code === 95 || code === 47 || code === 43 || code === 46 || code === 126) {
      run++;
      isHex = false;
    } else {
      run = 0;
      varies = false;
      isHex = true;
      if (code === 58 || code === 61 || code === 62) separator = true;
      else if (code === 64) at = true;
      else if (code === 32 || code === 9 || code === 37) schemeEnd ||= isSchemeEnd(last);
      else if (code === 34 || code === 39) quotes = true;
      else if (code > 127 || code === 27 || (code === 92 && text.startsWith('u001b', index + 1)))
        unseen = true;
    }
    if (run >= shortestRun && varies && !isHex) longRun = true;
    last = code;
  }
  return { at, separator, dashes, schemeEnd, quotes, unseen, longRun, digits: mostDigits >= fewestDigits };
}

function isSchemeEnd(code: number): boolean {
  const lower = code | 32;
  return lower === 114 || lower === 99 || lower === 110;
}
