import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { useCommands } from '../commands/use-commands.tsx';
import { unitFor } from '../format/duration.ts';
import type { TraceRoute } from '../route.ts';
import { Divider } from '../trace/divider.tsx';
import { RememberedSize } from '../trace/remembered-size.ts';
import type { TracePartProps } from '../trace/trace-part.ts';
import { failureOrigins, neighbouringFailure } from '../tree/failures.ts';
import { hasChildren, rowOfSpan } from '../tree/span-tree.ts';
import { positionOf, rowId } from '../tree/visible-rows.ts';
import { criticalPath } from './critical-path.ts';
import { idleGaps } from './idle-gaps.ts';
import { logMarks } from './log-marks.ts';
import { Minimap } from './minimap.tsx';
import { rulerLabels } from './ruler-labels.ts';
import { RowSearch } from './row-search.ts';
import { themePalette } from './theme-palette.ts';
import { lastEndMs, stretchOf } from './time-axis.ts';
import { TimeRuler } from './time-ruler.tsx';
import { useFolding } from './use-folding.tsx';
import { useLanePointer } from './use-lane-pointer.tsx';
import { useMeasured } from './use-measured.tsx';
import { useSight } from './use-sight.tsx';
import { roomForNames } from './waterfall-row.tsx';
import { ROW_PX, WaterfallRows } from './waterfall-rows.tsx';
import type { RowsHandle } from './waterfall-rows.tsx';
import { WaterfallTools } from './waterfall-tools.tsx';

const ZOOM_STEP = 1.5;
/** Share of what is in sight by which a key moves on. */
const PAN_STEP = 0.25;
const LEAST_NAME_PX = 120;
const LEAST_LANE_PX = 160;
const NONE = new Int32Array();

export function WaterfallView(props: TracePartProps) {
  const { viewer, document: trace, tree, theme, route, onSelect, onAdjust } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const lane = useRef<HTMLDivElement>(null);
  const names = useRef<HTMLSpanElement>(null);
  const findInput = useRef<HTMLInputElement>(null);
  const handle = useRef<RowsHandle>(null);
  const laneBox = useMeasured(lane);
  const nameBox = useMeasured(names);
  const palette = useMemo(themePalette, [theme]);

  const totalMs = useMemo(() => lastEndMs(tree.spans), [tree]);
  const idle = useMemo(() => idleGaps(tree, totalMs), [tree, totalMs]);
  const sight = useSight({
    totalMs,
    widthPx: laneBox.widthPx,
    idle,
    range: route.range,
    onRange: (range) => onAdjust({ range } as Partial<TraceRoute>),
  });
  const { axis } = sight;
  const labels = useMemo(() => rulerLabels(axis), [axis]);
  const ticksPx = useMemo(() => labels.ticks.map(({ leftPx }) => leftPx), [labels]);

  const isPathShown = route.isCriticalPath === true;
  const path = useMemo(() => (isPathShown ? criticalPath(tree) : undefined), [tree, isPathShown]);
  const isPathOnly = useSignal(false);
  const folding = useFolding(tree);
  const visible = useMemo(
    () =>
      path !== undefined && isPathOnly.value
        ? folding.visible.filter((row) => path.isOnPath[row] === 1)
        : folding.visible,
    [folding.visible, path, isPathOnly.value],
  );

  const find = route.find ?? '';
  const isFinding = find.trim() !== '';
  // What can be found is gathered before the first letter is typed.
  const isSearchOpen = useSignal(isFinding);
  const search = useMemo(
    () => (isFinding || isSearchOpen.value ? new RowSearch(tree, trace.services) : undefined),
    [tree, trace.services, isFinding || isSearchOpen.value],
  );
  const found = useMemo(() => (isFinding ? search?.find(find) : undefined) ?? NONE, [search, find]);
  const isFound = useMemo(() => {
    const marks = new Uint8Array(tree.rowCount);
    for (const row of found) marks[row] = 1;
    return marks;
  }, [tree, found]);
  const isDimmed = useMemo(() => {
    if (isFinding) return isFound.map((mark) => 1 - mark);
    return path === undefined ? new Uint8Array(tree.rowCount) : path.isOnPath.map((mark) => 1 - mark);
  }, [tree, isFinding, isFound, path]);

  const { records } = viewer.logs.loaded.value;
  const logs = useMemo(
    () => logMarks(tree, records, trace.summary.startTimeMs),
    [tree, records, trace.summary.startTimeMs],
  );
  const origins = useMemo(() => failureOrigins(tree), [tree]);
  const unit = unitFor(totalMs);
  const selectedRow = useMemo(
    () => (route.spanId === undefined ? -1 : rowOfSpan(tree, route.spanId)),
    [tree, route.spanId],
  );
  // Keys work on this one: several may be pressed before the page is drawn again.
  const current = useRef(selectedRow);
  current.current = selectedRow;

  // A selection that comes from the address or from "next error" may lie out of sight.
  useEffect(() => {
    if (selectedRow === -1) return;
    if (path?.isOnPath[selectedRow] === 0) isPathOnly.value = false;
    folding.reveal([selectedRow]);
    handle.current?.show(selectedRow);
  }, [route.spanId, selectedRow === -1]);
  // What is found is opened, and the next of it scrolled to, without selecting it.
  useEffect(() => {
    if (found.length === 0) return;
    folding.reveal(found);
    handle.current?.show(neighbouringFailure(found, current.current - 1, 1));
  }, [found]);
  const focusRows = (): void => scroller.current?.focus({ preventScroll: true });
  useEffect(focusRows, []);

  const select = (row: number): void => {
    current.current = row;
    onSelect(rowId(tree, row));
  };
  const moveTo = (to: number): void => {
    const row = visible[Math.max(0, Math.min(visible.length - 1, to))];
    if (row !== undefined) select(row);
  };
  const moveBy = (by: number): void => {
    let row = current.current;
    // What is folded away is left from the row that stands for it.
    while (row !== -1 && positionOf(visible, row) === -1) row = tree.parent[row] as number;
    moveTo(positionOf(visible, row) + by);
  };
  const step = (rows: Int32Array, by: 1 | -1): void => {
    const row = neighbouringFailure(rows, current.current, by);
    if (row !== -1) select(row);
  };
  const isOpen = (row: number): boolean => hasChildren(tree, row) && !folding.isFolded(row);
  const collapse = (): void => {
    const row = current.current;
    if (row === -1) return;
    if (isOpen(row)) folding.fold([row], true);
    else if (tree.parent[row] !== -1) select(tree.parent[row] as number);
  };
  const expand = (): void => {
    const row = current.current;
    if (row === -1) return;
    if (folding.isFolded(row)) folding.fold([row], false);
    else {
      // Of those that are shown: only the critical path may be.
      const child = visible[positionOf(visible, row) + 1];
      if (child !== undefined && child > row && child < (tree.end[row] as number)) select(child);
    }
  };
  const foldLevel = (isFolded: boolean): void => {
    if (current.current !== -1) folding.foldLevel(current.current, isFolded);
  };
  const fit = (row: number): void => sight.change((now) => now.fitted(stretchOf(tree, row)));
  const zoom = (factor: number): void =>
    sight.change((now) => {
      const { fromMs, toMs } = current.current === -1 ? now.range : stretchOf(tree, current.current);
      const px = now.x((fromMs + toMs) / 2);
      return now.zoomed(factor, px >= 0 && px <= now.widthPx ? px : now.widthPx / 2);
    });
  const pan = (share: number): void => sight.change((now) => now.panned(now.widthPx * share));
  const togglePath = (): void => {
    const now = viewer.route.peek();
    onAdjust({ isCriticalPath: now.view === 'trace' && now.isCriticalPath !== true });
  };
  const togglePathOnly = (): void => {
    isPathOnly.value = !(isPathShown && isPathOnly.value);
    if (!isPathShown) onAdjust({ isCriticalPath: true });
  };
  const changeFind = (text: string): void => onAdjust({ find: text });
  const page = (by: 1 | -1): void => moveBy(by * (handle.current?.pageRows() ?? 1));
  useCommands(
    (
      [
        ['Next row', ['ArrowDown', 'j'], () => moveBy(1)],
        ['Previous row', ['ArrowUp', 'k'], () => moveBy(-1)],
        ['A page further', ['PageDown'], () => page(1)],
        ['A page back', ['PageUp'], () => page(-1)],
        ['First row', ['Home'], () => moveTo(0)],
        ['Last row', ['End'], () => moveTo(visible.length - 1)],
        ['Collapse, or go to the parent', ['ArrowLeft'], collapse],
        ['Expand, or go to the first child', ['ArrowRight'], expand],
        ['Collapse all beside it', ['Shift+ArrowLeft'], () => foldLevel(true)],
        ['Expand all beside it', ['Shift+ArrowRight'], () => foldLevel(false)],
        ['Collapse all, or expand all', ['x'], folding.toggleAll],
        ['Next error', ['e'], () => step(origins, 1)],
        ['Previous error', ['E'], () => step(origins, -1)],
        ['Find in the trace', ['/'], () => findInput.current?.select()],
        ['Next match', ['n'], () => step(found, 1)],
        ['Previous match', ['N'], () => step(found, -1)],
        ['Magnify', ['+', '='], () => zoom(ZOOM_STEP)],
        ['Show more time', ['-'], () => zoom(1 / ZOOM_STEP)],
        ['Show the whole time', ['0'], () => sight.change(() => undefined)],
        ['Earlier', ['a'], () => pan(-PAN_STEP)],
        ['Later', ['d'], () => pan(PAN_STEP)],
        ['Magnify the selected span', ['z'], () => current.current !== -1 && fit(current.current)],
        ['Critical path', ['c'], togglePath],
        ['Only the critical path', ['C'], togglePathOnly],
        ['Compress idle time, or not', ['i'], sight.toggleCompressed],
      ] as const
    ).map(([title, keys, run]) => ({ title, group: 'Trace', keys, run: () => void run() })),
  );

  const needle = useLanePointer({
    scroller,
    lane,
    rowHeightPx: ROW_PX,
    sight,
    onFit: (index) => {
      const row = visible[index];
      if (row !== undefined) fit(row);
    },
  });
  const nameSize = useMemo(() => new RememberedSize(localStorage, 'waterfall-names', 0.44), []);
  const nameShare = useSignal(nameSize.read());
  const resizeNames = (share: number): void => {
    nameShare.value = share;
    nameSize.write(share);
  };
  const roomPx = Math.max(1, nameBox.widthPx / Math.max(0.05, nameShare.value));

  const rowCount = visible.length;
  return (
    <section class="waterfall" aria-label="Waterfall" style={{ '--names': `${nameShare.value * 100}%` }}>
      <div class="waterfall-top">
        <WaterfallTools
          findInput={findInput}
          find={find}
          foundCount={found.length}
          foundAt={found.indexOf(selectedRow) + 1}
          onFindOpen={() => (isSearchOpen.value = true)}
          onFind={changeFind}
          onStep={(by) => step(found, by)}
          onLeave={focusRows}
          failureCount={origins.length}
          failureAt={origins.indexOf(selectedRow) + 1}
          onFailure={() => step(origins, 1)}
          isPathShown={isPathShown}
          onPath={togglePath}
          isPathOnly={isPathOnly.value}
          onPathOnly={togglePathOnly}
          areGapsCompressed={idle.length === 0 ? undefined : sight.isCompressed}
          onGaps={sight.toggleCompressed}
          isMagnified={!axis.isWhole}
          onWhole={() => sight.change(() => undefined)}
        />
        <Minimap tree={tree} axis={axis} palette={palette} onRange={(range) => sight.change(() => range)} />
      </div>
      <div class={`waterfall-body ${roomForNames(nameBox.widthPx)}`}>
        <div class="waterfall-head">
          <span class="head-name" ref={names}>
            {rowCount === 1 ? '1 row' : `${rowCount.toLocaleString('en')} rows`}
          </span>
          <span class="num">{unit.name}</span>
          <div class="axis" ref={lane} aria-hidden="true">
            <TimeRuler axis={axis} labels={labels} />
            <span class="needle-time" ref={needle.time} hidden />
          </div>
        </div>
        <WaterfallRows
          tree={tree}
          services={trace.services}
          visible={visible}
          folding={folding}
          unit={unit}
          selectedRow={selectedRow}
          onSelect={select}
          isFound={isFound}
          isDimmed={isDimmed}
          path={path}
          logs={logs}
          axis={axis}
          ticksPx={ticksPx}
          leftPx={laneBox.leftPx}
          palette={palette}
          needle={needle}
          scroller={scroller}
          handle={handle}
        />
        <div class="names-divider" style={{ left: `${nameBox.widthPx}px` }}>
          <Divider
            label="Width of the names"
            sizePx={nameBox.widthPx}
            minPx={LEAST_NAME_PX}
            maxPx={roomPx - LEAST_LANE_PX}
            side="left"
            onSize={(sizePx) => resizeNames(sizePx / roomPx)}
            onReset={() => resizeNames(0.44)}
          />
        </div>
      </div>
    </section>
  );
}
