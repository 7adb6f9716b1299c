import { useSignal } from '@preact/signals';
import { useContext, useEffect, useRef } from 'preact/hooks';
import type { TraceSummary } from '@tta/obs-protocol';
import type { Viewer } from '../viewer.ts';
import { Keys } from './keys.tsx';
import { closeModal, Modal } from './modal.tsx';
import type { ModalState } from './modal.tsx';
import { paletteEntries } from './palette-entries.ts';
import type { PaletteEntry } from './palette-entries.ts';
import { Commands } from './use-commands.tsx';

export interface PaletteProps {
  readonly viewer: Viewer;
  readonly state: ModalState;
}

/** Of so many the names are looked through; all others are found by searching. */
const RECENT_TRACES = 500;

/** Finds everything that can be done or opened by what it is called. */
export function Palette({ viewer, state }: PaletteProps) {
  const registry = useContext(Commands);
  const typed = useSignal('');
  const active = useSignal(0);
  const list = useRef<HTMLDivElement>(null);
  const traces = useSignal<readonly TraceSummary[]>([]);
  const isOpen = state.isOpen.value;
  useEffect(() => {
    if (!isOpen) return undefined;
    const abort = new AbortController();
    // The list may show what a query finds, or not be loaded.
    viewer.client.traces({ limit: RECENT_TRACES, signal: abort.signal }).then(
      ({ items }) => {
        traces.value = items;
      },
      // Without them there are the commands, and the ids of traces.
      () => {},
    );
    return () => {
      abort.abort();
      typed.value = '';
      active.value = 0;
    };
  }, [isOpen]);
  // Read when a key is pressed: several may come before the palette is drawn again.
  const find = (): readonly PaletteEntry[] =>
    paletteEntries(typed.value, {
      commands: registry.all(),
      traces: traces.value,
      openTrace: (traceId) => viewer.go({ view: 'trace', traceId }),
      search: (query) => viewer.go({ view: 'traces', query }),
    });
  const entries = isOpen ? find() : [];
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [active.value, typed.value]);

  // First the dialog goes and the focus is back, then the command may put it elsewhere.
  const choose = (entry: PaletteEntry | undefined, element: Element): void => {
    if (entry === undefined) return;
    closeModal(element);
    entry.run();
  };
  const onKeyDown = (event: KeyboardEvent & { readonly currentTarget: HTMLInputElement }): void => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.isComposing || (move === undefined && event.key !== 'Enter')) return;
    event.preventDefault();
    const found = find();
    if (move === undefined) choose(found[active.value], event.currentTarget);
    else active.value = (active.value + move + found.length) % Math.max(1, found.length);
  };
  return (
    <Modal state={state} label="Commands and traces" class="palette">
      <input
        type="text"
        role="combobox"
        aria-label="Command, trace, or trace id"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-autocomplete="list"
        aria-activedescendant={active.value < entries.length ? `palette-${active.value}` : undefined}
        placeholder="Command, trace, or trace id"
        autocomplete="off"
        autofocus
        spellcheck={false}
        value={typed.value}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
          active.value = 0;
        }}
        onKeyDown={onKeyDown}
      />
      <div id="palette-list" ref={list} role="listbox" aria-label="Commands and traces" tabIndex={-1}>
        {groupsOf(entries).map(({ group, from, members }) => (
          <div key={group} role="group" aria-label={group}>
            <div class="palette-group" aria-hidden="true">
              {group}
            </div>
            {members.map((entry, at) => (
              <div
                key={entry.id}
                id={`palette-${from + at}`}
                role="option"
                aria-selected={from + at === active.value}
                onClick={(event) => choose(entry, event.currentTarget)}
              >
                <span class="clip" title={entry.title}>
                  {entry.title}
                </span>
                {entry.hint !== undefined && <span class="muted clip">{entry.hint}</span>}
                {entry.keys !== undefined && <Keys keys={entry.keys} />}
              </div>
            ))}
          </div>
        ))}
      </div>
    </Modal>
  );
}

interface EntryGroup {
  readonly group: string;
  /** Position of its first member among all entries. */
  readonly from: number;
  readonly members: PaletteEntry[];
}

function groupsOf(entries: readonly PaletteEntry[]): readonly EntryGroup[] {
  const groups: EntryGroup[] = [];
  for (const [at, entry] of entries.entries()) {
    const last = groups.at(-1);
    if (last?.group === entry.group) last.members.push(entry);
    else groups.push({ group: entry.group, from: at, members: [entry] });
  }
  return groups;
}
