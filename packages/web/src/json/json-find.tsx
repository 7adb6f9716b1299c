import type { RefObject } from 'preact';

export interface JsonFindProps {
  readonly input: RefObject<HTMLInputElement>;
  readonly label: string;
  readonly sought: string;
  /** At most 1,000 are counted. */
  readonly foundCount: number;
  /** Not all has been looked through. */
  readonly isSearching: boolean;
  readonly onSought: (text: string) => void;
  readonly onStep: (step: 1 | -1) => void;
  readonly onOpenAll: () => void;
  readonly onCloseAll: () => void;
}

/** Searches a tree and opens all of it. */
export function JsonFind({ input, label, sought, foundCount, isSearching, ...on }: JsonFindProps) {
  return (
    <div class="json-find">
      <input
        ref={input}
        type="search"
        placeholder="Find in it"
        aria-label={`Find in ${label}`}
        value={sought}
        onInput={(event) => on.onSought(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') on.onStep(event.shiftKey ? -1 : 1);
          else if (event.key === 'Escape' && sought !== '') on.onSought('');
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <span class="muted" role="status">
        {sought !== '' &&
          (foundCount >= 1_000 ? '1,000 or more' : `${foundCount} found${isSearching ? ' so far' : ''}`)}
      </span>
      {foundCount > 0 && (
        <>
          <button
            type="button"
            class="icon-button"
            title="Previous (N)"
            aria-label="Previous"
            onClick={() => on.onStep(-1)}
          >
            ↑
          </button>
          <button
            type="button"
            class="icon-button"
            title="Next (n)"
            aria-label="Next"
            onClick={() => on.onStep(1)}
          >
            ↓
          </button>
        </>
      )}
      <span class="json-find-space" />
      <button type="button" class="link-button" onClick={on.onOpenAll}>
        open all
      </button>
      <button type="button" class="link-button" onClick={on.onCloseAll}>
        close all
      </button>
    </div>
  );
}
