import type { LineLevel } from '@tta/obs-context';
import { countText } from '../count-text.ts';
import type { Mark, MarkedNode } from '../marked-tree.ts';
import { type Conditions, isFilled, isName, requireConditions } from '../requirement.ts';
import { traceTrees } from '../trace-text.ts';
import { personalName, type Trace, type TraceLine } from '../trace.ts';
import { valueText } from '../value-text.ts';
import { type Verdict, verdict } from '../verdict.ts';
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
  const differences = new Map(trace.lines.map((line) => [line, differencesOf(line, wanted, trace)]));
  const met = trace.lines.filter((line) => differences.get(line)?.length === 0);
  const pass = met.length > 0;
  const closest = pass ? undefined : closestLine(differences, wanted);
  const found = (): string => {
    if (pass) return `${countText(met.length, 'line is', 'lines are')} like that.`;
    const none =
      trace.lines.length === 0
        ? 'Nothing was logged'
        : `${countText(trace.lines.length, 'line was', 'lines were')} logged, none like that`;
    const isDropped = wanted.level === 'debug' && !trace.lines.some(({ level }) => level === 'debug');
    return `${none}${isDropped ? "; lines of level debug are kept with observe(…, { logLevel: 'debug' })" : ''}.`;
  };
  const draw = (line: TraceLine): MarkedNode => {
    const mark: Mark = met.includes(line) ? 'unexpected' : line === closest ? 'different' : 'as expected';
    const notes = line === closest ? differenceNotes(differences.get(line) ?? []) : [];
    return { text: lineText(line), mark, notes, children: [] };
  };
  const trees = (): readonly MarkedNode[] => {
    const bySpan = new Map<string, MarkedNode[]>(trace.spans.map(({ spanId }) => [spanId, []]));
    const outside: MarkedNode[] = [];
    for (const line of trace.lines) (bySpan.get(line.spanId ?? '') ?? outside).push(draw(line));
    const drawn = traceTrees(trace, ({ spanId }) => ({ before: bySpan.get(spanId) ?? [] }));
    return [...drawn, ...outside];
  };
  return verdict(pass, call, found, trees);
}

function isMessage(expected: LineExpectation): expected is string | RegExp {
  return typeof expected === 'string' || expected instanceof RegExp;
}

function differencesOf(line: TraceLine, wanted: LineConditions, trace: Trace): readonly Difference[] {
  const { level, message, fields = {}, in: place } = wanted;
  const differences: Difference[] = [];
  if (level !== undefined) differences.push(...partialDifferences(level, line.level, 'level'));
  if (message !== undefined && !contains(line.message, message))
    differences.push({ path: 'message', expected: message, received: line.message });
  differences.push(...partialDifferences(fields, line.fields));
  if (place !== undefined) {
    const span = trace.spans.find(({ spanId }) => spanId === line.spanId);
    differences.push(...partialDifferences(place, span && personalName(span), 'in'));
  }
  return differences;
}

function contains(message: string, part: string | RegExp): boolean {
  return typeof part === 'string' ? message.includes(part) : message.search(part) >= 0;
}

/** The line that lacks least of what is expected; none where no line has anything of it. */
function closestLine(
  differences: ReadonlyMap<TraceLine, readonly Difference[]>,
  { fields = {}, ...others }: LineConditions,
): TraceLine | undefined {
  let least =
    Object.keys(fields).length + Object.values(others).filter((value) => value !== undefined).length;
  let closest: TraceLine | undefined;
  for (const [line, { length }] of differences) {
    if (length >= least) continue;
    least = length;
    closest = line;
  }
  return closest;
}

function lineText({ level, message, fields }: TraceLine): string {
  const said = Object.keys(fields).length > 0 ? ` ${valueText(fields)}` : '';
  return `${level}: ${JSON.stringify(message)}${said}`;
}
