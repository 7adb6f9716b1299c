import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { PrimitiveStats } from '@tta/obs-protocol';
import { useCommands } from '../commands/use-commands.tsx';
import { countOf, exactCount, formatCount } from '../format/count.ts';
import { formatDuration, inUnit, unitFor } from '../format/duration.ts';
import type { DurationUnit } from '../format/duration.ts';
import { inPercent } from '../format/percent.ts';
import { KindGlyph } from '../primitives/kind-glyph.tsx';
import { kindOf, kindText } from '../primitives/primitive-kind.ts';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { formatRoute } from '../route.ts';
import { useVirtualRows } from '../shell/use-virtual-rows.tsx';
import type { TimeWindow } from '../time-window.ts';
import type { Viewer } from '../viewer.ts';
import { DEFAULT_ORDER, errorRatio, orderAfter, primitiveRows } from './primitive-rows.ts';
import type { PrimitiveColumn, PrimitiveOrder } from './primitive-rows.ts';
import { primitiveQuery } from './trace-queries.ts';

const ROW_PX = 28;
/** Up to here all rows are drawn. */
const MOST_DRAWN = 200;

interface Column {
  readonly by: PrimitiveColumn;
  readonly title: string;
  /** `is-wide`: narrow pages leave it out. */
  readonly class?: string;
}

const COLUMNS: readonly Column[] = [
  { by: 'name', title: 'Primitive' },
  { by: 'service', title: 'Service', class: 'is-service is-wide' },
  { by: 'calls', title: 'Calls', class: 'num is-figure is-calls' },
  { by: 'errorRatio', title: 'Error %', class: 'num is-figure' },
  { by: 'p50Ms', title: 'p50', class: 'num is-figure is-wide' },
  { by: 'p95Ms', title: 'p95', class: 'num is-figure' },
  { by: 'p99Ms', title: 'p99', class: 'num is-figure is-wide' },
  { by: 'maxMs', title: 'Max', class: 'num is-figure is-wide' },
  { by: 'totalMs', title: 'Total', class: 'num is-total' },
];

interface PrimitiveTableProps {
  readonly viewer: Viewer;
  readonly items: readonly PrimitiveStats[];
  readonly window: TimeWindow;
  /** What scrolls the table. */
  readonly scroller: RefObject<HTMLElement>;
}

/** How each primitive did: where the time goes, and what fails. */
export function PrimitiveTable({ viewer, items, window, scroller }: PrimitiveTableProps) {
  const filter = useSignal('');
  const order = useSignal<PrimitiveOrder>(DEFAULT_ORDER);
  const search = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const rows = useMemo(
    () => primitiveRows(items, filter.value, order.value),
    [items, filter.value, order.value],
  );
  const isVirtual = rows.length > MOST_DRAWN;
  const offsetPx = useOffset(scroller, body);
  const virtual = useVirtualRows(scroller, {
    // Where all rows are drawn, scrolling changes none of them.
    count: isVirtual ? rows.length : 0,
    rowHeightPx: ROW_PX,
    overscan: 12,
    offsetPx,
  });
  const first = isVirtual ? virtual.first : 0;
  const last = isVirtual ? virtual.last : rows.length - 1;
  const unit = unitFor(Math.max(0, ...items.map(({ maxMs }) => maxMs)));
  const totalUnit = unitFor(Math.max(0, ...items.map(({ totalMs }) => totalMs)));
  const mostMs = Math.max(1e-9, ...items.map(({ totalMs }) => totalMs));

  useCommands([
    { title: 'Filter primitives', group: 'List', keys: ['/'], run: () => search.current?.focus() },
    { title: 'Next primitive', group: 'List', keys: ['j'], run: () => focusRow(body.current, 1) },
    { title: 'Previous primitive', group: 'List', keys: ['k'], run: () => focusRow(body.current, -1) },
  ]);
  const titleOf = ({ by, title }: Column): string => {
    if (by === 'totalMs') return `${title}, ${totalUnit.name}`;
    return by.endsWith('Ms') ? `${title}, ${unit.name}` : title;
  };
  return (
    <section class="primitives" aria-labelledby="primitives-title">
      <header class="section-head">
        <h2 id="primitives-title">Primitives</h2>
        <span class="muted" role="status">
          {rows.length === items.length
            ? countOf(items.length, 'primitive', 'primitives')
            : `${rows.length} of ${countOf(items.length, 'primitive', 'primitives')}`}
        </span>
        <input
          ref={search}
          class="filter"
          type="search"
          placeholder="Filter: type, name, service"
          aria-label="Filter primitives"
          aria-keyshortcuts="/"
          value={filter.value}
          onInput={({ currentTarget }) => {
            filter.value = currentTarget.value;
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            event.preventDefault();
            filter.value = '';
            event.currentTarget.blur();
          }}
        />
      </header>
      <table class="figure-table primitive-table" aria-rowcount={rows.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {COLUMNS.map((column) => (
              <th key={column.by} scope="col" class={column.class} aria-sort={sortOf(order.value, column.by)}>
                <button
                  type="button"
                  onClick={() => {
                    order.value = orderAfter(order.value, column.by);
                  }}
                >
                  {titleOf(column)}
                  <SortMark order={order.value} by={column.by} />
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          <Gap heightPx={first * ROW_PX} />
          {rows.slice(first, last + 1).map((stats, at) => (
            <PrimitiveRow
              key={`${stats.serviceName}\n${stats.primitiveType}\n${stats.name}`}
              viewer={viewer}
              stats={stats}
              rowIndex={first + at + 2}
              window={window}
              unit={unit}
              totalUnit={totalUnit}
              share={stats.totalMs / mostMs}
            />
          ))}
          <Gap heightPx={(rows.length - 1 - last) * ROW_PX} />
        </tbody>
      </table>
      {rows.length === 0 && (
        <p class="section-empty">
          No primitive is called so.{' '}
          <button
            type="button"
            class="button"
            onClick={() => {
              filter.value = '';
              search.current?.focus();
            }}
          >
            Clear the filter
          </button>
        </p>
      )}
    </section>
  );
}

interface PrimitiveRowProps {
  readonly viewer: Viewer;
  readonly stats: PrimitiveStats;
  readonly rowIndex: number;
  readonly window: TimeWindow;
  readonly unit: DurationUnit;
  readonly totalUnit: DurationUnit;
  /** Of the longest total time, 0 to 1. */
  readonly share: number;
}

function PrimitiveRow({ viewer, stats, rowIndex, window, unit, totalUnit, share }: PrimitiveRowProps) {
  const { primitiveType, name, serviceName, calls, errors, totalMs } = stats;
  const kind = kindOf(primitiveType, 0);
  const route = { view: 'traces', query: primitiveQuery(stats, window) } as const;
  const isTogether = name === '_other';
  const duration = (ms: number, className: string) => (
    <td class={`num ${className}`} title={formatDuration(ms)}>
      {inUnit(ms, unit)}
    </td>
  );
  return (
    <tr
      aria-rowindex={rowIndex}
      class="is-link"
      onClick={(event) => {
        // The link keeps what a browser does with it; everywhere else in the row a click goes the same way.
        if (!(event.target as Element).matches('a')) viewer.go(route);
      }}
    >
      <th scope="row" class="clip" title={`${primitiveType}: ${name}`}>
        <KindGlyph kind={kind} title={kindText(kind, primitiveType)} />
        <a href={formatRoute(route)}>
          {isTogether ? 'others, counted together' : withoutDirectionMarks(name) || '(no name)'}
        </a>
        {name !== primitiveType && <span class="muted">{withoutDirectionMarks(primitiveType)}</span>}
      </th>
      <td class="clip is-service-name is-wide" title={serviceName}>
        {withoutDirectionMarks(serviceName)}
      </td>
      <td class="num" title={exactCount(calls)}>
        {formatCount(calls)}
      </td>
      <td class={`num ${errors > 0 ? 'has-failed' : 'none'}`} title={`${exactCount(errors)} failed`}>
        {inPercent(errorRatio(stats))}
      </td>
      {duration(stats.p50Ms, 'is-wide')}
      {duration(stats.p95Ms, '')}
      {duration(stats.p99Ms, 'is-wide')}
      {duration(stats.maxMs, 'is-wide')}
      <td class="num with-bar" title={formatDuration(totalMs)}>
        <i aria-hidden="true" style={{ width: `${Math.max(1, share * 100)}%` }} />
        <span>{inUnit(totalMs, totalUnit)}</span>
      </td>
    </tr>
  );
}

/** Stands for rows that are out of sight. */
function Gap({ heightPx }: { readonly heightPx: number }) {
  return heightPx <= 0 ? null : (
    <tr class="gap" aria-hidden="true">
      <td colSpan={COLUMNS.length} style={{ height: `${heightPx}px` }} />
    </tr>
  );
}

function sortOf(order: PrimitiveOrder, by: PrimitiveColumn): 'ascending' | 'descending' | undefined {
  if (order.by !== by) return undefined;
  return order.isDescending ? 'descending' : 'ascending';
}

function SortMark({ order, by }: { readonly order: PrimitiveOrder; readonly by: PrimitiveColumn }) {
  if (order.by !== by) return null;
  return (
    <svg class="sort-mark" viewBox="0 0 8 8" aria-hidden="true">
      <path d={order.isDescending ? 'M1 2.500h6L4 6.500z' : 'M1 5.500h6L4 1.500z'} />
    </svg>
  );
}

/** Rows before the first and after the last that is in sight are drawn too, so there is one to go to. */
function focusRow(body: HTMLElement | null, step: 1 | -1): void {
  const links = [...(body?.querySelectorAll<HTMLElement>('a') ?? [])];
  const at = links.findIndex((link) => link === document.activeElement);
  const next = at === -1 ? (step === 1 ? 0 : links.length - 1) : at + step;
  links[Math.max(0, Math.min(links.length - 1, next))]?.focus();
}

/** How far the rows are below the upper end of what scrolls. */
function useOffset(scroller: RefObject<HTMLElement>, body: RefObject<HTMLElement>): number {
  const offset = useSignal(0);
  useLayoutEffect(() => {
    const outer = scroller.current;
    const inner = body.current;
    if (outer === null || inner === null) return;
    offset.value = Math.round(
      inner.getBoundingClientRect().top - outer.getBoundingClientRect().top + outer.scrollTop,
    );
  });
  return offset.value;
}
