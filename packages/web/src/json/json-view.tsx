import { useSignal } from '@preact/signals';
import { useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { AttributeJson } from '@tta/obs-protocol';
import { useVirtualRows } from '../shell/use-virtual-rows.tsx';
import { JsonFind } from './json-find.tsx';
import { JsonRowText } from './json-row.tsx';
import { jsonPathText, JsonTree } from './json-tree.ts';
import type { JsonPath } from './json-search.ts';
import type { JsonRow } from './json-tree.ts';
import { JsonValueBar } from './json-value-bar.tsx';
import { moveInTree, neighbouringFind } from './tree-keys.ts';
import { useJsonSearch } from './use-json-search.tsx';

const ROW_PX = 24;
/** More rows than these scroll, where the tree does not fill its place. */
const MOST_ROWS = 16;
/** What is open at first where it does: about a screen. */
const MOST_FILLING_ROWS = 24;
/** Smaller trees are looked over without help. */
const FIND_FROM_ROWS = 12;
/** Browsers know no element that is higher than all of these. */
const MOST_DRAWABLE = 1_000_000;

export interface JsonViewProps {
  readonly value: AttributeJson;
  /** What it is, for who does not see it: `arguments of search`. */
  readonly label: string;
  /** Takes the height of what it stands in, instead of as much as it needs. */
  readonly fills?: boolean;
}

/** Any JSON value as a tree to fold, search and copy from. What is not in sight is not drawn: megabytes are no burden. */
export function JsonView({ value, label, fills = false }: JsonViewProps) {
  /** The tree, once somebody has moved or opened something in it: what comes anew stays as it was left. */
  const used = useRef<JsonTree>();
  const tree = useMemo(() => {
    const begun = new JsonTree(value);
    if (used.current === undefined) begun.openUpTo(fills ? MOST_FILLING_ROWS : MOST_ROWS);
    else {
      begun.openLike(used.current);
      used.current = begun;
    }
    return begun;
  }, [value]);
  const active = useSignal<JsonPath>([]);
  const [, redraw] = useState(0);
  const sought = useSignal('');
  const { paths: found, isDone } = useJsonSearch(tree, sought.value);
  const isWhole = useSignal(false);
  const scroller = useRef<HTMLDivElement>(null);
  const find = useRef<HTMLInputElement>(null);
  const isShowing = useRef(false);
  const id = useId();
  const count = Math.min(tree.rowCount, MOST_DRAWABLE);
  const virtual = useVirtualRows(scroller, { count, rowHeightPx: ROW_PX, overscan: 4 });
  // Another value may have nothing where the active one was.
  const at = Math.max(0, tree.indexOf(active.value));
  const row = tree.row(at);

  useLayoutEffect(() => {
    if (isShowing.current) virtual.show(at);
    isShowing.current = false;
  });
  useLayoutEffect(() => {
    if (tree.indexOf(active.peek()) === -1) active.value = [];
  }, [tree]);

  const go = (path: JsonPath): void => {
    isShowing.current = true;
    isWhole.value = false;
    used.current = tree;
    tree.reveal(path);
    active.value = path;
    redraw((turn) => turn + 1);
  };
  const toggle = (target: JsonRow): void => {
    used.current = tree;
    if (target.isOpen) tree.close(target.path);
    else if (!tree.open(target.path)) isWhole.value = typeof target.value === 'string' && !isWhole.value;
    active.value = target.path;
    redraw((turn) => turn + 1);
  };
  const goToFound = (step: 1 | -1): void => {
    const next = neighbouringFind(found, active.peek(), step);
    if (next !== undefined) go(next);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_PX) - 1);
    // Read when a key is pressed: several may come before the tree is drawn again.
    const now = tree.row(Math.max(0, tree.indexOf(active.peek())));
    const moved = moveInTree(tree, now.path, event.key, pageRows);
    if (moved !== undefined) go(moved);
    else if (event.key === 'Enter' || event.key === ' ') toggle(now);
    else if (event.key === 'n' && found.length > 0) goToFound(1);
    else if (event.key === 'N' && found.length > 0) goToFound(-1);
    else if (event.key === '/' && find.current !== null) find.current.focus();
    else return;
    event.preventDefault();
  };
  const rowId = (index: number): string => `${id}-${index}`;
  const indexes = Array.from(
    { length: virtual.last + 1 - virtual.first },
    (_, shift) => virtual.first + shift,
  );
  return (
    <div class={fills ? 'json fills' : 'json'}>
      {(tree.rowCount > FIND_FROM_ROWS || sought.value !== '' || fills) && (
        <JsonFind
          input={find}
          label={label}
          sought={sought.value}
          foundCount={found.length}
          isSearching={!isDone}
          onSought={(text) => (sought.value = text)}
          onStep={goToFound}
          onOpenAll={() => {
            used.current = tree;
            tree.openAll();
            redraw((turn) => turn + 1);
          }}
          onCloseAll={() => {
            tree.closeAll();
            go([]);
          }}
        />
      )}
      <div
        class="json-scroll"
        ref={scroller}
        role="tree"
        tabIndex={0}
        aria-label={label}
        aria-activedescendant={at >= virtual.first && at <= virtual.last ? rowId(at) : undefined}
        style={fills ? {} : { height: `${Math.min(count, MOST_ROWS) * ROW_PX}px` }}
        onKeyDown={onKey}
      >
        <div class="json-rows" role="none" style={{ height: `${virtual.totalPx}px` }}>
          {indexes
            .filter((index) => index < count)
            .map((index) => {
              const shown = tree.row(index);
              const depth = shown.path.length;
              return (
                <div
                  key={index}
                  id={rowId(index)}
                  class={index === at ? 'json-row is-active' : 'json-row'}
                  role="treeitem"
                  aria-level={depth + 1}
                  aria-posinset={(shown.path.at(-1) ?? 0) + 1}
                  aria-setsize={shown.siblingCount}
                  aria-selected={index === at}
                  aria-expanded={shown.canOpen ? shown.isOpen : undefined}
                  style={{
                    transform: `translateY(${index * ROW_PX}px)`,
                    paddingLeft: `${4 + Math.min(depth, 24) * 12}px`,
                  }}
                  onClick={() => {
                    if (getSelection()?.isCollapsed !== false) toggle(shown);
                  }}
                >
                  <i
                    class={`twisty${shown.isOpen ? ' is-open' : ''}${shown.canOpen ? '' : ' is-leaf'}`}
                    aria-hidden="true"
                  />
                  <span class="clip">
                    <JsonRowText row={shown} sought={sought.value} />
                  </span>
                </div>
              );
            })}
        </div>
      </div>
      {count < tree.rowCount && (
        <p class="muted">The first 1,000,000 of {tree.rowCount.toLocaleString('en')} rows.</p>
      )}
      {tree.rowCount > 1 || typeof row.value === 'string' ? (
        <JsonValueBar
          path={jsonPathText(tree.at(row.path).steps)}
          value={row.value}
          isWhole={isWhole.value}
          onWhole={(whole) => (isWhole.value = whole)}
        />
      ) : null}
    </div>
  );
}
