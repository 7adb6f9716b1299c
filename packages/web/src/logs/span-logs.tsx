import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { TraceDocument } from '@tta/obs-protocol';
import { groupAttributes } from '../details/attribute-groups.ts';
import type { AttributeEntry } from '../details/attribute-groups.ts';
import { EntryList } from '../details/entry-list.tsx';
import { formatDuration } from '../format/duration.ts';
import { absoluteTime } from '../format/moment.ts';
import { spansBeside } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import { LogLevelMark } from './log-level-mark.tsx';
import { LogLineText } from './log-line-text.tsx';
import { logRows, messageText } from './log-rows.ts';
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
  const { summary } = trace;
  const spanIds = spansBeside(tree, spanId);
  useEffect(() => logs.open(summary.traceId, spanIds), [summary.traceId, spanIds.join()]);
  useEffect(() => () => logs.close(), []);
  const { records, hasMore, hasFailed } = logs.loaded.value;
  const rows = useMemo(() => logRows(records, summary, tree), [records, summary, tree]);
  if (rows.length === 0 && !hasFailed) return null;
  return (
    <section class="span-logs">
      <h3>Logs</h3>
      {rows.map((row) => (
        <SpanLogLine key={row.record.id} row={row} />
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

/** What came with the line is drawn when it is opened: it may be long, and there are many lines. */
function SpanLogLine({ row }: { readonly row: LogRow }) {
  const isOpen = useSignal(false);
  return (
    <details onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
      <summary>
        <LogLevelMark level={row.level} text={row.levelText} /> <LogLineText row={row} />{' '}
        <span class="muted">at {offsetText(row.offsetMs)}</span>
      </summary>
      {isOpen.value && <EntryList entries={entriesOf(row)} />}
    </details>
  );
}

function offsetText(offsetMs: number): string {
  return offsetMs < 0 ? `-${formatDuration(-offsetMs)}` : formatDuration(offsetMs);
}

function entriesOf({ record, message }: LogRow): readonly AttributeEntry[] {
  const whole = messageText(record);
  return [
    ...(whole === message ? [] : [{ key: 'message', text: whole }]),
    ...groupAttributes(record.attributes).flatMap((group) => group.entries),
    ...(record.eventName === null ? [] : [{ key: 'event', text: record.eventName }]),
    ...(record.scope.name === '' ? [] : [{ key: 'logger', text: record.scope.name }]),
    { key: 'service', text: record.serviceName },
    { key: 'time', text: absoluteTime(Number(record.timeUnixNano) / 1e6) },
  ];
}
