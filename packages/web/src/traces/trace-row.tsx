import type { AiUsage, TraceSummary } from '@tta/obs-protocol';
import { fieldTerm } from '@tta/obs-protocol/query';
import { exactCount, formatCount } from '../format/count.ts';
import { formatDuration, inUnit, SECONDS } from '../format/duration.ts';
import { absoluteTime, relativeTime } from '../format/moment.ts';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { shortId } from '../format/short-id.ts';
import { costSources, formatCost } from '../format/usd.ts';
import { formatRoute } from '../route.ts';
import { failedTone, StatusBadge } from '../shell/status-badge.tsx';
import type { TraceRow } from './trace-rows.ts';

export interface TraceRowProps {
  readonly row: TraceRow;
  readonly index: number;
  readonly topPx: number;
  readonly isActive: boolean;
  readonly nowMs: number;
  /** The longest of the rows in sight. */
  readonly longestMs: number;
  readonly onOpen: () => void;
  readonly onPin: () => void;
}

export function TraceRowLine({
  row,
  index,
  topPx,
  isActive,
  nowMs,
  longestMs,
  onOpen,
  onPin,
}: TraceRowProps) {
  const { trace, isGone } = row;
  const onClick = (event: MouseEvent): void => {
    // The link keeps what a browser does with a modifier; everywhere else in the row a click opens the trace.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    onOpen();
  };
  return (
    <div
      id={`trace-${trace.traceId}`}
      class={`trace-row ${isActive ? 'is-active' : ''} ${isGone ? 'is-gone' : ''}`}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={isActive}
      data-trace-id={trace.traceId}
      style={{ transform: `translateY(${topPx}px)` }}
      onClick={onClick}
    >
      <span role="gridcell" class="col-status">
        <StatusBadge status={trace.status} />
      </span>
      <span role="gridcell" class="col-name clip" title={trace.name}>
        <a href={formatRoute({ view: 'trace', traceId: trace.traceId })} tabIndex={-1}>
          {trace.name.trim() === '' ? '(no name)' : withoutDirectionMarks(trace.name)}
        </a>
        {isGone && (
          <em title="It has changed, and the query does not find it any more"> · no longer found</em>
        )}
        {!trace.hasRoot && <em title="The first span of this trace has not arrived yet"> · root missing</em>}
        {trace.isPartial && <em title="Earlier spans of this trace were removed"> · partial</em>}
      </span>
      <span role="gridcell" class="col-service clip" title={trace.serviceName}>
        {withoutDirectionMarks(trace.serviceName)}
      </span>
      <span role="gridcell" class="col-started muted" title={absoluteTime(trace.startTimeMs)}>
        {relativeTime(trace.startTimeMs, nowMs)}
      </span>
      <span role="gridcell" class="col-duration num" title={formatDuration(trace.durationMs)}>
        <i class="duration-bar" aria-hidden="true">
          <i style={{ width: `${barPercent(trace.durationMs, longestMs)}%` }} />
        </i>
        {inUnit(trace.durationMs, SECONDS)}
        <i class="unit"> s</i>
      </span>
      <span role="gridcell" class="col-spans num">
        {trace.spanCount}
      </span>
      <span role="gridcell" class={`col-failed num ${failedTone(trace)}`}>
        {trace.errorCount}
        <i class="unit"> failed</i>
      </span>
      <UsageCells trace={trace} />
      <SessionCell sessionId={trace.sessionId} />
      <span role="gridcell" class="col-pin">
        <button
          type="button"
          class={trace.isPinned ? 'pin is-pinned' : 'pin'}
          tabIndex={-1}
          aria-pressed={trace.isPinned}
          aria-label={trace.isPinned ? 'Pinned: unpin' : 'Pin'}
          title={
            trace.isPinned ? 'Pinned: kept from removal. Unpin (s)' : 'Pin: keep it from removal by age (s)'
          }
          onClick={(event) => {
            event.stopPropagation();
            onPin();
          }}
        >
          <svg class="glyph" viewBox="0 0 16 16" aria-hidden="true">
            <path d="M5.500 2.500h5l-.7 4.500 2.200 2.500h-8L6.200 7zM8 9.500V14" />
          </svg>
        </button>
      </span>
    </div>
  );
}

/** Rows that are about to come into sight may be longer than all that are. */
function barPercent(durationMs: number, longestMs: number): number {
  return longestMs === 0 ? 0 : Math.min(100, (100 * durationMs) / longestMs);
}

function UsageCells({ trace: { usage } }: { readonly trace: TraceSummary }) {
  const tokens = usage === null ? 0 : usage.inputTokens + usage.outputTokens;
  return (
    <>
      <span role="gridcell" class="col-tokens num" title={usage === null ? undefined : tokensTitle(usage)}>
        {usage === null ? '' : formatCount(tokens)}
      </span>
      <span role="gridcell" class="col-cost num" title={usage === null ? undefined : costSources(usage)}>
        {usage === null ? '' : formatCost(usage)}
      </span>
    </>
  );
}

function tokensTitle({ inputTokens, outputTokens, cacheReadTokens }: AiUsage): string {
  const cached = cacheReadTokens === 0 ? '' : `, ${exactCount(cacheReadTokens)} of them from a cache`;
  return `${exactCount(inputTokens)} tokens in${cached}, ${exactCount(outputTokens)} out`;
}

function SessionCell({ sessionId }: { readonly sessionId: string | null }) {
  return (
    <span role="gridcell" class="col-session clip" title={sessionId ?? undefined}>
      {sessionId !== null && (
        <a
          href={formatRoute({ view: 'traces', query: fieldTerm('session', [sessionId]) })}
          tabIndex={-1}
          aria-label={`All traces of session ${sessionId}`}
          onClick={(event) => event.stopPropagation()}
        >
          {withoutDirectionMarks(shortId(sessionId))}
        </a>
      )}
    </span>
  );
}
