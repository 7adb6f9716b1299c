import { attributeNames as names } from '@tta/obs-context';
import { proposalText } from './closest-names.ts';
import { listText } from '../drawing/list-text.ts';
import { spanKey } from '../drawing/span-forest.ts';
import { edgeOf, type Trace, type TraceSpan } from '../trace.ts';

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
  const known = others
    .map(({ attributes }) => attributes[names.primitiveName])
    .filter((each) => typeof each === 'string');
  const none = `No ${what} is called ${JSON.stringify(name)}`;
  if (known.length === 0) return `${none}.`;
  const proposal = proposalText(name, known);
  return `${none}; ${proposal === '' ? `there is ${listText([...new Set(known)])}.` : proposal}`;
}

/** The steps of runs whose edge matches, in the order of their starts. */
export function stepsOf({ spans }: Trace, runs: readonly TraceSpan[], edge: RegExp): readonly TraceSpan[] {
  const parents = new Set(runs.map(({ traceId, spanId }) => spanKey(traceId, spanId)));
  const isStep = ({ traceId, parentSpanId }: TraceSpan): boolean =>
    parentSpanId !== undefined && parents.has(spanKey(traceId, parentSpanId));
  return spans.filter((span) => isStep(span) && edge.test(edgeOf(span) ?? ''));
}
