import { countText } from '../drawing/count-text.ts';
import { type Markup, traceTrees } from '../drawing/trace-text.ts';
import type { Trace, TraceSpan } from '../trace.ts';
import { nothingRan, type Verdict, verdict } from './verdict.ts';

/** Whether every span has ended, and the parent of each is one of the spans or in another process. */
export function checkNoOrphans(trace: Trace): Verdict {
  const ids = new Set(trace.spans.map(({ traceId, spanId }) => `${traceId}/${spanId}`));
  const isOrphan = ({ traceId, parentSpanId, hasRemoteParent }: TraceSpan): boolean =>
    parentSpanId !== undefined && !hasRemoteParent && !ids.has(`${traceId}/${parentSpanId}`);
  const isOpen = ({ endMs }: TraceSpan): boolean => endMs === undefined;
  const orphans = trace.spans.filter(isOrphan).length;
  const open = trace.spans.filter(isOpen).length;
  const pass = orphans === 0 && open === 0;
  const isEmpty = trace.spans.length === 0;
  const found = (): string => {
    if (isEmpty) return nothingRan;
    if (pass) return 'Every span has ended, and every parent is in the trace.';
    const problems: string[] = [];
    if (orphans > 0)
      problems.push(
        `${countText(orphans, 'span has a parent that is', 'spans have parents that are')} not in the trace`,
      );
    if (open > 0) problems.push(`${countText(open, 'span has', 'spans have')} not ended`);
    return `${problems.join('; ')}.`;
  };
  const markup = (span: TraceSpan): Markup | undefined => {
    const notes: string[] = [];
    if (isOrphan(span)) notes.push(`its parent ${span.parentSpanId} is not there`);
    if (isOpen(span)) notes.push('it has not ended: is something not awaited?');
    return notes.length > 0 ? { mark: 'different', notes } : undefined;
  };
  return verdict(
    pass,
    { matcher: 'toHaveNoOrphans', expected: [] },
    found,
    () => traceTrees(trace, markup),
    isEmpty,
  );
}
