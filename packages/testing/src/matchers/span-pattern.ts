import { types } from 'node:util';
import { type Conditions, isFilled, isName, requireConditions } from '../requirement.ts';
import { outcomeOf, personalName, type SpanOutcome, type TraceSpan } from '../trace.ts';
import { valueText } from '../value-text.ts';
import { type Difference, isAsymmetric, matchesPartially, partialDifferences } from './partial-match.ts';

/** What is expected of a span. At least one of these has to be named, and all that are named have to hold. */
export interface SpanConditions {
  /** The span's name: `primitive.retry.attempt_1`. */
  readonly span?: string | RegExp;
  /** What a person calls its primitive or step: `fetch page`. */
  readonly name?: string | RegExp;
  /** How it ended. */
  readonly outcome?: SpanOutcome;
  /**
   * Some of its attributes. A RegExp is looked for in text, a matcher of the test runner is asked, `undefined` means
   * that there is none.
   */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Names that have to be among those of its events, in any order. */
  readonly events?: readonly string[];
}

/** Which spans are meant: those of a name, or those that fulfil conditions. */
export type SpanPattern = string | SpanConditions;

/** Whether a span is what a pattern means: whether it has no {@link spanDifferences}, which take longer to find. */
export function matchesSpan(pattern: SpanPattern, span: TraceSpan): boolean {
  if (typeof pattern === 'string') return pattern === span.name;
  const { span: spanName, name, outcome, attributes = {}, events = [] } = pattern;
  const holds = (expected: unknown, received: unknown): boolean =>
    expected === received || matchesPartially(expected, received);
  return (
    (spanName === undefined || holds(spanName, span.name)) &&
    (name === undefined || holds(name, personalName(span))) &&
    (outcome === undefined || outcome === outcomeOf(span)) &&
    Object.keys(attributes).every((key) => holds(attributes[key], span.attributes[key])) &&
    events.every((expected) => span.events.some((event) => event.name === expected))
  );
}

/** What keeps a span from being what a pattern means. Of attributes the path is their key. */
export function spanDifferences(pattern: SpanPattern, span: TraceSpan): readonly Difference[] {
  const { span: spanName, name, outcome, attributes = {}, events = [] } = conditionsOf(pattern);
  const differences: Difference[] = [];
  const compare = (path: string, expected: unknown, received: unknown): void => {
    if (expected !== undefined) differences.push(...partialDifferences(expected, received, path));
  };
  compare('span', spanName, span.name);
  compare('name', name, personalName(span));
  compare('outcome', outcome, outcomeOf(span));
  differences.push(...partialDifferences(attributes, span.attributes));
  const received = span.events.map((event) => event.name);
  for (const event of events) {
    if (!received.includes(event)) differences.push({ path: 'events', expected: event, received });
  }
  return differences;
}

/** A pattern in a line, like the line of a span: `primitive.retry.attempt_1 "fetch page" error`. */
export function patternText(pattern: SpanPattern): string {
  const { span, name, outcome, attributes = {}, events = [] } = conditionsOf(pattern);
  const parts: string[] = [];
  if (span !== undefined) parts.push(typeof span === 'string' ? span : valueText(span));
  if (name !== undefined) parts.push(valueText(name));
  if (outcome !== undefined) parts.push(outcome);
  for (const [key, value] of Object.entries(attributes)) parts.push(`${key}=${valueText(value)}`);
  for (const event of events) parts.push(`event ${valueText(event)}`);
  return parts.join(' ');
}

/** The conditions of a pattern: a text is the span's name. */
function conditionsOf(pattern: SpanPattern): SpanConditions {
  return typeof pattern === 'string' ? { span: pattern } : pattern;
}

const outcomes: readonly unknown[] = ['success', 'error', 'timeout', 'cancelled', 'open'];
const isTextPattern = (value: unknown): boolean =>
  isName(value) || types.isRegExp(value) || isAsymmetric(value);

/** What each condition of a pattern may be. */
export const patternConditions: Conditions<keyof SpanConditions> = {
  span: [isTextPattern, 'a text or a RegExp'],
  name: [isTextPattern, 'a text or a RegExp'],
  outcome: [(value) => outcomes.includes(value), `one of ${outcomes.join(', ')}`],
  attributes: [isFilled, "an object with at least one attribute: { 'error.category': 'network' }"],
  events: [
    (value) => Array.isArray(value) && value.length > 0 && value.every(isName),
    'a list of at least one name of an event: ["recovery.retry"]',
  ],
};

/** @throws `OBS_ERR_INVALID_OPTION` when `value` is no pattern, or means every span. */
export function requireSpanPattern(matcher: string, value: unknown): void {
  if (!isName(value)) requireConditions(matcher, value, patternConditions, 'the name of a span');
}
