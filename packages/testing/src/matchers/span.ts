import { countText } from '../count-text.ts';
import type { Colors } from '../marked-tree.ts';
import { type Markup, traceTrees } from '../trace-text.ts';
import { personalName, type Trace, type TraceSpan } from '../trace.ts';
import { type Verdict, verdict } from '../verdict.ts';
import { closestNames } from './closest-names.ts';
import { differenceText } from './partial-match.ts';
import { strangerCost, unlikeness } from './span-likeness.ts';
import { matchesSpan, requireSpanPattern, spanDifferences, type SpanPattern } from './span-pattern.ts';

/** Whether one of the spans is what a pattern means. */
export function checkSpan(trace: Trace, pattern: SpanPattern): Verdict {
  const call = { matcher: 'toHaveSpan', expected: [pattern] };
  requireSpanPattern(call.matcher, pattern);
  const met = new Set(trace.spans.filter((span) => matchesSpan(pattern, span)));
  const pass = met.size > 0;
  const found = (): string =>
    pass
      ? `${countText(met.size, 'span is', 'spans are')} like that.`
      : (unknownName(trace.spans, pattern)?.text ??
        `None of ${countText(trace.spans.length, 'span')} is like that.`);
  return verdict(pass, call, found, () => {
    const closest = pass ? undefined : closestSpan(trace.spans, pattern);
    const markup = (span: TraceSpan): Markup | undefined => {
      if (met.has(span)) return { mark: 'unexpected' };
      if (span !== closest) return undefined;
      const notes = spanDifferences(pattern, span).map(
        (difference) => (colors: Colors) => differenceText(difference, colors),
      );
      return { mark: 'different', notes };
    };
    return traceTrees(trace, markup);
  });
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

/** A name of a pattern that nothing has; `undefined` where something has it. */
function unknownName(spans: readonly TraceSpan[], pattern: SpanPattern): UnknownName | undefined {
  const { span, name } = typeof pattern === 'string' ? { span: pattern } : pattern;
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
    const closest = closestNames(meant, names);
    const proposal = closest.map((each) => JSON.stringify(each)).join(' or ');
    return {
      text: `${text}${proposal === '' ? '.' : `; is it ${proposal}?`}`,
      isProposed: (each) => nameOf(each) === closest[0],
    };
  }
  return undefined;
}
