const longestLine = 300;
/** What is shorter is no secret, and would be struck out of words that only resemble it. */
const shortestSecret = 4;

/**
 * What a destination says, as one line for a message: without line breaks and control characters, cut to 300
 * characters, and without what the program told the destination in confidence, should that echo it.
 */
export function messageLine(text: string, secrets: readonly string[]): string {
  const shown = secrets.reduce((rest, secret) => rest.replaceAll(secret, '…'), text);
  const line = shown.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length > longestLine ? `${line.slice(0, longestLine - 1)}…` : line;
}

/** The values and the words in them that {@link messageLine} leaves out: of `Bearer abcd` also the `abcd`. */
export function secretsIn(values: readonly string[]): string[] {
  const secrets = new Set(values.flatMap((value) => [value, ...value.split(/\s+/)]));
  return [...secrets].filter((secret) => secret.length >= shortestSecret).sort((a, b) => b.length - a.length);
}
