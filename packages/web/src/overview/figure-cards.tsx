import type { AiUsage, MetricsSummary } from '@tta/obs-protocol';
import { clockTime } from '../format/clock-time.ts';
import { countOf, exactCount, formatCount } from '../format/count.ts';
import { formatDuration } from '../format/duration.ts';
import { formatPercent } from '../format/percent.ts';
import { costSources, formatCost, formatUsd } from '../format/usd.ts';
import { formatRoute } from '../route.ts';
import type { TimeWindow } from '../time-window.ts';
import { relativeChange, shareChange } from './change.ts';
import type { Change } from './change.ts';
import { runQuery } from './trace-queries.ts';
import { lengthText } from './window-choice.tsx';
import { isOfWholeHours } from './window-figures.ts';
import type { WindowFigures } from './window-figures.ts';

interface CardsProps {
  readonly figures: WindowFigures;
  readonly window: TimeWindow;
  readonly service: string | undefined;
}

/** What somebody wants to know first, each against the window before. */
export function FigureCards({ figures, window, service }: CardsProps) {
  const { now, before, usage, usageBefore } = figures;
  const of = (options?: Parameters<typeof runQuery>[2]): string =>
    formatRoute({ view: 'traces', query: runQuery(window, service, options) });
  const nothingBefore = { text: 'nothing before', title: `No traces in the ${lengthText(window)} before` };
  const usageNote = isOfWholeHours(window)
    ? nothingBefore
    : {
        text: `since ${clockTime(usage.sinceMs)}`,
        title: 'Tokens and costs are summed up in whole hours, which are more than this window',
      };
  const { total } = usage;
  const tokens = tokensOf(total);
  return (
    <dl class="figure-cards">
      <Card
        label="Traces"
        figure={formatCount(now.traceCount)}
        title={exactCount(now.traceCount)}
        href={of()}
        change={relativeChange(now.traceCount, before.traceCount, formatCount)}
        note={nothingBefore}
      />
      <Card
        label="Error rate"
        figure={now.traceCount === 0 ? '–' : formatPercent(now.errorCount / now.traceCount)}
        detail={`${formatCount(now.errorCount)} failed`}
        isBad={now.errorCount > 0}
        {...(now.errorCount > 0 && { href: of({ isFailed: true }) })}
        change={shareChange(errorShare(now), errorShare(before))}
        note={nothingBefore}
      />
      <Card
        label="p95"
        figure={durationOf(now.p95Ms)}
        detail={`p50 ${durationOf(now.p50Ms)} · p99 ${durationOf(now.p99Ms)}`}
        {...(now.p95Ms !== null && { href: of({ fromMs: now.p95Ms }) })}
        change={relativeChange(now.p95Ms, before.p95Ms, formatDuration)}
        note={nothingBefore}
      />
      <Card
        label="Tokens"
        figure={formatCount(tokens)}
        title={`${exactCount(total.inputTokens)} in, ${exactCount(total.outputTokens)} out, ${exactCount(total.cacheReadTokens)} of those in from a cache`}
        detail={
          tokens === 0
            ? countOf(total.calls, 'model call', 'model calls')
            : `${formatCount(total.inputTokens)} in · ${formatCount(total.outputTokens)} out · ${formatCount(total.cacheReadTokens)} cached`
        }
        change={usageBefore === null ? undefined : relativeChange(tokens, tokensOf(usageBefore), formatCount)}
        note={usageNote}
      />
      <Card
        label="Cost"
        figure={formatCost(total) || '$0'}
        detail={costSources(total)}
        change={
          usageBefore === null ? undefined : relativeChange(usdOf(total), usdOf(usageBefore), formatUsd)
        }
        note={usageNote}
      />
      <Card
        label="Active now"
        figure={formatCount(now.activeCount)}
        title="Runs of which something came within the last 30 seconds, but not yet their end"
        detail={activeText(now.activeCount)}
        isLive={now.activeCount > 0}
      />
    </dl>
  );
}

interface CardProps {
  readonly label: string;
  readonly figure: string;
  /** The figure in all its digits. */
  readonly title?: string;
  /** What it is made of. */
  readonly detail?: string;
  /** The traces that it is of. */
  readonly href?: string;
  readonly change?: Change | undefined;
  /** Stands in place of a change that cannot be told. */
  readonly note?: { readonly text: string; readonly title: string };
  readonly isBad?: boolean;
  readonly isLive?: boolean;
}

function Card({ label, figure, title, detail, href, change, note, isBad, isLive }: CardProps) {
  return (
    <div class="figure-card">
      <dt>{label}</dt>
      <dd>
        <span class={`figure${isBad === true ? ' is-bad' : ''}`} title={title}>
          {isBad === true && (
            <svg class="glyph" viewBox="0 0 16 16" aria-hidden="true">
              <path d="M4 4l8 8M12 4l-8 8" />
            </svg>
          )}
          {isLive === true && <i class="pulse" aria-hidden="true" />}
          {href === undefined ? figure : <a href={href}>{figure}</a>}
        </span>
        {detail !== undefined && detail !== '' && <span class="figure-detail">{detail}</span>}
        {change === undefined ? (
          note !== undefined && (
            <span class="figure-detail" title={note.title}>
              {note.text}
            </span>
          )
        ) : (
          <ChangeText change={change} />
        )}
      </dd>
    </div>
  );
}

const ARROWS = { up: 'M8 12.5v-9M4.5 7L8 3.500 11.500 7', down: 'M8 3.500v9M4.500 9L8 12.500 11.500 9' };

function ChangeText({ change: { direction, text } }: { readonly change: Change }) {
  return (
    <span class="figure-detail">
      {direction !== 'same' && (
        <svg class="glyph" viewBox="0 0 16 16" role="img" aria-label={direction}>
          <path d={ARROWS[direction]} />
        </svg>
      )}
      {text}
    </span>
  );
}

function errorShare({ traceCount, errorCount }: MetricsSummary): number | null {
  return traceCount === 0 ? null : errorCount / traceCount;
}

function durationOf(ms: number | null): string {
  return ms === null ? '–' : formatDuration(ms);
}

function activeText(count: number): string {
  if (count === 0) return 'no run is under way';
  return count === 1 ? 'run has not ended yet' : 'runs have not ended yet';
}

function tokensOf({ inputTokens, outputTokens }: AiUsage): number {
  return inputTokens + outputTokens;
}

function usdOf({ reportedUsd, estimatedUsd }: AiUsage): number {
  return reportedUsd + estimatedUsd;
}
