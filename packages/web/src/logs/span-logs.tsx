import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { TraceDocument } from '@tta/obs-protocol';
import { AttributeList } from '../details/attribute-list.tsx';
import { Dropped } from '../details/dropped.tsx';
import { Section } from '../details/section.tsx';
import { formatDuration } from '../format/duration.ts';
import { formatRoute } from '../route.ts';
import { rowOfSpan, spansBeside } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import type { Viewer } from '../viewer.ts';
import { LevelSelect } from './level-select.tsx';
import { logEntries } from './log-entries.ts';
import { LogLevelMark } from './log-level-mark.tsx';
import { LogLineText } from './log-line-text.tsx';
import { logRows } from './log-rows.ts';
import type { LogRow } from './log-rows.ts';
import { LogsFailed } from './logs-failed.tsx';

export interface SpanLogsProps {
  readonly viewer: Viewer;
  readonly trace: TraceDocument;
  readonly tree: SpanTree;
  readonly spanId: string;
}

/** The service tells the lines of so many spans at once. */
const MOST_SPANS = 10;

/** What was logged in one span: each message whole, and all that came with it when it is opened. */
export function SpanLogs({ viewer, trace, tree, spanId }: SpanLogsProps) {
  const { spanLogs: logs } = viewer;
  const { summary } = trace;
  const minSeverity = useSignal<number | undefined>(undefined);
  const isWithChildren = useSignal(false);
  const below = spansBelow(tree, spanId);
  const spanIds = isWithChildren.value ? below : spansBeside(tree, spanId);
  useEffect(
    () => logs.open(summary.traceId, { spanIds, minSeverity: minSeverity.value }),
    [summary.traceId, spanIds.join(), minSeverity.value],
  );
  useEffect(() => () => logs.close(), []);
  const { records, hasMore, hasFailed, isLoading } = logs.loaded.value;
  const rows = useMemo(() => logRows(records, summary, tree), [records, summary, tree]);
  const isNarrowed = minSeverity.value !== undefined;
  const canWiden = below.length > spanIds.length || isWithChildren.value;
  // A span that holds others together seldom logs anything itself.
  const hasBelow =
    canWiden && viewer.logs.loaded.value.records.some((record) => below.includes(record.spanId ?? ''));
  if (rows.length === 0 && !hasFailed && !isNarrowed && !hasBelow) return null;
  return (
    <Section title="Logs" count={hasMore ? `first ${rows.length.toLocaleString('en')} lines` : rows.length}>
      <div class="span-logs">
        <div class="span-logs-bar">
          <LevelSelect minSeverity={minSeverity.value} onChoose={(chosen) => (minSeverity.value = chosen)} />
          {canWiden && (
            <label class="logs-option">
              <input
                type="checkbox"
                checked={isWithChildren.value}
                onChange={(event) => (isWithChildren.value = event.currentTarget.checked)}
              />
              Also within its children
            </label>
          )}
        </div>
        {rows.map((row) => (
          <SpanLogLine key={row.record.id} row={row} />
        ))}
        {rows.length === 0 && !hasFailed && !isLoading && (
          <p class="muted">{isNarrowed ? 'No line of this level.' : 'Nothing in the span itself.'}</p>
        )}
        {hasMore && (
          <p>
            <button type="button" class="link-button" onClick={() => logs.showMore()}>
              show more
            </button>{' '}
            <a href={formatRoute({ view: 'trace', traceId: summary.traceId, part: 'logs', spanId })}>
              in the logs of the trace
            </a>
          </p>
        )}
        {hasFailed && <LogsFailed onRetry={() => logs.reload()} />}
      </div>
    </Section>
  );
}

/** A span and all below it, as long as they are few; else the span alone. */
function spansBelow(tree: SpanTree, spanId: string): readonly string[] {
  const row = rowOfSpan(tree, spanId);
  if (row === -1) return [spanId];
  const found = new Set<number>();
  for (let at = row; at < (tree.end[row] as number) && found.size <= MOST_SPANS; at++)
    found.add(tree.outer[at] as number).add(tree.inner[at] as number);
  return found.size > MOST_SPANS
    ? spansBeside(tree, spanId)
    : [...found].map((span) => tree.spans.spanId[span] as string);
}

/** What came with the line is drawn when it is opened: it may be long, and there are many lines. */
function SpanLogLine({ row }: { readonly row: LogRow }) {
  const isOpen = useSignal(false);
  return (
    <details onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
      <summary>
        <LogLevelMark level={row.level} text={row.levelText} /> <LogLineText row={row} />{' '}
        <span class="muted">at {offsetText(row.offsetMs)}</span>
      </summary>
      {isOpen.value && (
        <>
          <AttributeList entries={logEntries(row)} />
          <Dropped count={row.record.droppedAttributesCount} one="attribute" many="attributes" />
        </>
      )}
    </details>
  );
}

function offsetText(offsetMs: number): string {
  return offsetMs < 0 ? `-${formatDuration(-offsetMs)}` : formatDuration(offsetMs);
}
