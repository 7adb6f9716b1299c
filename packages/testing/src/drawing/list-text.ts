/** Most names that a sentence lists. */
const listLimit = 10;

/** Names in a sentence: `"a", "b"`, of many the first: `"a", "b", "c" and 4 more`. */
export function listText(names: readonly string[], separator = ', '): string {
  const quoted = names.map((name) => JSON.stringify(name));
  const more = quoted.length > listLimit ? ` and ${quoted.length - listLimit} more` : '';
  return `${quoted.slice(0, listLimit).join(separator)}${more}`;
}
