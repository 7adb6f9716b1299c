import { groupAttributes } from '../details/attribute-groups.ts';
import type { AttributeEntry } from '../details/attribute-groups.ts';
import { EntryList } from '../details/entry-list.tsx';
import { formatDuration } from '../format/duration.ts';
import { absoluteTime } from '../format/moment.ts';
import { LogLevelMark } from './log-level-mark.tsx';
import type { LogRow } from './log-rows.ts';

/** What was logged in one span: each message whole, and all that came with it when it is opened. */
export function SpanLogs({ rows }: { readonly rows: readonly LogRow[] }) {
  if (rows.length === 0) return null;
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
