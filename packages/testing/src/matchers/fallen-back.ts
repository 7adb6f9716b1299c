import { primitiveSpanName } from '@tta/obs-context';
import { countText } from '../drawing/count-text.ts';
import { listText } from '../drawing/list-text.ts';
import { requireName } from './requirement.ts';
import { type Markup, traceTrees } from '../drawing/trace-text.ts';
import { personalName, type Trace, type TraceSpan } from '../trace.ts';
import { type Verdict, verdict } from './verdict.ts';
import { noneCalled, runsOf, stepsOf } from './named-runs.ts';

const type = 'fallback';

/** Whether a fallback of a name used an alternative: any, or the one that is called `to`. */
export function checkFallenBack(trace: Trace, name: string, to?: string): Verdict {
  const call = { matcher: 'toHaveFallenBack', expected: [name, to] };
  requireName(call.matcher, 'the name of the fallback', name);
  if (to !== undefined) requireName(call.matcher, 'the name of the alternative', to);
  const runs = runsOf(trace, type, name);
  const used = stepsOf(trace, runs, /^fallback_\d+$/);
  const meant = to === undefined ? used : used.filter((span) => personalName(span) === to);
  const pass = meant.length > 0;
  const found = (): string => {
    if (runs.length === 0) return noneCalled(type, name, runsOf(trace, type));
    if (used.length === 0) return `"${name}" used no alternative in ${countText(runs.length, 'run')}.`;
    const called = new Set((pass ? meant : used).map((span) => personalName(span) ?? span.name));
    return `"${name}" fell back to ${listText([...called], ', then ')}${pass ? '' : `, not to ${JSON.stringify(to)}`}.`;
  };
  const markup = (span: TraceSpan): Markup | undefined => {
    if (meant.includes(span)) return { mark: 'unexpected' };
    if (pass) return undefined;
    if (used.includes(span)) return { mark: 'different', notes: [`expected ${JSON.stringify(to)}`] };
    if (used.length > 0 || span !== runs.at(-1)) return undefined;
    const text = `${primitiveSpanName(type, 'fallback_1')}${to === undefined ? '' : ` ${JSON.stringify(to)}`}`;
    return { after: [{ text, mark: 'missing', children: [] }] };
  };
  return verdict(pass, call, found, () => traceTrees(trace, markup), runs.length === 0);
}
