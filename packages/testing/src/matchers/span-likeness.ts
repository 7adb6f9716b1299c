import type { TraceSpan } from '../trace.ts';
import { distance } from './partial-match.ts';
import { type ReadPattern, readPattern, spanDifferences, type SpanConditions } from './span-pattern.ts';

/** What it costs that a span is missing, or that one is not expected. */
export const spanCost = 10;

/** What it costs at least where anything differs. */
export const leastUnlikeness = 2;

/** A span that nobody can have meant. More than one that is missing and one that is not expected. */
export const strangerCost = 2 * spanCost + 1;

/**
 * How unlike what a pattern means a span is: 0 where nothing differs, {@link strangerCost} where it goes by another
 * name altogether, in between the more the more differs.
 */
export function unlikeness(pattern: string | ReadPattern, span: TraceSpan): number {
  const differences = spanDifferences(pattern, span);
  if (differences.length === 0) return 0;
  const { span: name, name: personal, ...others } = readPattern(pattern);
  const isWrong = (path: 'span' | 'name'): boolean => differences.some((each) => each.path === path);
  const isOfAKind = typeof name === 'string' && isOfOneKind(name, span.name);
  let cost = leastUnlikeness;
  if (name !== undefined && isWrong('span')) {
    const isCalledSo = personal !== undefined && !isWrong('name');
    if (!isCalledSo && !isOfAKind) return strangerCost;
    cost = isCalledSo ? 8 : 12;
  } else if (personal !== undefined && isWrong('name')) {
    if (name === undefined) return strangerCost;
    cost = 6;
  } else if (name === undefined && personal === undefined) {
    const hasNothing = differences.length === conditionCount(others) && !hasAnyOf(others, span);
    if (hasNothing) return strangerCost;
  }
  cost += 2 * distance(differences);
  return cost < strangerCost - 2 ? cost : strangerCost - 2;
}

/** Whether names have all in common but their end, as those of attempts: `primitive.retry.attempt_2`. */
function isOfOneKind(name: string, other: string): boolean {
  const dot = name.lastIndexOf('.');
  return dot >= 0 ? dot === other.lastIndexOf('.') && other.startsWith(name.slice(0, dot)) : name === other;
}

function conditionCount({ outcome, attributes = {}, events = [] }: SpanConditions): number {
  return (outcome === undefined ? 0 : 1) + Object.keys(attributes).length + events.length;
}

/** Whether a span has one of the attributes, or an event of one of the names, whatever else is expected of them. */
function hasAnyOf({ attributes = {}, events = [] }: SpanConditions, span: TraceSpan): boolean {
  const nameOf = (event: (typeof events)[number]): string => (typeof event === 'string' ? event : event.name);
  return (
    Object.keys(attributes).some((key) => span.attributes[key] !== undefined) ||
    events.some((event) => span.events.some(({ name }) => name === nameOf(event)))
  );
}
