import { useSignal } from '@preact/signals';
import { Fragment } from 'preact';
import { useRef } from 'preact/hooks';
import { inUnit, unitFor } from '../format/duration.ts';
import { useVirtualRows } from '../shell/use-virtual-rows.tsx';
import { LogsFailed } from './logs-failed.tsx';
import { LogLevelMark } from './log-level-mark.tsx';
import { LogLineText } from './log-line-text.tsx';
import type { LogRow } from './log-rows.ts';
import type { TraceLogs } from './trace-logs.ts';

const ROW_PX = 24;

export interface LogsPartProps {
  readonly logs: TraceLogs;
  readonly rows: readonly LogRow[];
  /** Row of the waterfall that is selected; -1 when none is. */
  readonly selectedRow: number;
  /** Selects a row of the waterfall. */
  readonly onSelect: (row: number) => void;
}

/** What was logged in the trace, a line each, in order of time. */
export function LogsPart({ logs, rows, selectedRow, onSelect }: LogsPartProps) {
  const { hasMore, hasFailed } = logs.loaded.value;
  const scroller = useRef<HTMLUListElement>(null);
  const isOpen = useSignal(true);
  const virtual = useVirtualRows(scroller, { count: rows.length, rowHeightPx: ROW_PX, overscan: 8 });
  const unit = unitFor(Math.max(...[rows[0], rows.at(-1)].map((row) => Math.abs(row?.offsetMs ?? 0))));
  return (
    <section class="logs" aria-label="Logs">
      <div class="logs-head">
        <button
          class="logs-toggle"
          aria-expanded={isOpen.value}
          onClick={() => (isOpen.value = !isOpen.value)}
        >
          <i class={isOpen.value ? 'twisty is-open' : 'twisty'} aria-hidden="true" />
          Logs
        </button>
        <span class="muted">
          {hasMore && 'first '}
          {rows.length === 1 ? '1 line' : `${rows.length.toLocaleString('en')} lines`}
        </span>
        {hasMore && (
          <button class="logs-more" onClick={() => logs.showMore()}>
            show more
          </button>
        )}
        {hasFailed && <LogsFailed onRetry={() => logs.reload()} />}
        <span class="muted logs-unit">{unit.name} after the start</span>
      </div>
      <ul class="logs-scroll" ref={scroller} hidden={!isOpen.value}>
        <div class="logs-rows" role="presentation" style={{ height: `${virtual.totalPx}px` }}>
          {rows.slice(virtual.first, virtual.last + 1).map((row, index) => (
            <li
              key={row.record.id}
              class={row.row !== -1 && row.row === selectedRow ? 'is-active' : ''}
              style={{ transform: `translateY(${(virtual.first + index) * ROW_PX}px)` }}
            >
              <button class="log-line" disabled={row.row === -1} onClick={() => onSelect(row.row)}>
                <span class="num">{inUnit(row.offsetMs, unit)}</span>
                <LogLevelMark level={row.level} text={row.levelText} />
                <span class="clip" title={tooltip(row)}>
                  <LogLineText row={row} /> <span class="muted">{row.fields.map(fieldText)}</span>
                </span>
              </button>
            </li>
          ))}
        </div>
      </ul>
    </section>
  );
}

function fieldText([key, value]: LogRow['fields'][number], index: number) {
  return (
    <Fragment key={key}>
      {index > 0 && '  '}
      <bdi>{key}</bdi>=<bdi>{value}</bdi>
    </Fragment>
  );
}

function tooltip({ message, fields }: LogRow): string {
  return [message, ...fields.map(([key, value]) => `${key}=${value}`)].join('\n').trim();
}
