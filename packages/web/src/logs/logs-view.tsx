import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { useCommands } from '../commands/use-commands.tsx';
import { unitFor } from '../format/duration.ts';
import { Loading, Notice } from '../shell/notice.tsx';
import type { TracePartProps } from '../trace/trace-part.ts';
import { rowOfSpan, spansBeside } from '../tree/span-tree.ts';
import { findLines, neighbouringLine } from './log-find.ts';
import { LogLine } from './log-line.tsx';
import { logRows } from './log-rows.ts';
import { LogsBar } from './logs-bar.tsx';
import { NoLogs } from './no-logs.tsx';
import { useVirtualLines } from './use-virtual-lines.tsx';

const LINE_PX = 24;
/** So many lines before the end more are loaded. */
const LOAD_AHEAD = 50;
const WRAP = 'obs.logs.wrap';
const NO_RECORD = -1;

/** What was logged in the trace, a line each, in order of time. */
export function LogsView({ viewer, document: trace, tree, route, onSelect, onAdjust }: TracePartProps) {
  const { spanId, find = '' } = route;
  const { summary } = trace;
  const isWrapped = useSignal(localStorage.getItem(WRAP) === 'on');
  const isOnlySpan = useSignal(false);
  const minSeverity = useSignal<number | undefined>(undefined);
  const isNarrowed = minSeverity.value !== undefined || (isOnlySpan.value && spanId !== undefined);
  const logs = isNarrowed ? viewer.narrowedLogs : viewer.logs;
  const { records, hasMore, hasFailed, isLoading } = logs.loaded.value;
  const rows = useMemo(() => logRows(records, summary, tree), [records, summary, tree]);
  const keys = useMemo(() => rows.map(({ record }) => record.id), [rows]);
  const found = useMemo(() => findLines(rows, find), [rows, find]);
  const unit = unitFor(Math.max(...[rows[0], rows.at(-1)].map((row) => Math.abs(row?.offsetMs ?? 0))));
  const selectedRow = spanId === undefined ? -1 : rowOfSpan(tree, spanId);

  const activeId = useSignal<number | undefined>(undefined);
  const opened = useSignal<ReadonlySet<number>>(new Set());
  const scroller = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const isFocusing = useRef(false);
  const virtual = useVirtualLines(scroller, keys, LINE_PX);
  // Read when a key is pressed: several may come before the page is drawn again.
  const activeIndex = (): number => keys.indexOf(activeId.peek() ?? NO_RECORD);
  const active = keys.indexOf(activeId.value ?? NO_RECORD);

  useEffect(() => {
    const { narrowedLogs } = viewer;
    const spanIds = isOnlySpan.value && spanId !== undefined ? spansBeside(tree, spanId) : [];
    if (isNarrowed) narrowedLogs.open(summary.traceId, { spanIds, minSeverity: minSeverity.value });
    else narrowedLogs.close();
  }, [summary.traceId, isNarrowed, isOnlySpan.value, minSeverity.value, spanId]);
  useEffect(() => () => viewer.narrowedLogs.close(), []);
  useEffect(() => {
    if (hasMore && !hasFailed && (virtual.lines.at(-1)?.index ?? 0) >= rows.length - LOAD_AHEAD)
      logs.showMore();
  });
  useLayoutEffect(() => {
    if (!isFocusing.current) return;
    const line = scroller.current?.querySelector<HTMLElement>('[aria-current="true"] .log-line');
    if (line === null || line === undefined) return;
    isFocusing.current = false;
    line.focus({ preventScroll: true });
  });

  const goTo = (index: number): void => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row === undefined) return;
    activeId.value = row.record.id;
    isFocusing.current = document.activeElement !== input.current;
    virtual.show(rows.indexOf(row));
  };
  const goToFound = (step: 1 | -1): void => {
    const next = neighbouringLine(found, activeIndex(), step);
    if (next !== -1) goTo(next);
  };
  const toggle = (id: number): void => {
    const next = new Set(opened.value);
    if (!next.delete(id)) next.add(id);
    opened.value = next;
  };
  const choose = (index: number): void => {
    const row = rows[index];
    if (row === undefined) return;
    activeId.value = row.record.id;
    if (row.row === -1) toggle(row.record.id);
    else onSelect(row.record.spanId ?? undefined);
  };
  const wrap = (): void => {
    isWrapped.value = !isWrapped.value;
    try {
      localStorage.setItem(WRAP, isWrapped.value ? 'on' : 'off');
    } catch {
      // Forbidden storage only means that it is forgotten.
    }
  };
  const toggleActive = (): void => {
    const id = activeId.peek();
    if (id !== undefined) toggle(id);
  };
  useCommands([
    { title: 'Next line', group: 'Trace', keys: ['j', 'ArrowDown'], run: () => goTo(activeIndex() + 1) },
    { title: 'Previous line', group: 'Trace', keys: ['k', 'ArrowUp'], run: () => goTo(activeIndex() - 1) },
    { title: 'First line', group: 'Trace', keys: ['Home'], run: () => goTo(0) },
    { title: 'Last line', group: 'Trace', keys: ['End'], run: () => goTo(rows.length - 1) },
    {
      title: 'Select the span of the line',
      group: 'Trace',
      keys: ['Enter'],
      run: () => choose(activeIndex()),
    },
    { title: 'Open or close the line', group: 'Trace', keys: ['o'], run: toggleActive },
    { title: 'Wrap long lines', group: 'Trace', keys: ['w'], run: wrap },
    { title: 'Find in the logs', group: 'Trace', keys: ['/'], run: () => input.current?.select() },
    { title: 'Next find', group: 'Trace', keys: ['n'], run: () => goToFound(1) },
    { title: 'Previous find', group: 'Trace', keys: ['N'], run: () => goToFound(-1) },
  ]);

  return (
    <section class="logs" aria-label="Logs">
      {(rows.length > 0 || isNarrowed) && (
        <LogsBar
          input={input}
          find={find}
          foundCount={found.length}
          foundAt={found.indexOf(active)}
          lineCount={rows.length}
          hasMore={hasMore}
          unit={unit}
          minSeverity={minSeverity.value}
          isOnlySpan={isOnlySpan.value}
          hasSpan={spanId !== undefined}
          isWrapped={isWrapped.value}
          onFind={(text) => onAdjust({ find: text === '' ? undefined : text } as Partial<typeof route>)}
          onStep={goToFound}
          onLevel={(chosen) => (minSeverity.value = chosen)}
          onOnlySpan={(isOnly) => (isOnlySpan.value = isOnly)}
          onWrap={wrap}
        />
      )}
      {rows.length > 0 && (
        <div class={isWrapped.value ? 'logs-scroll is-wrapped' : 'logs-scroll'} ref={scroller} tabIndex={-1}>
          <ol class="logs-rows" style={{ height: `${virtual.totalPx}px` }}>
            {virtual.lines.map(({ index, startPx }) => {
              const row = rows[index]!;
              return (
                <LogLine
                  key={row.record.id}
                  row={row}
                  index={index}
                  startPx={startPx}
                  unit={unit}
                  sought={find.trim()}
                  isActive={index === active || (active === -1 && index === 0)}
                  isCurrent={index === active}
                  isOfSelected={row.row !== -1 && row.row === selectedRow}
                  isOpen={opened.value.has(row.record.id)}
                  measure={virtual.measure}
                  onChoose={() => choose(index)}
                  onToggle={() => toggle(row.record.id)}
                />
              );
            })}
          </ol>
        </div>
      )}
      {hasFailed && (
        <div class="logs-failed">
          <Notice kind="error" title="Log lines could not be loaded" onRetry={() => logs.reload()} />
        </div>
      )}
      {rows.length === 0 && isLoading && !hasFailed && <Loading what="the logs" />}
      {rows.length === 0 && !isLoading && !hasFailed && (
        <NoLogs
          isNarrowed={isNarrowed}
          onAll={() => {
            minSeverity.value = undefined;
            isOnlySpan.value = false;
          }}
        />
      )}
    </section>
  );
}
