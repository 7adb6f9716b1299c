import { types } from 'node:util';
import { type Conditions, isFilled, isName, requireConditions } from './requirement.ts';
import { isDrawnOtherwise, spanHead } from '../drawing/span-text.ts';
import { outcomeOf, personalName, type SpanOutcome, type TraceEvent, type TraceSpan } from '../trace.ts';
import { valueText } from '../drawing/value-text.ts';
import {
  type Difference,
  distance,
  isAsymmetric,
  matchesPartially,
  partialDifferences,
} from './partial-match.ts';

// Globals are slow to look up in the sandbox of a test runner, and patterns are asked of many spans.
const { keys } = Object;

/** What is expected of an event. */
export interface EventConditions {
  readonly name: string;
  /** Some of its attributes, compared as those of a span. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

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
  /** Names that have to be among those of its events, in any order; or what else is expected of such an event. */
  readonly events?: readonly (string | EventConditions)[];
}

/**
 * Which spans are meant: those that fulfil conditions, or those of a name. A text may also be a line as messages draw
 * it, `primitive.retry.attempt_1 "fetch page" error`: the name of the span, what a person calls its primitive or step,
 * and how it ended; either of the last two may be left out, and how long it took and why it failed does not count.
 */
export type SpanPattern = string | SpanConditions;

/** A pattern whose line has been read. */
export interface ReadPattern extends SpanConditions {
  /** What was read: a span of this name, or that is drawn so, is meant as well, whatever else it is. */
  readonly line?: string;
}

const drawnLine =
  /^(?<span>.+?)(?: (?<name>"(?:[^"\\]|\\["\\/bfnrt]|\\u[\da-fA-F]{4})*"))?(?: (?<outcome>success|error|timeout|cancelled|suspended|open)(?: -?[\d.]+ m?s)?(?:: .*)?)?$/;

/** How long a span took and why it failed, as its line ends. */
const afterHead = /^(?: -?[\d.]+ m?s)?(?:: .*)?$/;

/** The conditions of a pattern. Of one that is asked often, they are read once. */
export function readPattern(pattern: SpanPattern): ReadPattern {
  if (typeof pattern !== 'string') return pattern;
  const { span, name, outcome } = drawnLine.exec(withoutGuides(pattern))?.groups ?? {};
  if (span === undefined || span === pattern) return { span: pattern };
  return {
    span,
    ...(name !== undefined && { name: JSON.parse(name) as string }),
    ...(outcome !== undefined && { outcome: outcome as SpanOutcome }),
    line: pattern,
  };
}

const guides = /^[\s│├└─]+/;

/** A line of a tree without what leads to it from its parent. */
function withoutGuides(line: string): string {
  return line.replace(guides, '').trimEnd();
}

/** Whether a line is a span's name or as messages draw it, whatever else it could be read as. */
function isLineOf(line: string | undefined, span: TraceSpan): boolean {
  if (line === undefined) return false;
  if (line === span.name) return true;
  const drawn = withoutGuides(line);
  // Whose name is not drawn as it is, is rare; to draw it takes a while.
  const { name } = span;
  if (!drawn.startsWith(name) && !isDrawnOtherwise(name) && !guides.test(name)) return false;
  const head = withoutGuides(spanHead(span));
  return drawn.startsWith(head) && afterHead.test(drawn.slice(head.length));
}

/** Whether a span is what is read from its line, so that a line means it by no more than its conditions. */
export function isReadAsDrawn(span: TraceSpan): boolean {
  return readPattern(span.name).line === undefined && fulfils(readPattern(spanHead(span)), span);
}

/** Whether a span is what a pattern means: whether it has no {@link spanDifferences}, which take longer to find. */
export function matchesSpan(pattern: string | ReadPattern, span: TraceSpan): boolean {
  if (pattern === span.name) return true;
  const read = readPattern(pattern);
  return fulfils(read, span) || isLineOf(read.line, span);
}

function fulfils(
  { span: spanName, name, outcome, attributes, events }: ReadPattern,
  span: TraceSpan,
): boolean {
  return (
    (spanName === undefined || holds(spanName, span.name)) &&
    (name === undefined || holds(name, personalName(span))) &&
    (outcome === undefined || outcome === outcomeOf(span)) &&
    (attributes === undefined ||
      keys(attributes).every((key) => holds(attributes[key], span.attributes[key]))) &&
    (events === undefined || events.every((event) => eventDifferences(event, span.events).length === 0))
  );
}

function holds(expected: unknown, received: unknown): boolean {
  return expected === received || matchesPartially(expected, received);
}

/** What keeps a span from being what a pattern means. Of attributes the path is their key. */
export function spanDifferences(pattern: string | ReadPattern, span: TraceSpan): readonly Difference[] {
  const { span: spanName, name, outcome, attributes, events = [], line } = readPattern(pattern);
  if (isLineOf(line, span)) return [];
  const differences: Difference[] = [];
  const compare = (path: string, expected: unknown, received: unknown): void => {
    if (expected !== received) differences.push(...partialDifferences(expected, received, path));
  };
  if (spanName !== undefined) compare('span', spanName, span.name);
  if (name !== undefined) compare('name', name, personalName(span));
  if (outcome !== undefined) compare('outcome', outcome, outcomeOf(span));
  if (attributes) for (const key of keys(attributes)) compare(key, attributes[key], span.attributes[key]);
  for (const event of events) differences.push(...eventDifferences(event, span.events));
  return differences;
}

/** What keeps each of the events from being what is expected of one: of those of its name, the closest. */
function eventDifferences(
  expected: string | EventConditions,
  events: readonly TraceEvent[],
): readonly Difference[] {
  const { name, attributes = {} } = eventConditionsOf(expected);
  const [closest] = events
    .filter((event) => event.name === name)
    .map((event) =>
      Object.keys(attributes).flatMap((key) =>
        partialDifferences(attributes[key], event.attributes[key], `event ${name}, ${key}`),
      ),
    )
    .sort((a, b) => distance(a) - distance(b));
  return closest ?? [{ path: 'events', expected: name, received: events.map((event) => event.name) }];
}

function eventConditionsOf(expected: string | EventConditions): EventConditions {
  return typeof expected === 'string' ? { name: expected } : expected;
}

/** A line whose last word is no outcome. */
export interface MisspeltOutcome {
  readonly text: string;
  readonly word: string;
  /** The line without the word. */
  readonly rest: string;
}

/** What is wrong with a line that means spans but for its last word: `primitive.llm.chat "large" failed`. */
export function misspeltOutcome(
  pattern: SpanPattern,
  spans: readonly TraceSpan[],
): MisspeltOutcome | undefined {
  if (typeof pattern !== 'string') return undefined;
  const { rest, word } = lineEnd.exec(pattern)?.groups ?? {};
  if (rest === undefined || word === undefined || outcomes.includes(word)) return undefined;
  if (!spans.some((span) => matchesSpan(rest, span))) return undefined;
  return { rest, word, text: `${valueText(word)} is no outcome; there are ${outcomesText}.` };
}

const lineEnd = /^(?<rest>.+?) (?<word>\p{L}+)(?: -?[\d.]+ m?s)?(?:: .*)?$/u;

/** A pattern in a line, like the line of a span: `primitive.retry.attempt_1 "fetch page" error`. */
export function patternText(pattern: SpanPattern): string {
  const { span, name, outcome, attributes = {}, events = [] } = readPattern(pattern);
  const parts: string[] = [];
  if (span !== undefined) parts.push(typeof span === 'string' ? span : valueText(span));
  if (name !== undefined) parts.push(valueText(name));
  if (outcome !== undefined) parts.push(outcome);
  for (const [key, value] of Object.entries(attributes)) parts.push(`${key}=${valueText(value)}`);
  for (const event of events) {
    const { name: eventName, attributes: said } = eventConditionsOf(event);
    parts.push(`event ${valueText(eventName)}${said ? ` ${valueText(said)}` : ''}`);
  }
  return parts.join(' ');
}

const outcomes: readonly unknown[] = ['success', 'error', 'timeout', 'cancelled', 'suspended', 'open'];
const outcomesText = outcomes.join(', ');
const isFilledOrAbsent = (value: unknown): boolean => value === undefined || isFilled(value);
const isEvent = (value: unknown): boolean => {
  if (isName(value)) return true;
  if (!isFilled(value)) return false;
  const { name, attributes, ...others } = value as EventConditions;
  return isName(name) && isFilledOrAbsent(attributes) && Object.keys(others).length === 0;
};
const isTextPattern = (value: unknown): boolean =>
  isName(value) || types.isRegExp(value) || isAsymmetric(value);

/** What each condition of a pattern may be. */
export const patternConditions: Conditions<keyof SpanConditions> = {
  span: [isTextPattern, 'a text or a RegExp'],
  name: [isTextPattern, 'a text or a RegExp'],
  outcome: [(value) => outcomes.includes(value), `one of ${outcomesText}`],
  attributes: [isFilled, "an object with at least one attribute: { 'error.category': 'network' }"],
  events: [
    (value) => Array.isArray(value) && value.length > 0 && value.every(isEvent),
    'a list of at least one name of an event, or { name, attributes }: ["recovery.retry"]',
  ],
};

/** @throws `OBS_ERR_INVALID_OPTION` when `value` is no pattern, or means every span. */
export function requireSpanPattern(matcher: string, value: unknown): void {
  if (!isName(value)) requireConditions(matcher, value, patternConditions, 'the name of a span');
}
