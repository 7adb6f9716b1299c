import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { TraceSummary } from '@tta/obs-protocol';
import { useCommands } from '../commands/use-commands.tsx';
import { ServiceProblem } from '../service/service-client.ts';
import { useNow } from '../shell/use-now.tsx';
import { useVirtualRows } from '../shell/use-virtual-rows.tsx';
import type { Viewer } from '../viewer.ts';
import { SearchProgress } from './search-progress.tsx';
import { TraceRowLine } from './trace-row.tsx';
import { useInUse } from './use-in-use.tsx';

const ROW_PX = 28;
/** Two lines. */
const NARROW_ROW_PX = 52;
/** So often it is looked for traces that are found no longer. */
const RENEW_MS = 60_000;

export interface TraceTableProps {
  readonly viewer: Viewer;
  /** Rows of two lines, for an editor's side panel. */
  readonly isNarrow: boolean;
}

export function TraceTable({ viewer, isNarrow }: TraceTableProps) {
  const list = viewer.traces;
  const { shown, version, gatheredCount } = list.rows;
  // The array stays the same: this is what tells that its content changed.
  void version.value;
  const count = shown.length;
  const scroller = useRef<HTMLDivElement>(null);
  const nowMs = useNow();
  const pinProblem = useSignal<string | undefined>(undefined);
  const rowPx = isNarrow ? NARROW_ROW_PX : ROW_PX;
  const virtual = useVirtualRows(scroller, { count, rowHeightPx: rowPx, overscan: 8 });
  useInUse(list, scroller);

  // Read when a key is pressed: several may come before the page is drawn again.
  const indexOfActive = (): number => {
    const activeId = list.activeId.peek();
    return activeId === undefined ? -1 : shown.findIndex(({ trace }) => trace.traceId === activeId);
  };
  const moveTo = (index: number): void => {
    const next = Math.max(0, Math.min(shown.length - 1, index));
    list.activeId.value = shown[next]?.trace.traceId;
    scroller.current?.focus({ preventScroll: true });
    virtual.show(next);
  };
  const open = (trace: TraceSummary | undefined): void => {
    if (trace === undefined) return;
    list.activeId.value = trace.traceId;
    viewer.go({ view: 'trace', traceId: trace.traceId });
  };
  const pin = (trace: TraceSummary | undefined): void => {
    if (trace === undefined) return;
    // What comes of it is told as a change of the trace.
    viewer.client.pin(trace.traceId, !trace.isPinned).then(
      () => (pinProblem.value = undefined),
      (error: unknown) => {
        const reason = error instanceof ServiceProblem ? error.message : 'The service cannot be reached.';
        pinProblem.value = `${trace.isPinned ? 'Not unpinned' : 'Not pinned'}. ${reason}`;
      },
    );
  };
  const showNew = (): void => {
    list.rows.showGathered();
    scroller.current?.scrollTo({ top: 0 });
  };
  const active = (): TraceSummary | undefined => shown[indexOfActive()]?.trace;
  const activeId = list.activeId.value;
  const hasActive = activeId !== undefined;
  useCommands([
    { title: 'Next trace', group: 'List', keys: ['ArrowDown', 'j'], run: () => moveTo(indexOfActive() + 1) },
    {
      title: 'Previous trace',
      group: 'List',
      keys: ['ArrowUp', 'k'],
      run: () => moveTo(indexOfActive() - 1),
    },
    { title: 'First trace', group: 'List', keys: ['Home'], run: () => moveTo(0) },
    { title: 'Last trace', group: 'List', keys: ['End'], run: () => moveTo(shown.length - 1) },
    { title: 'Open the trace', group: 'List', keys: ['Enter'], run: () => open(active()) },
    { title: 'Pin or unpin the trace', group: 'List', keys: ['s'], run: () => pin(active()) },
    { title: 'Show new traces', group: 'List', keys: ['n'], run: showNew },
    ...(hasActive
      ? [
          {
            title: 'Leave the row',
            group: 'List' as const,
            keys: ['Escape'],
            run: () => {
              list.activeId.value = undefined;
            },
          },
        ]
      : []),
  ]);
  useLayoutEffect(() => {
    const element = scroller.current as HTMLDivElement;
    // Who comes back finds the list where it was left.
    element.scrollTop = list.topRow * rowPx;
    return () => {
      list.topRow = element.scrollTop / rowPx;
    };
  }, []);
  useEffect(() => {
    // The row that was opened is still the one that the keys are at when its trace is left.
    const index = indexOfActive();
    if (index !== -1) virtual.show(index);
  }, []);
  useEffect(() => {
    const id = setInterval(() => {
      if (document.visibilityState !== 'hidden') void list.renew();
    }, RENEW_MS);
    return () => clearInterval(id);
  }, [list]);
  useEffect(() => {
    if (virtual.last >= count - 20) list.loadMore();
  }, [virtual.last, count]);

  const drawn = shown.slice(virtual.first, virtual.last + 1);
  const { scrollTop = 0, clientHeight = 0 } = scroller.current ?? {};
  const inSight = shown.slice(Math.floor(scrollTop / rowPx), Math.ceil((scrollTop + clientHeight) / rowPx));
  const longestMs = inSight.reduce((longest, { trace }) => Math.max(longest, trace.durationMs), 0);
  const gathered = gatheredCount.value;
  return (
    <div
      class={`trace-table ${list.rows.hasUsage ? 'has-usage' : ''} ${list.rows.hasSession ? 'has-session' : ''}`}
      aria-busy={list.state.value.kind === 'loading'}
    >
      <div class="trace-head" aria-hidden="true">
        <span class="col-status">Status</span>
        <span class="col-name">Name</span>
        <span class="col-service">Service</span>
        <span class="col-started" title="The newest run is first; other orders are not offered">
          Started ↓
        </span>
        <span class="col-duration num" title="The bar is relative to the longest run in sight">
          Duration, s
        </span>
        <span class="col-spans num">Spans</span>
        <span class="col-failed num">Failed</span>
        <span class="col-tokens num">Tokens</span>
        <span
          class="col-cost num"
          title="≈ in part estimated from a table of prices, + in part without a price"
        >
          Cost
        </span>
        <span class="col-session">Session</span>
        <span class="col-pin" />
      </div>
      <div
        class="trace-scroll"
        ref={scroller}
        role="grid"
        aria-label="Traces, newest first"
        aria-rowcount={count}
        aria-activedescendant={indexOfActive() === -1 ? undefined : `trace-${activeId}`}
        tabIndex={0}
      >
        <div class="trace-rows" role="presentation" style={{ height: `${virtual.totalPx}px` }}>
          {drawn.map((row, at) => (
            <TraceRowLine
              key={row.trace.traceId}
              row={row}
              index={virtual.first + at}
              topPx={(virtual.first + at) * rowPx}
              isActive={row.trace.traceId === activeId}
              nowMs={nowMs}
              longestMs={longestMs}
              onOpen={() => open(row.trace)}
              onPin={() => pin(row.trace)}
            />
          ))}
        </div>
      </div>
      <SearchProgress list={list} />
      {pinProblem.value !== undefined && (
        <p class="search-progress is-error" role="alert">
          {pinProblem.value}
        </p>
      )}
      {gathered > 0 && (
        <button
          type="button"
          class="new-pill"
          title="Show them (n)"
          onClick={() => {
            showNew();
            // The button goes with what it was for.
            scroller.current?.focus({ preventScroll: true });
          }}
        >
          {gathered.toLocaleString('en')} new
        </button>
      )}
      <span class="visually-hidden" role="status">
        {gathered > 0 ? 'New traces are waiting; n shows them.' : ''}
      </span>
    </div>
  );
}
