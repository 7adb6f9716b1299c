/** A text in which no character is half: providers refuse one of a pair of surrogates without the other (Unicode 3.9, D75). */
export function wholeCharacters(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}

/** The beginning of a text, of so many UTF-16 units at most, cut between two characters. */
export function beginning(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}
