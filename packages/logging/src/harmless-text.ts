/**
 * Controls of C0 and C1, line separators, marks that change the direction of text, and characters without a width but
 * those that join letters.
 */
const unprintable =
  /[\u0000-\u001f\u007f-\u009f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

/** Shows what cannot be printed as JSON would: `\n`, `\u001b`. */
export function harmless(text: string): string {
  return text.replace(unprintable, (character) => {
    const escaped = JSON.stringify(character).slice(1, -1);
    return escaped === character ? codeUnits(character) : escaped;
  });
}

function codeUnits(character: string): string {
  let text = '';
  for (let at = 0; at < character.length; at++)
    text += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  return text;
}
