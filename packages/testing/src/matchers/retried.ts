import { primitiveSpanName } from '@tta/obs-context';
import { countText } from '../drawing/count-text.ts';
import type { MarkedNode } from '../drawing/marked-tree.ts';
import { requireName, requireTimes } from './requirement.ts';
import { type Markup, traceTrees } from '../drawing/trace-text.ts';
import type { Trace, TraceSpan } from '../trace.ts';
import { type Verdict, verdict } from './verdict.ts';
import { noneCalled, runsOf, stepsOf } from './named-runs.ts';

const type = 'retry';
/** Attempts after the first. */
const repeatEdge = /^attempt_(?!1$)\d+$/;
/** Most lines for attempts that are missing: how many there are, the sentence says. */
const missingLimit = 3;

/** Whether the retries of a name repeated their step: so often in all their runs together, or at least once. */
export function checkRetried(trace: Trace, name: string, times?: number): Verdict {
  const call = { matcher: 'toHaveRetried', expected: [name, times] };
  requireName(call.matcher, 'the name of the retry', name);
  requireTimes(call.matcher, times);
  const runs = runsOf(trace, type, name);
  const repeats = stepsOf(trace, runs, repeatEdge);
  const pass = runs.length > 0 && (times === undefined ? repeats.length > 0 : repeats.length === times);
  const found = (): string => {
    if (runs.length === 0) return noneCalled(type, name, runsOf(trace, type));
    const inRuns = runs.length === 1 ? '' : ` in ${runs.length} runs`;
    const instead = pass || times === undefined ? '' : `, not ${times}`;
    return `"${name}" repeated its step ${countText(repeats.length, 'time')}${inRuns}${instead}.`;
  };
  const tooMany = new Set(pass ? repeats : repeats.slice(times ?? 0));
  const markup = (span: TraceSpan): Markup | undefined => {
    if (tooMany.has(span)) return { mark: 'unexpected' };
    const isShort = !pass && tooMany.size === 0 && span === runs.at(-1);
    return isShort ? { after: missing(trace, span, (times ?? 1) - repeats.length) } : undefined;
  };
  return verdict(pass, call, found, () => traceTrees(trace, markup), runs.length === 0);
}

/** The attempts that a run would have had as well. */
function missing(trace: Trace, run: TraceSpan, count: number): readonly MarkedNode[] {
  const next = stepsOf(trace, [run], /^attempt_/).length + 1;
  return Array.from({ length: Math.min(count, missingLimit) }, (_, index) => ({
    text: primitiveSpanName(type, `attempt_${next + index}`),
    mark: 'missing',
    children: [],
  }));
}
