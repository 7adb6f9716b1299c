import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { unitFor } from '../format/duration.ts';
import { useCommands } from '../commands/use-commands.tsx';
import { useVirtualRows } from '../shell/use-virtual-rows.tsx';
import type { TracePartProps } from '../trace/trace-part.ts';
import { BarCanvas } from './bar-canvas.tsx';
import { failureOrigins, neighbouringFailure } from '../tree/failures.ts';
import { hasChildren } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import { timeScale } from './time-scale.ts';
import { positionOf, revealing, rowId, visibleRows } from '../tree/visible-rows.ts';
import { WaterfallRow } from './waterfall-row.tsx';

const ROW_PX = 24;
const TICK_PX = 110;
const NOTHING: ReadonlySet<string> = new Set();

export function WaterfallView({ document: trace, tree, theme, route, onSelect }: TracePartProps) {
  const selectedSpanId = route.spanId;
  const scroller = useRef<HTMLDivElement>(null);
  const lane = useRef<HTMLDivElement>(null);
  const laneWidthPx = useWidth(lane);
  const collapsed = useSignal(NOTHING);
  const visible = useMemo(() => visibleRows(tree, collapsed.value), [tree, collapsed.value]);
  const origins = useMemo(() => failureOrigins(tree), [tree]);
  const totalMs = useMemo(() => lastEndMs(tree), [tree]);
  const scale = useMemo(() => timeScale(totalMs, laneWidthPx / TICK_PX), [totalMs, laneWidthPx]);
  const unit = unitFor(totalMs);
  const virtual = useVirtualRows(scroller, { count: visible.length, rowHeightPx: ROW_PX, overscan: 12 });

  const selectedSpan = useMemo(
    () => (selectedSpanId === undefined ? -1 : tree.spans.spanId.indexOf(selectedSpanId)),
    [tree, selectedSpanId],
  );
  const selectedRow = selectedSpan === -1 ? -1 : (tree.rowOfSpan[selectedSpan] as number);
  const position = selectedRow === -1 ? -1 : positionOf(visible, selectedRow);
  // Keys work on this one: several may be pressed before the page is drawn again.
  const current = useRef(selectedRow);
  current.current = selectedRow;

  // A selection that comes from the address or from "next error" may lie out of sight.
  useEffect(() => {
    if (selectedRow === -1) return;
    const opened = revealing(tree, collapsed.value, selectedRow);
    collapsed.value = opened;
    virtual.show(positionOf(visibleRows(tree, opened), selectedRow));
  }, [selectedRow, tree]);
  useEffect(() => scroller.current?.focus({ preventScroll: true }), []);

  const select = (row: number): void => {
    current.current = row;
    onSelect(rowId(tree, row));
  };
  const moveBy = (step: number): void => moveTo(positionOf(visible, current.current) + step);
  const moveTo = (to: number): void => {
    const row = visible[Math.max(0, Math.min(visible.length - 1, to))];
    if (row !== undefined) select(row);
  };
  const setCollapsed = (row: number, isCollapsed: boolean): void => {
    if (!hasChildren(tree, row)) return;
    const next = new Set(collapsed.value);
    if (isCollapsed) next.add(rowId(tree, row));
    else next.delete(rowId(tree, row));
    collapsed.value = next;
  };
  const isCollapsed = (row: number): boolean => collapsed.value.has(rowId(tree, row));
  const isOpen = (row: number): boolean => hasChildren(tree, row) && !isCollapsed(row);
  const failure = (step: 1 | -1): void => {
    const row = neighbouringFailure(origins, current.current, step);
    if (row !== -1) select(row);
  };
  const collapse = (): void => {
    const row = current.current;
    if (row === -1) return;
    if (isOpen(row)) setCollapsed(row, true);
    else if (tree.parent[row] !== -1) select(tree.parent[row] as number);
  };
  const expand = (): void => {
    const row = current.current;
    if (row === -1) return;
    if (isCollapsed(row)) setCollapsed(row, false);
    else if (hasChildren(tree, row)) select(row + 1);
  };
  const pageRows = Math.max(1, virtual.last - virtual.first - 24);
  useCommands([
    { title: 'Next row', group: 'Trace', keys: ['ArrowDown', 'j'], run: () => moveBy(1) },
    { title: 'Previous row', group: 'Trace', keys: ['ArrowUp', 'k'], run: () => moveBy(-1) },
    { title: 'A page further', group: 'Trace', keys: ['PageDown'], run: () => moveBy(pageRows) },
    { title: 'A page back', group: 'Trace', keys: ['PageUp'], run: () => moveBy(-pageRows) },
    { title: 'First row', group: 'Trace', keys: ['Home'], run: () => moveTo(0) },
    { title: 'Last row', group: 'Trace', keys: ['End'], run: () => moveTo(visible.length - 1) },
    { title: 'Collapse, or go to the parent', group: 'Trace', keys: ['ArrowLeft'], run: collapse },
    { title: 'Expand, or go to the first child', group: 'Trace', keys: ['ArrowRight'], run: expand },
    { title: 'Next error', group: 'Trace', keys: ['e'], run: () => failure(1) },
    { title: 'Previous error', group: 'Trace', keys: ['E'], run: () => failure(-1) },
  ]);

  const rows = [];
  for (let index = virtual.first; index <= virtual.last; index++) {
    const row = visible[index];
    if (row === undefined) continue;
    rows.push(
      <WaterfallRow
        key={rowId(tree, row)}
        tree={tree}
        row={row}
        index={index}
        topPx={index * ROW_PX}
        unit={unit}
        services={trace.services}
        isSelected={row === selectedRow}
        isExpanded={hasChildren(tree, row) ? !isCollapsed(row) : undefined}
        onSelect={select}
        onToggle={(toggled) => setCollapsed(toggled, !isCollapsed(toggled))}
      />,
    );
  }
  return (
    <section class="waterfall" aria-label="Waterfall">
      <div class="waterfall-head" aria-hidden="true">
        <span class="head-name">
          {visible.length === 1 ? '1 row' : `${visible.length.toLocaleString('en')} rows`}
          {origins.length > 0 && (
            <button class="next-failure" tabIndex={-1} onClick={() => failure(1)}>
              next error <kbd>e</kbd>
            </button>
          )}
        </span>
        <span class="num">{unit.name}</span>
        <div class="axis" ref={lane}>
          {scale.ticksMs.map((tickMs) => (
            <span key={tickMs} style={{ left: `${(tickMs / scale.totalMs) * 100}%` }}>
              {axisText(tickMs, scale.ticksMs[1] ?? 1)}
            </span>
          ))}
        </div>
      </div>
      <div
        class="waterfall-scroll"
        ref={scroller}
        role="treegrid"
        aria-label="Spans of the trace"
        aria-rowcount={visible.length}
        aria-activedescendant={position === -1 ? undefined : `span-${rowId(tree, selectedRow)}`}
        tabIndex={0}
      >
        <div class="waterfall-rows" role="presentation" style={{ height: `${virtual.totalPx}px` }}>
          {rows}
          <BarCanvas
            tree={tree}
            visible={visible}
            first={virtual.first}
            last={virtual.last}
            rowHeightPx={ROW_PX}
            widthPx={laneWidthPx}
            scale={scale}
            theme={theme}
          />
        </div>
      </div>
    </section>
  );
}

function lastEndMs(tree: SpanTree): number {
  const { startMs, durationMs } = tree.spans;
  let last = 0;
  for (let span = 0; span < startMs.length; span++) {
    last = Math.max(last, (startMs[span] as number) + (durationMs[span] as number));
  }
  return last;
}

/** A tick in the shortest form: its own unit, as many decimals as its step needs. */
function axisText(tickMs: number, stepMs: number): string {
  if (tickMs === 0) return '0';
  const inSeconds = stepMs >= 100;
  const step = inSeconds ? stepMs / 1000 : stepMs;
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return `${(inSeconds ? tickMs / 1000 : tickMs).toFixed(decimals)} ${inSeconds ? 's' : 'ms'}`;
}

function useWidth(element: { current: HTMLElement | null }): number {
  const [widthPx, setWidthPx] = useState(0);
  useLayoutEffect(() => {
    const measured = element.current;
    if (measured === null) return undefined;
    setWidthPx(measured.clientWidth);
    const observer = new ResizeObserver(() => setWidthPx(measured.clientWidth));
    observer.observe(measured);
    return () => observer.disconnect();
  }, []);
  return widthPx;
}
