import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { SessionSummary } from '@tta/obs-protocol';
import { fieldTerm } from '@tta/obs-protocol/query';
import { useCommands } from '../commands/use-commands.tsx';
import { exactCount, formatCount } from '../format/count.ts';
import { absoluteTime, relativeTime } from '../format/moment.ts';
import { inPercent } from '../format/percent.ts';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { shortId } from '../format/short-id.ts';
import { costSources, formatCost } from '../format/usd.ts';
import { formatRoute } from '../route.ts';
import type { Route } from '../route.ts';
import { CopyButton } from '../shell/copy-button.tsx';
import { useVirtualRows } from '../shell/use-virtual-rows.tsx';
import type { Viewer } from '../viewer.ts';
import type { SessionRows } from './session-rows.ts';
import { timeSpan } from './time-span.ts';

const ROW_PX = 28;
/** On a narrow page a row has two lines. */
const NARROW_ROW_PX = 52;
const NARROW = '(max-width: 880px)';

interface SessionTableProps {
  readonly viewer: Viewer;
  readonly sessions: SessionRows;
  /** The last rows are in sight. */
  readonly onEnd: () => void;
}

export function SessionTable({ viewer, sessions, onEnd }: SessionTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { activeId } = sessions;
  const rows = sessions.rows.value;
  const rowPx = useIsNarrow() ? NARROW_ROW_PX : ROW_PX;
  const virtual = useVirtualRows(scroller, { count: rows.length, rowHeightPx: rowPx, overscan: 8 });
  const shown = useRef(rows);
  shown.current = rows;
  useSteadyScroll(scroller, rows, rowPx);
  useLayoutEffect(() => {
    const element = scroller.current as HTMLDivElement;
    element.scrollTop = sessions.topRow * rowPx;
    return () => {
      sessions.topRow = element.scrollTop / rowPx;
    };
  }, [sessions, rowPx]);

  // Read when a key is pressed: several may come before the page is drawn again.
  const indexOfActive = (): number =>
    shown.current.findIndex(({ sessionId }) => sessionId === activeId.value);
  const moveTo = (index: number): void => {
    const next = Math.max(0, Math.min(shown.current.length - 1, index));
    activeId.value = shown.current[next]?.sessionId;
    virtual.show(next);
  };
  useCommands([
    {
      title: 'Next session',
      group: 'List',
      keys: ['ArrowDown', 'j'],
      run: () => moveTo(indexOfActive() + 1),
    },
    {
      title: 'Previous session',
      group: 'List',
      keys: ['ArrowUp', 'k'],
      run: () => moveTo(indexOfActive() - 1),
    },
    { title: 'First session', group: 'List', keys: ['Home'], run: () => moveTo(0) },
    { title: 'Last session', group: 'List', keys: ['End'], run: () => moveTo(shown.current.length - 1) },
    {
      title: 'Show the traces of the session',
      group: 'List',
      keys: ['Enter'],
      run: () => {
        const session = shown.current[indexOfActive()];
        if (session !== undefined) viewer.go(tracesOf(session));
      },
    },
  ]);
  useEffect(() => scroller.current?.focus({ preventScroll: true }), []);
  useEffect(() => {
    if (virtual.last >= rows.length - 20) onEnd();
  }, [virtual.last, rows.length]);
  const activeIndex = indexOfActive();
  const nowMs = Date.now();
  return (
    <section class="session-list" aria-label="Sessions">
      <div class="session-head" aria-hidden="true">
        <span>Session</span>
        <span>Service</span>
        <span class="is-user">User</span>
        <span class="num">Traces</span>
        <span class="num">Failed</span>
        <span class="cell-span">From–to</span>
        <span>Last active</span>
        <span class="num">Tokens in</span>
        <span class="num" title="Share of the tokens in that came from a cache">
          Cached %
        </span>
        <span class="num">Tokens out</span>
        <span class="num">Cost</span>
      </div>
      <div
        class="session-scroll"
        ref={scroller}
        role="grid"
        aria-label="Sessions, newest end first"
        aria-rowcount={rows.length}
        aria-activedescendant={activeIndex === -1 ? undefined : `session-${activeIndex}`}
        tabIndex={0}
      >
        <div class="session-rows" role="presentation" style={{ height: `${virtual.totalPx}px` }}>
          {rows.slice(virtual.first, virtual.last + 1).map((session, at) => (
            <SessionRow
              key={session.sessionId}
              viewer={viewer}
              session={session}
              index={virtual.first + at}
              rowPx={rowPx}
              isActive={virtual.first + at === activeIndex}
              nowMs={nowMs}
            />
          ))}
        </div>
      </div>
    </section>
  );
}

interface SessionRowProps {
  readonly viewer: Viewer;
  readonly session: SessionSummary;
  readonly index: number;
  readonly rowPx: number;
  readonly isActive: boolean;
  readonly nowMs: number;
}

function SessionRow({ viewer, session, index, rowPx, isActive, nowMs }: SessionRowProps) {
  const { sessionId, serviceName, userId, firstTimeMs, lastTimeMs, traceCount, errorCount, usage } = session;
  const { inputTokens, outputTokens, cacheReadTokens } = usage;
  const route = tracesOf(session);
  return (
    <div
      id={`session-${index}`}
      class={isActive ? 'session-row is-active' : 'session-row'}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={isActive}
      style={{ height: `${rowPx}px`, transform: `translateY(${index * rowPx}px)` }}
      onClick={(event) => {
        if (!(event.target as Element).matches('a, button')) viewer.go(route);
      }}
    >
      <span role="gridcell" class="clip cell-id">
        <a href={formatRoute(route)} title={sessionId} tabIndex={-1}>
          {withoutDirectionMarks(shortId(sessionId))}
        </a>
        <CopyButton text={sessionId} what={`session id ${sessionId}`} />
      </span>
      <span role="gridcell" class="clip cell-service" title={serviceName}>
        {withoutDirectionMarks(serviceName)}
      </span>
      <span role="gridcell" class="clip muted is-user" title={userId ?? undefined}>
        {userId === null ? '–' : withoutDirectionMarks(shortId(userId))}
      </span>
      <span
        role="gridcell"
        data-unit={traceCount === 1 ? ' trace' : ' traces'}
        class="num cell-traces"
        title={`${exactCount(traceCount)} traces`}
      >
        {formatCount(traceCount)}
      </span>
      <span
        role="gridcell"
        class={`num cell-failed ${errorCount > 0 ? 'has-failed' : 'none'}`}
        title={`${exactCount(errorCount)} failed`}
      >
        {formatCount(errorCount)}
      </span>
      <span
        role="gridcell"
        class="clip cell-span"
        title={`${absoluteTime(firstTimeMs)} to ${absoluteTime(lastTimeMs)}`}
      >
        {timeSpan(firstTimeMs, lastTimeMs, nowMs)}
      </span>
      <span role="gridcell" class="muted cell-last" title={absoluteTime(lastTimeMs)}>
        {relativeTime(lastTimeMs, nowMs)}
      </span>
      <span role="gridcell" class="num cell-in" title={`${exactCount(inputTokens)} tokens in`}>
        {formatCount(inputTokens)}
      </span>
      <span
        role="gridcell"
        class="num cell-cached"
        title={`${exactCount(cacheReadTokens)} tokens from a cache`}
      >
        {inputTokens === 0 ? '–' : inPercent(cacheReadTokens / inputTokens)}
      </span>
      <span role="gridcell" class="num cell-out" title={`${exactCount(outputTokens)} tokens out`}>
        {formatCount(outputTokens)}
      </span>
      <span role="gridcell" class="num cell-cost" title={costSources(usage)}>
        {formatCost(usage) || '–'}
      </span>
    </div>
  );
}

function tracesOf({ sessionId }: SessionSummary): Route {
  return { view: 'traces', query: fieldTerm('session', [sessionId]) };
}

/** Keeps the rows in sight where they are while others appear above them. */
function useSteadyScroll(
  scroller: { current: HTMLElement | null },
  rows: readonly SessionSummary[],
  rowPx: number,
): void {
  const before = useRef(rows);
  useLayoutEffect(() => {
    const element = scroller.current;
    const from = Math.floor((element?.scrollTop ?? 0) / rowPx);
    const top = before.current[from]?.sessionId;
    before.current = rows;
    if (element === null || element.scrollTop === 0) return;
    const to = rows.findIndex(({ sessionId }) => sessionId === top);
    if (to !== -1) element.scrollTop += (to - from) * rowPx;
  }, [rows]);
}

function useIsNarrow(): boolean {
  const isNarrow = useSignal(matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const onChange = (): void => {
      isNarrow.value = query.matches;
    };
    query.addEventListener('change', onChange);
    return () => query.removeEventListener('change', onChange);
  }, []);
  return isNarrow.value;
}
