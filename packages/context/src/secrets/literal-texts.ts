const part = /\(\?:([^)]*)\)(\??)|\[([^\]]*)\](\??)|\\(.)|(.)/g;

/** All texts that a simple regular expression matches: characters, `\.`, `(?:a|b)`, `[abc0-9]` and `?` behind these two. */
export function literalTexts(source: string): readonly string[] {
  let texts = [''];
  for (const match of source.matchAll(part)) {
    const [, group, groupOptional, set, setOptional, escaped, character = ''] = match;
    const one = set === undefined ? [escaped ?? character] : members(set);
    const choices = group === undefined ? one : group.split('|').flatMap(literalTexts);
    const ends = groupOptional || setOptional ? [...choices, ''] : choices;
    texts = texts.flatMap((text) => ends.map((end) => text + end));
  }
  return texts;
}

function members(set: string): readonly string[] {
  return [...set.replace(/(.)-(.)/g, (_range, from: string, to: string) => range(from, to))];
}

function range(from: string, to: string): string {
  const first = from.charCodeAt(0);
  const length = to.charCodeAt(0) - first + 1;
  return String.fromCharCode(...Array.from({ length }, (_, index) => first + index));
}
