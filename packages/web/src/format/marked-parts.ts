/** A text cut at the places where another occurs in it, in any case: what is at an odd position is such a place. */
export function markedParts(text: string, sought: string): readonly string[] {
  if (sought === '') return [text];
  // Not by lower case, in which some letters have another length.
  return text.split(new RegExp(`(${withoutPatterns(sought)})`, 'gi'));
}

/** A text as a regular expression that finds nothing but it. */
export function withoutPatterns(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
