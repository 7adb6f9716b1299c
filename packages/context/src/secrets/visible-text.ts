/** A text as its reader sees it, and where each of its characters stands in the text as it is. */
export interface VisibleText {
  readonly text: string;
  /** Turns a place in {@link VisibleText.text} into one of the whole text. */
  place(at: number): number;
}

/** Colours of a terminal, also as JSON spells them; zero-width characters, soft hyphens and marks of direction. */
const unseen =
  /(?:\u001b|\\{1,8}u001b)(?:\[[\d;:?]{0,32}[@-~]|\][^\u0007\u001b]{0,256}(?:\u0007|\u001b\\))|\p{Cf}|[\u034f\ufe00-\ufe0f]/gu;
const lookalike =
  /[\u00a0\u2000-\u200a\u202f\u205f\u3000]|[\uff01-\uff5e]|[\u201c-\u201f\u00ab\u00bb]|[\u2018-\u201b]/g;
/** A look at single characters takes a tenth of the time. */
const changed =
  /[\u001b\u00a0\u00ab\u00ad\u00bb\u061c\u180e\u2000-\u206f\u3000\ufeff\uff01-\uff5e]|\u034f|[\ufe00-\ufe0f]|\udb40|\\u001b/;
const fullWidth = 0xff01 - 0x21;

/**
 * Takes out what a reader does not see, and gives blanks, quotes and full-width letters the form that is searched
 * for: `pass\u00adword` and `ｐａｓｓｗｏｒｄ` are read as `password`.
 *
 * @returns `undefined` for a text that is seen as it is; most letters beyond ASCII are.
 */
export function visibleText(whole: string): VisibleText | undefined {
  if (!changed.test(whole)) return undefined;
  const folded = whole.replace(lookalike, folding);
  const places = new Uint32Array(whole.length);
  let text = '';
  let from = 0;
  const keep = (to: number): void => {
    for (let at = from; at < to; at++) places[text.length + at - from] = at;
    text += folded.slice(from, to);
  };
  for (const { 0: hidden, index } of folded.matchAll(unseen)) {
    keep(index);
    from = index + hidden.length;
  }
  keep(whole.length);
  return { text, place: (at) => places[at] ?? whole.length };
}

function folding(character: string): string {
  const code = character.charCodeAt(0);
  if (code > 0xff00) return String.fromCharCode(code - fullWidth);
  if (code >= 0x201c && code <= 0x201f) return '"';
  if (code === 0xab || code === 0xbb) return '"';
  return code >= 0x2018 && code <= 0x201b ? "'" : ' ';
}
