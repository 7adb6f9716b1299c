/** Flags before the whole expression, such as `(?i)`. JavaScript has those of Go but `U`. */
const leadingFlags = /^\(\?([ims]+)\)/;
/** Punctuation that means itself in JavaScript, where it must not be escaped with a backslash. */
const needlessEscape = /\\([!"#%&',:;<=>@`~ -])|\\[\s\S]/g;

/**
 * A regular expression in Go's syntax (RE2), as used in Collector files, as one of JavaScript; undefined for one
 * that cannot be carried over. Flags at its start, named groups and needless escapes are translated. The engine is
 * JavaScript's: unlike Go's, its time is not bounded by the length of the text.
 */
export function goRegExp(source: string): RegExp | undefined {
  const flags = leadingFlags.exec(source)?.[1] ?? '';
  const body = source
    .replace(leadingFlags, '')
    .replaceAll('(?P<', '(?<')
    .replace(needlessEscape, (escape, needless?: string) =>
      needless === undefined ? escape : `\\x${needless.charCodeAt(0).toString(16)}`,
    );
  try {
    // `u` refuses escapes that JavaScript does not know, such as `\z`, instead of taking them for letters.
    return new RegExp(body, `u${[...new Set(flags)].join('')}`);
  } catch {
    return undefined;
  }
}
