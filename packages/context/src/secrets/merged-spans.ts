import type { SecretSpan } from './secret-span.ts';

/**
 * Overlapping spans become one, named after the first that was found of those that begin it. What was redacted
 * before stays as it is.
 */
export function mergedSpans(spans: SecretSpan[], text: string): readonly SecretSpan[] {
  if (spans.length === 0) return spans;
  const marks = text.includes('[redacted:') ? [...text.matchAll(/\[redacted:[a-z\d-]+\]/g)] : [];
  let mark = 0;
  const result: SecretSpan[] = [];
  for (const span of spans.sort((a, b) => a.start - b.start)) {
    while (mark < marks.length && endOf(marks[mark]) <= span.start) mark++;
    const { index = Infinity } = marks[mark] ?? {};
    if (index <= span.start && (index < span.start || endOf(marks[mark]) >= span.end)) continue;
    const before = result.at(-1);
    if (before !== undefined && span.start < before.end) {
      result[result.length - 1] = { ...before, end: Math.max(before.end, span.end) };
    } else result.push(span);
  }
  return result;
}

function endOf(match: RegExpMatchArray | undefined): number {
  return match === undefined ? Infinity : (match.index ?? 0) + match[0].length;
}
