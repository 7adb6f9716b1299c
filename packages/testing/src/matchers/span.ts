import type { MatcherCall } from '../drawing/call-text.ts';
import { countText } from '../drawing/count-text.ts';
import { noColors } from '../drawing/marked-tree.ts';
import { requireTimes } from './requirement.ts';
import { type Markup, traceTrees } from '../drawing/trace-text.ts';
import { TraceAssertionError } from '../trace-assertion-error.ts';
import { outcomeOf, personalName, type Trace, type TraceSpan } from '../trace.ts';
import { type Verdict, verdict } from './verdict.ts';
import { closestNames, proposalText } from './closest-names.ts';
import { type Difference, differenceNotes } from './partial-match.ts';
import { strangerCost, unlikeness } from './span-likeness.ts';
import {
  matchesSpan,
  readPattern,
  requireSpanPattern,
  spanDifferences,
  type SpanPattern,
  misspeltOutcome,
} from './span-pattern.ts';

/** Whether one of the spans is what a pattern means, or exactly so many are. */
export function checkSpan(trace: Trace, pattern: SpanPattern, times?: number): Verdict {
  const call = { matcher: 'toHaveSpan', expected: [pattern, times] };
  requireSpanPattern(call.matcher, pattern);
  requireTimes(call.matcher, times);
  return spanVerdict(trace.spans, spansLike(trace.spans, pattern), pattern, call, times);
}

/**
 * The one span that is what a pattern means.
 *
 * @param caller - What the stack of an error leaves out.
 * @throws `TraceAssertionError` where it is none or several: the message shows the trace with them marked.
 */
export function onlySpan(
  spans: readonly TraceSpan[],
  pattern: SpanPattern,
  caller: (pattern: SpanPattern) => TraceSpan,
): TraceSpan {
  requireSpanPattern('trace.span', pattern);
  const met = spansLike(spans, pattern);
  const [span] = met;
  if (span && met.length === 1) return span;
  const call = { on: 'trace', matcher: 'span', expected: [pattern] } as const;
  const message = spanVerdict(spans, met, pattern, call, 1).message(noColors);
  throw new TraceAssertionError(message, caller);
}

function spansLike(spans: readonly TraceSpan[], pattern: SpanPattern): readonly TraceSpan[] {
  const read = readPattern(pattern);
  return spans.filter((span) => matchesSpan(read, span));
}

function spanVerdict(
  spans: readonly TraceSpan[],
  met: readonly TraceSpan[],
  pattern: SpanPattern,
  call: MatcherCall,
  times?: number,
): Verdict {
  const pass = times === undefined ? met.length > 0 : met.length === times;
  const found = (): string => {
    const instead = pass || times === undefined ? '' : `, not ${times}`;
    if (met.length > 0) return `${countText(met.length, 'span is', 'spans are')} like that${instead}.`;
    if (pass) return 'No span is like that.';
    return unknownName(spans, pattern)?.text ?? `None of ${countText(spans.length, 'span')} is like that.`;
  };
  return verdict(pass, call, found, () => {
    const isShort = !pass && met.length < (times ?? 1);
    const closest = isShort
      ? closestSpan(
          spans.filter((span) => !met.includes(span)),
          pattern,
        )
      : undefined;
    const markup = (span: TraceSpan): Markup | undefined => {
      if (met.includes(span)) return isShort ? { notes: ['is like that'] } : { mark: 'unexpected' };
      if (span !== closest) return undefined;
      return { mark: 'different', notes: differenceNotes(differencesOf(pattern, span)) };
    };
    return traceTrees({ spans }, markup);
  });
}

/** What keeps a span from being what a pattern means; where its outcome is none, that alone. */
function differencesOf(pattern: SpanPattern, span: TraceSpan): readonly Difference[] {
  const misspelt = misspeltOutcome(pattern, [span]);
  return misspelt
    ? [{ path: 'outcome', expected: misspelt.word, received: outcomeOf(span) }]
    : spanDifferences(pattern, span);
}

/** The span that somebody may have meant; `undefined` where there is none. */
function closestSpan(spans: readonly TraceSpan[], pattern: SpanPattern): TraceSpan | undefined {
  const unknown = unknownName(spans, pattern);
  let least = unknown ? Number.POSITIVE_INFINITY : strangerCost;
  let closest: TraceSpan | undefined;
  for (const span of unknown ? spans.filter(unknown.isProposed) : spans) {
    const cost = unlikeness(pattern, span);
    if (cost >= least) continue;
    least = cost;
    closest = span;
  }
  return closest;
}

interface UnknownName {
  readonly text: string;
  /** Whether a span has the name that is meant most likely. */
  readonly isProposed: (span: TraceSpan) => boolean;
}

/** A name of a pattern that nothing has, or what is no outcome; `undefined` where something has it. */
function unknownName(spans: readonly TraceSpan[], pattern: SpanPattern): UnknownName | undefined {
  const { span, name } = readPattern(pattern);
  const misspelt = misspeltOutcome(pattern, spans);
  if (misspelt) return { text: misspelt.text, isProposed: (each) => matchesSpan(misspelt.rest, each) };
  const spanName = (each: TraceSpan): string => each.name;
  const kinds = [
    { what: 'span', meant: span, nameOf: spanName },
    { what: 'primitive or step', meant: name, nameOf: personalName },
  ];
  for (const { what, meant, nameOf } of kinds) {
    const names = spans.map(nameOf).filter((each) => each !== undefined);
    if (typeof meant !== 'string' || names.includes(meant)) continue;
    const text = `No ${what} is called ${JSON.stringify(meant)}`;
    if (nameOf === spanName && spans.some((each) => personalName(each) === meant)) {
      return {
        text: `${text}, but a primitive or step is: { name: ${JSON.stringify(meant)} }.`,
        isProposed: () => false,
      };
    }
    const [closest] = closestNames(meant, names);
    const proposal = proposalText(meant, names);
    return {
      text: `${text}${proposal === '' ? '.' : `; ${proposal}`}`,
      isProposed: (each) => nameOf(each) === closest,
    };
  }
  return undefined;
}
