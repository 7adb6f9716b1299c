import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { fieldTerm } from '@tta/obs-protocol/query';
import type { AiUsage, ExecutionStatus, TraceDocument, TraceSummary } from '@tta/obs-protocol';
import { exactCount, formatCount } from '../format/count.ts';
import { formatDuration } from '../format/duration.ts';
import { useCommands } from '../commands/use-commands.tsx';
import { absoluteTime } from '../format/moment.ts';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { shortId } from '../format/short-id.ts';
import { costSources, formatCost } from '../format/usd.ts';
import { formatRoute } from '../route.ts';
import { CopyButton } from '../shell/copy-button.tsx';
import { failedTone, StatusGlyph } from '../shell/status-badge.tsx';
import { decisiveFailure } from '../tree/failures.ts';
import { rowLabel } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import { rowId } from '../tree/visible-rows.ts';
import { mostTimeSpent } from './time-spent.ts';

const VERDICT: Record<ExecutionStatus, string> = {
  success: 'Succeeded in',
  error: 'Failed after',
  timeout: 'Timed out after',
  cancelled: 'Cancelled after',
  suspended: 'Suspended after',
};

export interface TraceHeaderProps {
  readonly document: TraceDocument;
  readonly tree: SpanTree;
  /** Query of the list that the trace was opened from. */
  readonly listQuery: string;
  readonly onSelect: (spanId: string) => void;
  readonly onPin: () => Promise<void>;
  /** Further buttons beside its name. */
  readonly children: ComponentChildren;
}

/** What the eye meets first: did it succeed, how long, how much, where the time went, what went wrong. */
export function TraceHeader(props: TraceHeaderProps) {
  const { document: trace, tree, onSelect } = props;
  const { summary, services } = trace;
  const cause = useMemo(() => decisiveFailure(tree), [tree]);
  const spent = useMemo(() => mostTimeSpent(tree), [tree]);
  const { sessionId, userId, usage } = summary;
  const name = withoutDirectionMarks(summary.name);
  const serviceNames = services.map(withoutDirectionMarks);
  return (
    <header class="trace-header">
      <div class="trace-title">
        <a
          class="back"
          href={formatRoute({ view: 'traces', query: props.listQuery })}
          aria-label="All traces"
          title="All traces (Esc)"
        >
          ←
        </a>
        <h1 class="clip" title={name}>
          {name === '' ? '(no name)' : name}
        </h1>
        <span class={`verdict status-${summary.status}`}>
          <StatusGlyph status={summary.status} />
          {VERDICT[summary.status]} {formatDuration(summary.durationMs)}
        </span>
        <span class="trace-actions">
          <PinButton summary={summary} onPin={props.onPin} />
          <CopyButton text={() => location.href} what="link to this view" label="copy link" />
          {props.children}
        </span>
      </div>
      {(spent !== undefined || usage !== null) && (
        <p class="trace-sums">
          {spent !== undefined && (
            <button
              class="time-spent"
              title="Of what the duration hangs on, the most: show it"
              onClick={() => onSelect(rowId(tree, spent.row))}
            >
              <strong>{Math.round(spent.share * 100)} %</strong>
              {spent.isWaiting ? 'waiting in' : 'in'}
              <span class="clip">{withoutDirectionMarks(spent.label)}</span>
            </button>
          )}
          {usage !== null && <Usage usage={usage} />}
        </p>
      )}
      <dl class="facts">
        <Fact name="Started">{absoluteTime(summary.startTimeMs)}</Fact>
        <Fact name={services.length === 1 ? 'Service' : 'Services'}>
          <span class="clip" title={serviceNames.join('\n')}>
            {serviceNames.join(', ')}
          </span>
        </Fact>
        <Fact name="Spans">{exactCount(summary.spanCount)}</Fact>
        <Fact name="Failed">
          <span class={failedTone(summary)}>{exactCount(summary.errorCount)}</span>
        </Fact>
        {sessionId !== null && (
          <Fact name="Session">
            <a
              class="clip"
              href={formatRoute({ view: 'traces', query: fieldTerm('session', [sessionId]) })}
              title={`All traces of the session ${withoutDirectionMarks(sessionId)}`}
            >
              {shortId(withoutDirectionMarks(sessionId))}
            </a>
          </Fact>
        )}
        {userId !== null && (
          <Fact name="User">
            <a
              class="clip"
              href={formatRoute({ view: 'traces', query: fieldTerm('user', [userId]) })}
              title={`All traces of ${withoutDirectionMarks(userId)}`}
            >
              {withoutDirectionMarks(userId)}
            </a>
          </Fact>
        )}
        <Fact name="Trace">
          <code title={summary.traceId}>{shortId(summary.traceId)}</code>
          <CopyButton text={summary.traceId} what="the trace id" />
        </Fact>
      </dl>
      {!summary.hasRoot && (
        <p class="trace-mark">
          ▲ Incomplete: the first span has not arrived. Durations and status may change.
        </p>
      )}
      {summary.isPartial && (
        <p class="trace-mark">▲ Partial: earlier spans of this trace were removed because they were old.</p>
      )}
      {cause !== -1 && (
        <button
          class={`cause status-${summary.status}`}
          title="Show the span that decided it"
          onClick={() => onSelect(rowId(tree, cause))}
        >
          <strong>{withoutDirectionMarks(rowLabel(tree, cause))}</strong>
          <span class="clip">{withoutDirectionMarks(causeMessage(tree, cause))}</span>
        </button>
      )}
    </header>
  );
}

function Usage({ usage }: { readonly usage: AiUsage }) {
  const cost = formatCost(usage);
  const tokens = [
    `${exactCount(usage.inputTokens)} tokens in, of them ${exactCount(usage.cacheReadTokens)} from a cache`,
    `${exactCount(usage.outputTokens)} tokens out, of them ${exactCount(usage.reasoningTokens)} to reason`,
    `${exactCount(usage.calls)} calls of models, ${exactCount(usage.errors)} failed`,
  ].join('\n');
  return (
    <>
      {usage.inputTokens + usage.outputTokens > 0 && (
        <span title={tokens}>
          <strong>{formatCount(usage.inputTokens)}</strong> in,{' '}
          <strong>{formatCount(usage.outputTokens)}</strong> out tokens
          {usage.cacheReadTokens > 0 && usage.inputTokens > 0 && (
            <span class="muted">
              {' '}
              ({Math.round((100 * usage.cacheReadTokens) / usage.inputTokens)} % cached)
            </span>
          )}
        </span>
      )}
      {cost !== '' && (
        <span title={costSources(usage)}>
          <strong>{cost}</strong> <span class="muted">{provenance(usage)}</span>
        </span>
      )}
    </>
  );
}

/** Whose word the cost is, where there is one. */
function provenance({ reportedUsd, estimatedUsd, unpricedCount }: AiUsage): string {
  if (reportedUsd + estimatedUsd === 0) return '';
  const whose = reportedUsd === 0 ? 'estimated' : estimatedUsd === 0 ? 'reported' : 'partly estimated';
  return unpricedCount === 0 ? whose : `${whose}, ${unpricedCount} unpriced`;
}

function PinButton({
  summary,
  onPin,
}: {
  readonly summary: TraceSummary;
  readonly onPin: () => Promise<void>;
}) {
  const hasFailed = useSignal(false);
  const pin = async (): Promise<void> => {
    hasFailed.value = await onPin().then(
      () => false,
      () => true,
    );
  };
  useCommands([{ title: 'Pin the trace, or not', group: 'Trace', keys: ['s'], run: () => void pin() }]);
  return (
    <button
      aria-pressed={summary.isPinned}
      title={
        summary.isPinned
          ? 'Pinned: kept from removal by age and number (s)'
          : 'Keep it from removal by age and number (s)'
      }
      onClick={() => void pin()}
    >
      {hasFailed.value ? 'not pinned: try again' : summary.isPinned ? '◆ pinned' : '◇ pin'}
    </button>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function causeMessage(tree: SpanTree, row: number): string {
  const { statusMessage } = tree.spans;
  return (
    statusMessage[tree.inner[row] as number] ??
    statusMessage[tree.outer[row] as number] ??
    'failed without a message'
  );
}
