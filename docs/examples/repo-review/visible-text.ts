/**
 * Characters that a terminal would obey instead of show: C0 and C1 controls, DEL, line separators, and the
 * marks that hide or reorder text (zero width, bidirectional overrides).
 */
const INVISIBLE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Makes text from a repository safe to print on one line: what a terminal would obey is written as an escape. */
export function visibleText(text: string): string {
  return text.replace(INVISIBLE, (character) => {
    const code = character.charCodeAt(0);
    return (
      SHORT[character] ??
      (code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`)
    );
  });
}

/** As {@link visibleText}, for text of several lines: line ends stay, tabs become spaces, the rest is dropped. */
export function plainParagraphs(text: string): string {
  return (
    text
      .replaceAll('\r\n', '\n')
      .replaceAll('\t', '  ')
      // A whole escape sequence goes, not only its first byte: "[31m" left behind is noise.
      .replace(/\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?/g, '')
      .replace(INVISIBLE, (character) => (character === '\n' ? '\n' : ''))
      .trim()
  );
}
