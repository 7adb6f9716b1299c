const TOO_COMMON = new Set(
  (
    'about add added adds after all also and any are argument array async await because been before being between bool boolean both but ' +
    'can case catch change changed changes class const constructor continue could data def default delete does done each echo elif else end enum ' +
    'error export extends false file files final finally fix fixed fixes for from func function get given had has have her here his how ' +
    'https http href import include instanceof int interface into its just kind let like line lines list long make makes may merge more most must name need new ' +
    'nil none not now null number object off one only option options other our out over own package param print private protected public pull put ' +
    'readonly remove removed request require return returns review run same self set should show signed since size some static str string struct ' +
    'such super switch take takes test tests text than that the their them then there these they this those three throw time todo too ' +
    'true try two type typeof under undefined unknown update updated use used uses using value values var void was way were what when where whether ' +
    'which while who why will with within without would yield you your div span src com www expect describe toequal tobe main master branch'
  ).split(' '),
);

/** Adds the words of `text` to `counts`: identifiers are split where their case changes, common words left out. */
export function countWords(text: string, weight: number, counts: Map<string, number>): Map<string, number> {
  for (const [identifier] of text.normalize('NFC').matchAll(/[\p{L}][\p{L}\p{M}]{2,}/gu)) {
    for (const part of identifier.split(/(?<=\p{Ll})(?=\p{Lu})/u)) {
      const word = singular(part.toLowerCase());
      if (word.length < 3 || word.length > 24 || TOO_COMMON.has(word)) continue;
      counts.set(word, (counts.get(word) ?? 0) + weight);
    }
  }
  return counts;
}

/** Only the plain English plural: enough to count "token" and "tokens" together. What may be no plural stays. */
function singular(word: string): string {
  if (word.length <= 4 || /(?:[aiou]s|ss|series|species)$/.test(word)) return word;
  if (/(?:cookies|movies)$/.test(word)) return word.slice(0, -1);
  if (/[^aeou]ies$/.test(word)) return `${word.slice(0, -3)}y`;
  // "searches" and "classes", but "caches" and "databases".
  if (/(?:ss|x|sh|(?:[^aeiou]|ea|oa)ch|ias)es$/.test(word)) return word.slice(0, -2);
  return word.replace(/s$/, '');
}
