/** Most names that a message proposes. */
const proposals = 3;
/** Part of the pairs of letters that two names have to share. */
const leastLikeness = 0.4;
/** How much less like than the likeliest a proposal may be. */
const closeness = 0.2;

/** The names that somebody may have meant, the likeliest first: those that share most pairs of letters. */
export function closestNames(meant: string, names: readonly string[]): readonly string[] {
  const pairs = pairsOf(meant);
  const likeness = (name: string): number => {
    const others = pairsOf(name);
    const common = [...pairs].filter((pair) => others.has(pair)).length;
    return (2 * common) / (pairs.size + others.size);
  };
  return (
    [...new Set(names)]
      .map((name) => ({ name, like: likeness(name) }))
      .filter(({ like }) => like >= leastLikeness)
      .sort((a, b) => b.like - a.like)
      // Beside one that is almost the same, what has a few letters in common is no proposal.
      .filter(({ like }, _, [first]) => like >= (first?.like ?? 0) - closeness)
      .slice(0, proposals)
      .map(({ name }) => name)
  );
}

/** Asks for the {@link closestNames}: `is it "cache.hits" or "cache.total"?`; empty where none is close. */
export function proposalText(meant: string, names: readonly string[]): string {
  const closest = closestNames(meant, names).map((name) => JSON.stringify(name));
  return closest.length === 0 ? '' : `is it ${closest.join(' or ')}?`;
}

function pairsOf(text: string): ReadonlySet<string> {
  const lower = ` ${text.toLowerCase()} `;
  return new Set(Array.from({ length: lower.length - 1 }, (_, index) => lower.slice(index, index + 2)));
}
