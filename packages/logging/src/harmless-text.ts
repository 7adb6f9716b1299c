/** Controls of C0 and C1, line separators, and marks that change the direction of text. */
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Shows what cannot be printed as JSON would: `\n`, `\u001b`. */
export function harmless(text: string): string {
  return text.replace(unprintable, (character) => {
    const escaped = JSON.stringify(character).slice(1, -1);
    return escaped === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : escaped;
  });
}
