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
  const found = (): string => {
    if (pass) return `${countText(met.size, 'span is', 'spans are')} like that.`;
    const name = typeof pattern === 'string' ? pattern : pattern.span;
    if (typeof name === 'string' && !trace.spans.some((span) => span.name === name))
      return unknownSpan(trace, name);
    return `None of ${countText(trace.spans.length, 'span')} is like that.`;
  };
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
  let least = strangerCost;
  let closest: TraceSpan | undefined;
  for (const span of spans) {
    const cost = unlikeness(pattern, span);
    if (cost >= least) continue;
    least = cost;
    closest = span;
  }
  return closest;
}

function unknownSpan({ spans }: Trace, name: string): string {
  const text = JSON.stringify(name);
  if (spans.some((span) => personalName(span) === name))
    return `No span is called ${text}, but what a person calls a primitive is so: { name: ${text} }.`;
  const closest = closestNames(
    name,
    spans.map((span) => span.name),
  ).map((close) => JSON.stringify(close));
  return `No span is called ${text}${closest.length > 0 ? `; is it ${closest.join(' or ')}?` : '.'}`;
}
