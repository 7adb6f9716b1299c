import type { LineLevel } from '@tta/obs-context';
import { countText } from '../drawing/count-text.ts';
import type { Mark, MarkedNode } from '../drawing/marked-tree.ts';
import { type Conditions, isFilled, isName, requireConditions } from './requirement.ts';
import { spanKey } from '../drawing/span-forest.ts';
import { traceTrees } from '../drawing/trace-text.ts';
import { personalName, type Trace, type TraceLine, type TraceSpan } from '../trace.ts';
import { valueText } from '../drawing/value-text.ts';
import { type Verdict, verdict } from './verdict.ts';
import { closestNames } from './closest-names.ts';
import { type Difference, differenceNotes, partialDifferences } from './partial-match.ts';

/** What is expected of a log line. At least one of these has to be named, and all that are named have to hold. */
export interface LineConditions {
  readonly level?: LineLevel;
  /** What there is inside the message: a text is part of it, it need not be all. */
  readonly message?: string | RegExp;
  /** Some of its fields. A RegExp is looked for in text, a matcher of the test runner is asked. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** What a person calls the primitive or step in which it was written. */
  readonly in?: string;
}

/** A text or a RegExp is looked for inside the message, as that of the conditions. */
export type LineExpectation = string | RegExp | LineConditions;

const levels: readonly unknown[] = ['debug', 'info', 'warn', 'error'];
const conditions: Conditions<keyof LineConditions> = {
  level: [(value) => levels.includes(value), `one of ${levels.join(', ')}`],
  message: [(value) => isName(value) || value instanceof RegExp, 'a text or a RegExp'],
  fields: [isFilled, 'an object with at least one field: { attempt: 2 }'],
  in: [isName, 'the name of a primitive or step'],
};

/** Whether a line was logged that is as expected. */
export function checkLogged(trace: Trace, expected: LineExpectation): Verdict {
  const call = { matcher: 'toHaveLogged', expected: [expected] };
  const wanted: LineConditions = isMessage(expected) ? { message: expected } : expected;
  requireConditions(call.matcher, wanted, conditions, 'a text, a RegExp');
  const spans = new Map(trace.spans.map((span) => [spanKey(span.traceId, span.spanId), span]));
  const spanOf = ({ traceId, spanId }: TraceLine): TraceSpan | undefined =>
    traceId === undefined || spanId === undefined ? undefined : spans.get(spanKey(traceId, spanId));
  const differences = new Map(trace.lines.map((line) => [line, differencesOf(line, wanted, spanOf(line))]));
  const met = trace.lines.filter((line) => differences.get(line)?.length === 0);
  const pass = met.length > 0;
  const found = (): string => {
    if (pass) return `${countText(met.length, 'line is', 'lines are')} like that.`;
    const none =
      trace.lines.length === 0
        ? 'Nothing was logged'
        : `${countText(trace.lines.length, 'line was', 'lines were')} logged, none like that`;
    const isDropped = wanted.level === 'debug' && !trace.lines.some(({ level }) => level === 'debug');
    return `${none}${isDropped ? "; lines of level debug are kept with observe(…, { logLevel: 'debug' })" : ''}.`;
  };
  const draw = (line: TraceLine, closest: TraceLine | undefined): MarkedNode => {
    const mark: Mark = met.includes(line) ? 'unexpected' : line === closest ? 'different' : 'as expected';
    const notes = line === closest ? differenceNotes(differences.get(line) ?? []) : [];
    return { text: lineText(line), mark, notes, children: [] };
  };
  const trees = (): readonly MarkedNode[] => {
    const closest = pass ? undefined : closestLine(differences, wanted);
    const bySpan = new Map<TraceSpan | undefined, MarkedNode[]>();
    for (const line of trace.lines) {
      const span = spanOf(line);
      const lines = bySpan.get(span) ?? [];
      lines.push(draw(line, closest));
      bySpan.set(span, lines);
    }
    const drawn = traceTrees(trace, (span) => ({ before: bySpan.get(span) ?? [] }));
    return [...drawn, ...(bySpan.get(undefined) ?? [])];
  };
  return verdict(pass, call, found, trees);
}

function isMessage(expected: LineExpectation): expected is string | RegExp {
  return typeof expected === 'string' || expected instanceof RegExp;
}

function differencesOf(
  line: TraceLine,
  wanted: LineConditions,
  span: TraceSpan | undefined,
): readonly Difference[] {
  const { level, message, fields = {}, in: place } = wanted;
  const differences: Difference[] = [];
  if (level !== undefined) differences.push(...partialDifferences(level, line.level, 'level'));
  if (message !== undefined && !contains(line.message, message))
    differences.push({ path: 'message', expected: message, received: line.message });
  differences.push(...partialDifferences(fields, line.fields));
  if (place !== undefined) differences.push(...partialDifferences(place, span && personalName(span), 'in'));
  return differences;
}

function contains(message: string, part: string | RegExp): boolean {
  return typeof part === 'string' ? message.includes(part) : message.search(part) >= 0;
}

/**
 * The line that lacks least of what is expected; none where no line has anything of it. Half of it is a message much
 * like the expected one.
 */
function closestLine(
  differences: ReadonlyMap<TraceLine, readonly Difference[]>,
  { fields = {}, ...others }: LineConditions,
): TraceLine | undefined {
  const likest = likestPassage(others.message, [...differences.keys()]);
  let least =
    Object.keys(fields).length + Object.values(others).filter((value) => value !== undefined).length;
  let closest: TraceLine | undefined;
  for (const [line, { length }] of differences) {
    const lacks = likest !== undefined && line.message.includes(likest) ? length - 0.5 : length;
    if (lacks >= least) continue;
    least = lacks;
    closest = line;
  }
  return closest;
}

/** What is in messages in place of a text that is in none; `undefined` where there is nothing like it. */
function likestPassage(part: string | RegExp | undefined, lines: readonly TraceLine[]): string | undefined {
  if (typeof part !== 'string' || lines.some(({ message }) => message.includes(part))) return undefined;
  const count = wordsOf(part).length;
  const passages = lines.flatMap(({ message }) => {
    const words = wordsOf(message);
    return words.map((_, start) => words.slice(start, start + count).join(' '));
  });
  return closestNames(part, passages)[0];
}

function wordsOf(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '');
}

function lineText({ level, message, fields }: TraceLine): string {
  const said = Object.keys(fields).length > 0 ? ` ${valueText(fields)}` : '';
  return `${level}: ${JSON.stringify(message)}${said}`;
}
