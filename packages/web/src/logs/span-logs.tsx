import { useEffect, useMemo } from 'preact/hooks';
import type { TraceDocument } from '@tta/obs-protocol';
import { groupAttributes } from '../details/attribute-groups.ts';
import type { AttributeEntry } from '../details/attribute-groups.ts';
import { EntryList } from '../details/entry-list.tsx';
import { formatDuration } from '../format/duration.ts';
import { absoluteTime } from '../format/moment.ts';
import { spansBeside } from '../trace/span-tree.ts';
import type { SpanTree } from '../trace/span-tree.ts';
import { LogLevelMark } from './log-level-mark.tsx';
import { logRows } from './log-rows.ts';
import type { LogRow } from './log-rows.ts';
import { LogsFailed } from './logs-failed.tsx';
import type { TraceLogs } from './trace-logs.ts';

export interface SpanLogsProps {
  readonly logs: TraceLogs;
  readonly trace: TraceDocument;
  readonly tree: SpanTree;
  readonly spanId: string;
}

/** What was logged in one span: each message whole, and all that came with it when it is opened. */
export function SpanLogs({ logs, trace, tree, spanId }: SpanLogsProps) {
  const { traceId, startTimeMs } = trace.summary;
  const spanIds = spansBeside(tree, spanId);
  useEffect(() => logs.open(traceId, spanIds), [traceId, spanIds.join()]);
  useEffect(() => () => logs.close(), []);
  const { records, hasMore, hasFailed } = logs.loaded.value;
  const rows = useMemo(() => logRows(records, startTimeMs, tree), [records, startTimeMs, tree]);
  if (rows.length === 0 && !hasFailed) return null;
  return (
    <section class="span-logs">
      <h3>Logs</h3>
      {rows.map((row) => (
        <details key={row.record.id}>
          <summary>
            <LogLevelMark level={row.level} text={row.levelText} /> {row.message}{' '}
            <span class="muted">at {offsetText(row.offsetMs)}</span>
          </summary>
          <EntryList entries={entriesOf(row)} />
        </details>
      ))}
      {hasMore && (
        <p>
          first {rows.length.toLocaleString('en')} lines{' '}
          <button class="logs-more" onClick={() => logs.showMore()}>
            show more
          </button>
        </p>
      )}
      {hasFailed && <LogsFailed onRetry={() => logs.reload()} />}
    </section>
  );
}

function offsetText(offsetMs: number): string {
  return offsetMs < 0 ? `-${formatDuration(-offsetMs)}` : formatDuration(offsetMs);
}

function entriesOf({ record }: LogRow): readonly AttributeEntry[] {
  return [
    ...groupAttributes(record.attributes).flatMap((group) => group.entries),
    ...(record.eventName === null ? [] : [{ key: 'event', text: record.eventName }]),
    ...(record.scope.name === '' ? [] : [{ key: 'logger', text: record.scope.name }]),
    { key: 'time', text: absoluteTime(Number(record.timeUnixNano) / 1e6) },
  ];
}
