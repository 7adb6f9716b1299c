import type { RefObject, VNode } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { DurationUnit } from '../format/duration.ts';
import type { Palette } from '../primitives/paint-row.ts';
import { useVirtualRows } from '../shell/use-virtual-rows.tsx';
import { hasChildren, rowOfSpan } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import { positionOf, rowId } from '../tree/visible-rows.ts';
import { BarCanvas } from './bar-canvas.tsx';
import type { CriticalPath } from './critical-path.ts';
import type { LogMarks } from './log-marks.ts';
import type { TimeAxis } from './time-axis.ts';
import type { Folding } from './use-folding.tsx';
import type { Needle } from './use-lane-pointer.tsx';
import { useSteadyRows } from './use-steady-rows.tsx';
import { WaterfallRow } from './waterfall-row.tsx';

export const ROW_PX = 24;
const OVERSCAN = 12;

/** What the keys need of the rows. */
export interface RowsHandle {
  /** Scrolls to a row, as little as needed; to one that is about to be opened, once it is. */
  readonly show: (row: number) => void;
  /** Moves from one row to the next screenful. */
  readonly pageRows: () => number;
}

export interface WaterfallRowsProps {
  readonly tree: SpanTree;
  readonly services: readonly string[];
  readonly visible: Int32Array;
  readonly folding: Folding;
  readonly unit: DurationUnit;
  /** -1 where none is. */
  readonly selectedRow: number;
  readonly onSelect: (row: number) => void;
  /** 1 for each row that was searched for and found. */
  readonly isFound: Uint8Array;
  /** 1 for each row that is less than the others at the moment. */
  readonly isDimmed: Uint8Array;
  readonly path: CriticalPath | undefined;
  readonly logs: LogMarks;
  readonly axis: TimeAxis;
  readonly ticksPx: readonly number[];
  readonly leftPx: number;
  readonly palette: Palette;
  readonly needle: Needle;
  readonly scroller: RefObject<HTMLDivElement>;
  readonly handle: RefObject<RowsHandle>;
}

/** The rows in sight with their bars. Only this part is drawn again when they are scrolled. */
export function WaterfallRows(props: WaterfallRowsProps) {
  const { tree, services, visible, folding, unit, selectedRow, isFound, isDimmed, path, scroller } = props;
  const virtual = useVirtualRows(scroller, {
    count: visible.length,
    rowHeightPx: ROW_PX,
    overscan: OVERSCAN,
  });
  useSteadyRows(scroller, tree, visible, ROW_PX);
  const wanted = useRef(-1);
  props.handle.current = {
    show: (row) => {
      const at = positionOf(visible, row);
      if (at === -1) wanted.current = row;
      else virtual.show(at);
    },
    pageRows: () => Math.max(1, virtual.last - virtual.first - 2 * OVERSCAN),
  };
  useLayoutEffect(() => {
    const at = wanted.current === -1 ? -1 : positionOf(visible, wanted.current);
    if (at === -1) return;
    wanted.current = -1;
    virtual.show(at);
  }, [visible]);

  // A row that has not changed is not looked at again: scrolling costs what comes into sight.
  const drawn = useRef(new Map<number, VNode>());
  const unchanged = useMemo(
    () => ({}),
    [tree, services, visible, folding.isFolded, unit, selectedRow, isFound, isDimmed, path],
  );
  const drawnFor = useRef(unchanged);
  const before = drawnFor.current === unchanged ? drawn.current : new Map<number, VNode>();
  const after = new Map<number, VNode>();
  for (let index = virtual.first; index <= virtual.last; index++) {
    const row = visible[index];
    if (row === undefined) continue;
    const isOnPath = path?.isOnPath[row] === 1;
    after.set(
      row,
      before.get(row) ?? (
        <WaterfallRow
          key={rowId(tree, row)}
          tree={tree}
          row={row}
          index={index}
          topPx={index * ROW_PX}
          unit={unit}
          services={services}
          isSelected={row === selectedRow}
          emphasis={`${isFound[row] === 1 ? ' is-found' : ''}${isOnPath ? ' is-on-path' : ''}${isDimmed[row] === 1 ? ' is-dimmed' : ''}`}
          isExpanded={hasChildren(tree, row) ? !folding.isFolded(row) : undefined}
          onSelect={props.onSelect}
          onToggle={(toggled) => folding.fold([toggled], !folding.isFolded(toggled))}
        />
      ),
    );
  }
  drawn.current = after;
  drawnFor.current = unchanged;

  // With Alt a row is folded along with all beside it.
  const onAltClick = (event: MouseEvent): void => {
    const twisty = event.altKey && event.target instanceof Element ? event.target.closest('.twisty') : null;
    const id = twisty?.closest('.waterfall-row')?.id.replace('span-', '');
    if (id === undefined) return;
    event.stopPropagation();
    const row = rowOfSpan(tree, id);
    folding.foldLevel(row, !folding.isFolded(row));
  };
  const isSelectionVisible = selectedRow !== -1 && positionOf(visible, selectedRow) !== -1;
  return (
    <div
      class="waterfall-scroll"
      ref={scroller}
      role="treegrid"
      aria-label="Spans of the trace"
      aria-rowcount={visible.length}
      aria-activedescendant={isSelectionVisible ? `span-${rowId(tree, selectedRow)}` : undefined}
      tabIndex={0}
      onClickCapture={onAltClick}
    >
      <div class="waterfall-rows" role="presentation" style={{ height: `${virtual.totalPx}px` }}>
        {[...after.values()]}
        <BarCanvas
          tree={tree}
          visible={visible}
          first={virtual.first}
          last={virtual.last}
          rowHeightPx={ROW_PX}
          leftPx={props.leftPx}
          axis={props.axis}
          ticksPx={props.ticksPx}
          palette={props.palette}
          path={path}
          logs={props.logs}
          isDimmed={isDimmed}
        />
        <i class="needle" ref={props.needle.line} aria-hidden="true" hidden />
      </div>
    </div>
  );
}
