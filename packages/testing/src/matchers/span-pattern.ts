import { InvalidOptionError } from '@tta/obs-context';
import { outcomeOf, personalName, type SpanOutcome, type TraceSpan } from '../trace.ts';
import { valueText } from '../value-text.ts';
import { type Difference, isAsymmetric, partialDifferences } from './partial-match.ts';

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

/** Whether a span is what a pattern means. */
export function matchesSpan(pattern: SpanPattern, span: TraceSpan): boolean {
  return spanDifferences(pattern, span).length === 0;
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
export function conditionsOf(pattern: SpanPattern): SpanConditions {
  return typeof pattern === 'string' ? { span: pattern } : pattern;
}

const outcomes: readonly unknown[] = ['success', 'error', 'timeout', 'cancelled', 'open'];

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isTextPattern = (value: unknown): boolean =>
  isText(value) || value instanceof RegExp || isAsymmetric(value);
const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What each condition may be, and how that is said. */
const conditions: Readonly<Record<keyof SpanConditions, readonly [(value: unknown) => boolean, string]>> = {
  span: [isTextPattern, 'a text or a RegExp'],
  name: [isTextPattern, 'a text or a RegExp'],
  outcome: [(value) => outcomes.includes(value), `one of ${outcomes.join(', ')}`],
  attributes: [
    (value) => isRecord(value) && Object.keys(value).length > 0,
    "an object with at least one attribute: { 'error.category': 'network' }",
  ],
  events: [
    (value) => Array.isArray(value) && value.length > 0 && value.every(isText),
    'a list of names of events: ["recovery.retry"]',
  ],
};

/**
 * @param where - Which argument of which matcher: `toHaveSpan: the pattern`.
 * @param alsoAllowed - Keys that are no conditions.
 * @throws `OBS_ERR_INVALID_OPTION` when `value` is no pattern, or means every span.
 */
export function requireSpanPattern(
  value: unknown,
  where: string,
  alsoAllowed: readonly string[] = [],
): asserts value is SpanPattern {
  if (isText(value)) return;
  if (!isRecord(value)) {
    throw new InvalidOptionError(
      `${where} is ${valueText(value)}; a span is described by its name or by { ${Object.keys(conditions).join(', ')} }`,
    );
  }
  let said = 0;
  for (const [key, condition] of Object.entries(value)) {
    if (condition === undefined || alsoAllowed.includes(key)) continue;
    if (!Object.hasOwn(conditions, key)) {
      const known = [...Object.keys(conditions), ...alsoAllowed].join(', ');
      throw new InvalidOptionError(`${where} has "${key}", which is none of ${known}`);
    }
    const [isRight, what] = conditions[key as keyof SpanConditions];
    if (!isRight(condition))
      throw new InvalidOptionError(`${where} has ${key}: ${valueText(condition)}; it has to be ${what}`);
    said++;
  }
  if (said === 0) {
    throw new InvalidOptionError(
      `${where} is true of every span; name at least one of ${Object.keys(conditions).join(', ')}`,
    );
  }
}
