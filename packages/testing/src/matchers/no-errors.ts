import { countText } from '../drawing/count-text.ts';
import { listText } from '../drawing/list-text.ts';
import { traceTrees } from '../drawing/trace-text.ts';
import { personalName, type Trace, type TraceSpan } from '../trace.ts';
import { nothingRan, type Verdict, verdict } from './verdict.ts';

/** Whether no span failed, also none whose failure a retry or a fallback answered. */
export function checkNoErrors(trace: Trace): Verdict {
  const failed = trace.spans.filter((span) => span.failed);
  const pass = failed.length === 0;
  const isEmpty = trace.spans.length === 0;
  const found = (): string => {
    if (isEmpty) return nothingRan;
    if (pass) return 'No span failed.';
    const names = new Set(origins(failed).map((span) => personalName(span) ?? span.name));
    return `${countText(failed.length, 'span')} failed, beginning with ${listText([...names])}.`;
  };
  const markup = (span: TraceSpan) => (span.failed ? ({ mark: 'different' } as const) : undefined);
  return verdict(
    pass,
    { matcher: 'toHaveNoErrors', expected: [] },
    found,
    () => traceTrees(trace, markup),
    isEmpty,
  );
}

/** The spans in which failures arose: what is around them failed because of them. */
function origins(failed: readonly TraceSpan[]): readonly TraceSpan[] {
  const around = new Set(failed.map(({ parentSpanId }) => parentSpanId));
  return failed.filter(({ spanId }) => !around.has(spanId));
}
