import type { RefObject } from 'preact';

export interface WaterfallToolsProps {
  readonly findInput: RefObject<HTMLInputElement>;
  readonly find: string;
  /** How many rows were found, and which of them is selected, from 1; 0 for none. */
  readonly foundCount: number;
  readonly foundAt: number;
  /** Something is about to be searched for. */
  readonly onFindOpen: () => void;
  readonly onFind: (text: string) => void;
  readonly onStep: (step: 1 | -1) => void;
  /** Back to the rows. */
  readonly onLeave: () => void;
  readonly failureCount: number;
  readonly failureAt: number;
  readonly onFailure: () => void;
  readonly isPathShown: boolean;
  readonly onPath: () => void;
  readonly isPathOnly: boolean;
  readonly onPathOnly: () => void;
  /** `undefined` where there is nothing to compress. */
  readonly areGapsCompressed: boolean | undefined;
  readonly onGaps: () => void;
  readonly isMagnified: boolean;
  readonly onWhole: () => void;
}

/** What can be looked for and emphasised in the waterfall. */
export function WaterfallTools(props: WaterfallToolsProps) {
  const { find, foundCount, foundAt, failureCount, failureAt } = props;
  const onFindKey = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if (event.key === 'Enter') props.onStep(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') {
      props.onFind('');
      props.onLeave();
    } else if (event.key === 'ArrowDown') props.onLeave();
    else return;
    event.preventDefault();
  };
  return (
    <div class="waterfall-tools" role="toolbar" aria-label="Waterfall tools">
      <span class="waterfall-find" role="search">
        <input
          ref={props.findInput}
          type="search"
          aria-label="Find in the trace"
          placeholder="Find ( / )"
          spellcheck={false}
          autocomplete="off"
          value={find}
          onFocus={props.onFindOpen}
          onInput={(event) => props.onFind(event.currentTarget.value)}
          onKeyDown={onFindKey}
        />
        {find.trim() !== '' && (
          <>
            <output class="waterfall-find-count">
              {foundCount === 0
                ? 'none'
                : foundAt === 0
                  ? `${foundCount} found`
                  : `${foundAt} of ${foundCount}`}
            </output>
            <button aria-label="Previous match" title="Previous (N)" onClick={() => props.onStep(-1)}>
              ‹
            </button>
            <button aria-label="Next match" title="Next (n)" onClick={() => props.onStep(1)}>
              ›
            </button>
          </>
        )}
      </span>
      {failureCount > 0 && (
        <button class="next-failure" title="Next error (e), previous (E)" onClick={props.onFailure}>
          ✕ {failureAt === 0 ? failureCount : `${failureAt} of ${failureCount}`}
          <span class="tool-text">{failureCount === 1 ? ' error' : ' errors'}</span>
        </button>
      )}
      <button
        aria-pressed={props.isPathShown}
        title="Critical path: what the duration hangs on (c)"
        onClick={props.onPath}
      >
        Critical path
      </button>
      {props.isPathShown && (
        <button
          aria-pressed={props.isPathOnly}
          title="Only rows on the critical path (C)"
          onClick={props.onPathOnly}
        >
          Path only
        </button>
      )}
      {props.areGapsCompressed !== undefined && (
        <button
          aria-pressed={props.areGapsCompressed}
          title="Draw stretches in which nothing ran shorter (i)"
          onClick={props.onGaps}
        >
          Gaps
        </button>
      )}
      {props.isMagnified && (
        <button title="Show the whole trace (0)" onClick={props.onWhole}>
          All
        </button>
      )}
    </div>
  );
}
