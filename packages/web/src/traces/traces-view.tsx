import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { TraceSummary } from '@tta/obs-protocol';
import { formatDuration, inUnit, SECONDS } from '../format/duration.ts';
import { absoluteTime, relativeTime } from '../format/moment.ts';
import { formatRoute } from '../route.ts';
import { failedTone, StatusBadge } from '../shell/status-badge.tsx';
import { useCommands } from '../commands/use-commands.tsx';
import { useVirtualRows } from '../shell/use-virtual-rows.tsx';
import type { Viewer } from '../viewer.ts';
import { FirstTrace } from './first-trace.tsx';

const ROW_PX = 28;

export function TracesView({ viewer }: { readonly viewer: Viewer }) {
  useEffect(() => {
    document.title = 'Traces · TTA observability';
  }, []);
  if (viewer.traces.rows.value.length > 0) return <TraceTable viewer={viewer} />;
  if (viewer.isListLoaded.value) return <FirstTrace />;
  if (viewer.connection.value !== 'unreachable') return <p class="notice">Loading traces…</p>;
  return (
    <p class="notice" role="alert">
      The service at {location.host} does not answer. Start it again with <code>npm start</code>; this page
      keeps trying.
    </p>
  );
}

function TraceTable({ viewer }: { readonly viewer: Viewer }) {
  const rows = viewer.traces.rows.value;
  const scroller = useRef<HTMLDivElement>(null);
  const activeId = useSignal<string | undefined>(undefined);
  const nowMs = useNow();
  const virtual = useVirtualRows(scroller, { count: rows.length, rowHeightPx: ROW_PX, overscan: 8 });
  useSteadyScroll(scroller, rows);

  // Read when a key is pressed: several may come before the page is drawn again.
  const indexOfActive = (): number =>
    viewer.traces.rows.value.findIndex((trace) => trace.traceId === activeId.value);
  const moveTo = (index: number): void => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    activeId.value = rows[next]?.traceId;
    virtual.show(next);
  };
  const open = (trace: TraceSummary | undefined): void => {
    if (trace !== undefined) viewer.go({ view: 'trace', traceId: trace.traceId });
  };
  useCommands([
    { title: 'Next trace', group: 'List', keys: ['ArrowDown', 'j'], run: () => moveTo(indexOfActive() + 1) },
    {
      title: 'Previous trace',
      group: 'List',
      keys: ['ArrowUp', 'k'],
      run: () => moveTo(indexOfActive() - 1),
    },
    { title: 'First trace', group: 'List', keys: ['Home'], run: () => moveTo(0) },
    { title: 'Last trace', group: 'List', keys: ['End'], run: () => moveTo(rows.length - 1) },
    {
      title: 'Open the trace',
      group: 'List',
      keys: ['Enter'],
      run: () => open(viewer.traces.rows.value[indexOfActive()]),
    },
  ]);
  const activeIndex = indexOfActive();
  useEffect(() => scroller.current?.focus({ preventScroll: true }), []);
  useEffect(() => {
    if (virtual.last >= rows.length - 20) void viewer.loadMore();
  }, [virtual.last, rows.length]);

  return (
    <section class="traces" aria-label="Traces">
      <div class="trace-head" aria-hidden="true">
        <span>Status</span>
        <span>Name</span>
        <span class="col-service">Service</span>
        <span>Started</span>
        <span class="num">Duration, s</span>
        <span class="num col-spans">Spans</span>
        <span class="num col-spans">Failed</span>
      </div>
      <div
        class="trace-scroll"
        ref={scroller}
        role="grid"
        aria-label="Traces, newest first"
        aria-rowcount={rows.length}
        aria-activedescendant={activeIndex === -1 ? undefined : `trace-${activeId.value}`}
        tabIndex={0}
      >
        <div class="trace-rows" role="presentation" style={{ height: `${virtual.totalPx}px` }}>
          {rows.slice(virtual.first, virtual.last + 1).map((trace, at) => (
            <TraceRow
              key={trace.traceId}
              trace={trace}
              index={virtual.first + at}
              isActive={trace.traceId === activeId.value}
              nowMs={nowMs}
              onOpen={() => open(trace)}
            />
          ))}
        </div>
      </div>
    </section>
  );
}

interface TraceRowProps {
  readonly trace: TraceSummary;
  readonly index: number;
  readonly isActive: boolean;
  readonly nowMs: number;
  readonly onOpen: () => void;
}

function TraceRow({ trace, index, isActive, nowMs, onOpen }: TraceRowProps) {
  const onClick = (event: MouseEvent): void => {
    // The link keeps what a browser does with a modifier; everywhere else in the row a click opens the trace.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    onOpen();
  };
  return (
    <div
      id={`trace-${trace.traceId}`}
      class={isActive ? 'trace-row is-active' : 'trace-row'}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={isActive}
      data-trace-id={trace.traceId}
      style={{ transform: `translateY(${index * ROW_PX}px)` }}
      onClick={onClick}
    >
      <span role="gridcell">
        <StatusBadge status={trace.status} />
      </span>
      <span role="gridcell" class="clip" title={trace.name}>
        <a href={formatRoute({ view: 'trace', traceId: trace.traceId })} tabIndex={-1}>
          {trace.name === '' ? '(no name)' : trace.name}
        </a>
        {trace.isPinned && <em title="Pinned: kept from removal by age and number"> · pinned</em>}
        {!trace.hasRoot && <em title="The first span of this trace has not arrived yet"> · root missing</em>}
      </span>
      <span role="gridcell" class="clip col-service" title={trace.serviceName}>
        {trace.serviceName}
      </span>
      <span role="gridcell" class="muted" title={absoluteTime(trace.startTimeMs)}>
        {relativeTime(trace.startTimeMs, nowMs)}
      </span>
      <span role="gridcell" class="num" title={formatDuration(trace.durationMs)}>
        {inUnit(trace.durationMs, SECONDS)}
      </span>
      <span role="gridcell" class="num col-spans">
        {trace.spanCount}
      </span>
      <span role="gridcell" class={`num col-spans ${failedTone(trace)}`}>
        {trace.errorCount}
      </span>
    </div>
  );
}

/** Keeps the rows in sight where they are while others appear above them. */
function useSteadyScroll(scroller: { current: HTMLElement | null }, rows: readonly TraceSummary[]): void {
  const shown = useRef(rows);
  useLayoutEffect(() => {
    const element = scroller.current;
    const before = shown.current;
    shown.current = rows;
    if (element === null || element.scrollTop === 0 || before === rows) return;
    const topId = before[Math.floor(element.scrollTop / ROW_PX)]?.traceId;
    const from = Math.floor(element.scrollTop / ROW_PX);
    const to = rows.findIndex((trace) => trace.traceId === topId);
    if (to !== -1 && to !== from) element.scrollTop += (to - from) * ROW_PX;
  }, [rows]);
}

/** The time of day, once a second. */
function useNow(): number {
  const now = useSignal(Date.now());
  useEffect(() => {
    const id = setInterval(() => {
      now.value = Date.now();
    }, 1_000);
    return () => clearInterval(id);
  }, []);
  return Math.max(now.value, Date.now());
}
