import { attributeNames as names } from '@tta/obs-context';
import { proposalText } from './closest-names.ts';
import { edgeOf, type Trace, type TraceSpan } from '../trace.ts';

/** Most names that a message lists. */
const listLimit = 10;

/** The runs of the primitives of a type, or of those of a name among them. */
export function runsOf({ spans }: Trace, type: string, name?: string): readonly TraceSpan[] {
  return spans.filter(
    ({ attributes }) =>
      attributes[names.primitiveType] === type &&
      (name === undefined || attributes[names.primitiveName] === name),
  );
}

/** What there is where there is none of a name: `No retry is called "fetch"; is it "fetch page"?` */
export function noneCalled(what: string, name: string, others: readonly TraceSpan[]): string {
  if (others.length === 0) return `There is no ${what} in the trace.`;
  const known = [...new Set(others.map(({ attributes }) => String(attributes[names.primitiveName])))];
  const proposal = proposalText(name, known);
  if (proposal !== '') return `No ${what} is called ${JSON.stringify(name)}; ${proposal}`;
  const called = known.map((each) => JSON.stringify(each));
  const more = called.length > listLimit ? ` and ${called.length - listLimit} more` : '';
  return `No ${what} is called ${JSON.stringify(name)}; there is ${called.slice(0, listLimit).join(', ')}${more}.`;
}

/** The steps of runs whose edge matches, in the order of their starts. */
export function stepsOf({ spans }: Trace, runs: readonly TraceSpan[], edge: RegExp): readonly TraceSpan[] {
  const ids = new Set(runs.map(({ spanId }) => spanId));
  return spans.filter((span) => ids.has(span.parentSpanId ?? '') && edge.test(edgeOf(span) ?? ''));
}
