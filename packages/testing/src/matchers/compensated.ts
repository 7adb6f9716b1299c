import { primitiveSpanName } from '@tta/obs-context';
import { countText } from '../drawing/count-text.ts';
import { listText } from '../drawing/list-text.ts';
import type { MarkedNode } from '../drawing/marked-tree.ts';
import { invalid } from './requirement.ts';
import { type Markup, traceTrees } from '../drawing/trace-text.ts';
import { edgeOf, outcomeOf, type Trace, type TraceSpan } from '../trace.ts';
import { valueText } from '../drawing/value-text.ts';
import { type Verdict, verdict } from './verdict.ts';
import { commonSequence } from './common-sequence.ts';
import { runsOf } from './named-runs.ts';

const edge = /^compensate_(.+)$/s;

/** Whether exactly these compensations succeeded, in this order. */
export function checkCompensated(trace: Trace, names: readonly string[]): Verdict {
  const call = { matcher: 'toHaveCompensated', expected: [names] };
  requireNames(call.matcher, names);
  const tried = trace.spans.filter((span) => compensated(span) !== undefined);
  const succeeded = tried.filter((span) => outcomeOf(span) === 'success');
  const received = succeeded.map((span) => compensated(span) ?? '');
  const pass = received.length === names.length && received.every((name, index) => name === names[index]);
  const failed = tried.filter((span) => !succeeded.includes(span));
  const found = (): string => {
    const instead = pass ? '' : `; expected: ${namesText(names)}`;
    const failures = failed.length > 0 ? `; ${countText(failed.length, 'compensation')} failed` : '';
    return `Compensated: ${namesText(received)}${instead}${failures}.`;
  };
  const trees = (): readonly MarkedNode[] => {
    if (pass)
      return traceTrees(trace, (span) => (succeeded.includes(span) ? { mark: 'unexpected' } : undefined));
    const common = commonSequence(names, received);
    const unexpected = new Set(succeeded.filter((_, index) => !common.some(([, at]) => at === index)));
    const failedNames = new Set(failed.map(compensated));
    const missing = names
      .filter((name, index) => !failedNames.has(name) && !common.some(([at]) => at === index))
      .map(missingNode);
    const saga = runsOf(trace, 'saga').at(-1);
    const drawn = traceTrees(trace, (span): Markup | undefined => {
      if (unexpected.has(span)) return { mark: 'unexpected' };
      if (failed.includes(span)) return { mark: 'different' };
      return span === saga ? { after: missing } : undefined;
    });
    return saga ? drawn : [...drawn, ...missing];
  };
  return verdict(pass, call, found, trees);
}

function namesText(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : listText(names);
}

function missingNode(name: string): MarkedNode {
  return { text: primitiveSpanName('saga', `compensate_${name}`), mark: 'missing', children: [] };
}

/** The step whose compensation a span is. */
function compensated(span: TraceSpan): string | undefined {
  return edge.exec(edgeOf(span) ?? '')?.[1];
}

function requireNames(matcher: string, names: unknown): void {
  if (Array.isArray(names) && names.every((name) => typeof name === 'string' && name !== '')) return;
  invalid(
    matcher,
    `${valueText(names)} is no list of the names of compensated steps, in order: ["charge", "reserve"]`,
  );
}
