import { effect } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { useCommands } from '../commands/use-commands.tsx';
import type { Pill, QueryDraft } from './query-draft.ts';
import { ProblemList, ProblemMarks } from './query-problems.tsx';

const LIST = 'query-suggestions';
const PROBLEMS = 'query-problems';

export interface QueryBarProps {
  /** The query of the address. */
  readonly query: string;
  readonly draft: QueryDraft;
  readonly onAsk: (query: string) => void;
}

/** The terms of the query as pills, and a field for a further one, or for another text of one of them. */
export function QueryBar({ query, draft, onAsk }: QueryBarProps) {
  const field = useRef<HTMLInputElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  const [hasFocus, setHasFocus] = useState(false);
  const pills = draft.pills.value;
  const edited = draft.edited.value;
  const suggestions = draft.suggestions.value;
  const activeIndex = draft.activeIndex.value;
  const problems = draft.problems.value;
  const isOpen = hasFocus && suggestions.length > 0;
  useLayoutEffect(() => draft.follow(), [query]);
  // At once: further keys may come before the page is drawn again.
  useLayoutEffect(
    () =>
      effect(() => {
        const element = field.current as HTMLInputElement;
        const text = draft.text.value;
        if (element.value === text) return;
        element.value = text;
        element.setSelectionRange(draft.cursor.peek(), draft.cursor.peek());
      }),
    [draft],
  );
  useEffect(() => {
    if (isOpen) document.getElementById(`${LIST}-${activeIndex}`)?.scrollIntoView({ block: 'nearest' });
  }, [isOpen, activeIndex]);
  useCommands([
    { title: 'Search traces', group: 'List', keys: ['/'], run: () => field.current?.focus() },
    ...(query === ''
      ? []
      : [{ title: 'Clear the query', group: 'List' as const, keys: [], run: () => onAsk('') }]),
  ]);

  const edit = (index: number): void => {
    draft.edit(index);
    field.current?.focus();
  };
  const pillButtons = (): readonly HTMLElement[] => [
    ...(bar.current?.querySelectorAll<HTMLElement>('.pill-text') ?? []),
  ];
  const onPillKey = (event: KeyboardEvent, index: number): void => {
    const to = { ArrowLeft: index - 1, ArrowRight: index + 1 }[event.key];
    if (to !== undefined) (pillButtons()[Math.max(0, to)] ?? field.current)?.focus();
    else if (event.key === 'Delete' || event.key === 'Backspace') {
      draft.removePill(index);
      field.current?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onKeyDown = (event: KeyboardEvent & { readonly currentTarget: HTMLInputElement }): void => {
    if (event.isComposing) return;
    const { currentTarget: input } = event;
    // Read when a key is pressed: several may come before the page is drawn again.
    const offered = draft.suggestions.value;
    const isOffering = offered.length > 0;
    const active = offered[draft.activeIndex.value];
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp':
        if (isOffering) draft.moveActive(event.key === 'ArrowDown' ? 1 : -1);
        else draft.type(input.value, input.selectionStart ?? input.value.length);
        break;
      case 'Enter':
        if (active === undefined) draft.submit();
        else {
          draft.take(active);
          if (active.action.kind === 'write' && active.action.isWhole) draft.submit();
        }
        break;
      case 'Tab': {
        // Completes what has been begun; otherwise it leaves the field.
        const taken =
          active ?? (isOffering && input.value !== '' && !event.shiftKey ? offered[0] : undefined);
        if (taken === undefined || taken.action.kind === 'open') return;
        draft.take(taken);
        break;
      }
      case 'Escape':
        if (isOffering) draft.closeSuggestions();
        else {
          draft.reset();
          input.blur();
        }
        break;
      case 'ArrowLeft':
      case 'Backspace':
        if (input.selectionStart !== 0 || input.selectionEnd !== 0 || draft.edited.value !== undefined)
          return;
        pillButtons().at(-1)?.focus();
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="query-bar">
      <div
        class={hasFocus ? 'query-box has-focus' : 'query-box'}
        ref={bar}
        onClick={(event) => {
          if (event.target === event.currentTarget) field.current?.focus();
        }}
      >
        <svg class="glyph" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M7 2.500a4.500 4.500 0 1 0 0 9a4.500 4.500 0 1 0 0-9M10.400 10.400l3.100 3.100" />
        </svg>
        {pills.map((pill, index) => (
          <QueryPill
            key={`${pill.term.start} ${pill.text}`}
            pill={pill}
            place={index}
            isHidden={index === edited}
            onEdit={() => edit(index)}
            onRemove={() => draft.removePill(index)}
            onKeyDown={(event) => onPillKey(event, index)}
          />
        ))}
        <div class="query-field" style={{ order: edited ?? pills.length }}>
          <ProblemMarks text={draft.text.value} problems={problems} field={field} />
          <input
            ref={field}
            type="text"
            role="combobox"
            class="query-input"
            aria-label={
              edited === undefined ? 'Search traces' : `Change ${pills[edited]?.text ?? 'the term'}`
            }
            aria-autocomplete="list"
            aria-expanded={isOpen}
            aria-controls={LIST}
            aria-activedescendant={isOpen && activeIndex >= 0 ? `${LIST}-${activeIndex}` : undefined}
            aria-invalid={problems.length > 0}
            aria-describedby={problems.length > 0 ? PROBLEMS : undefined}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            placeholder={
              pills.length === 0 ? 'Search: status:error duration:>2s, a word, or a trace id' : 'and …'
            }
            onInput={(event) =>
              draft.type(event.currentTarget.value, event.currentTarget.selectionStart ?? 0)
            }
            onFocus={(event) => {
              setHasFocus(true);
              draft.type(event.currentTarget.value, event.currentTarget.value.length);
            }}
            onBlur={() => {
              setHasFocus(false);
              draft.closeSuggestions();
            }}
            onKeyDown={onKeyDown}
          />
        </div>
      </div>
      <div id={LIST} class="suggestions" role="listbox" aria-label="Suggestions" hidden={!isOpen}>
        {suggestions.map((suggestion, index) => (
          <div
            key={suggestion.label}
            id={`${LIST}-${index}`}
            role="option"
            aria-selected={index === activeIndex}
            // The field keeps the focus.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => {
              draft.take(suggestion);
              if (suggestion.action.kind === 'write' && suggestion.action.isWhole) draft.submit();
            }}
          >
            <code class="clip">{withoutDirectionMarks(suggestion.label)}</code>
            <span class="clip">{suggestion.help}</span>
          </div>
        ))}
      </div>
      <ProblemList
        id={PROBLEMS}
        problems={problems}
        onMend={(problem) => {
          draft.mend(problem);
          field.current?.focus();
        }}
      />
    </div>
  );
}

interface QueryPillProps {
  readonly pill: Pill;
  readonly place: number;
  /** Its text is being changed in the field. */
  readonly isHidden: boolean;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

function QueryPill({ pill: { text }, place, isHidden, onEdit, onRemove, onKeyDown }: QueryPillProps) {
  return (
    <span class="pill" hidden={isHidden} style={{ order: place }}>
      <button
        type="button"
        class="pill-text clip"
        title={`${text}: change it, or remove it by Delete`}
        aria-keyshortcuts="Delete"
        onClick={onEdit}
        onKeyDown={onKeyDown}
      >
        {withoutDirectionMarks(text)}
      </button>
      <button
        type="button"
        class="pill-remove"
        tabIndex={-1}
        aria-label={`Remove ${text}`}
        onClick={onRemove}
      >
        ×
      </button>
    </span>
  );
}
