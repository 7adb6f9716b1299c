import type { RefObject } from 'preact';
import type { DurationUnit } from '../format/duration.ts';
import { LevelSelect } from './level-select.tsx';

export interface LogsBarProps {
  readonly input: RefObject<HTMLInputElement>;
  readonly find: string;
  readonly foundCount: number;
  /** Which find the active line is; -1 when it is none. */
  readonly foundAt: number;
  readonly lineCount: number;
  readonly hasMore: boolean;
  readonly unit: DurationUnit;
  readonly minSeverity: number | undefined;
  readonly isOnlySpan: boolean;
  readonly hasSpan: boolean;
  readonly isWrapped: boolean;
  readonly onFind: (text: string) => void;
  readonly onStep: (step: 1 | -1) => void;
  readonly onLevel: (minSeverity: number | undefined) => void;
  readonly onOnlySpan: (isOnly: boolean) => void;
  readonly onWrap: () => void;
}

/** What is shown of the logs, and how many lines there are. */
export function LogsBar(props: LogsBarProps) {
  const { find, foundCount, foundAt, lineCount, hasMore } = props;
  return (
    <div class="logs-bar">
      <input
        ref={props.input}
        class="find"
        type="search"
        placeholder="Find (/)"
        aria-label="Find in the logs"
        value={find}
        onInput={(event) => props.onFind(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') props.onStep(event.shiftKey ? -1 : 1);
          else if (event.key === 'Escape' && find === '') event.currentTarget.blur();
          else if (event.key === 'Escape') props.onFind('');
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      {find !== '' && (
        <>
          <span class="muted" role="status">
            {foundAt === -1 ? `${foundCount} found` : `${foundAt + 1} of ${foundCount}`}
            {hasMore && ' in these lines'}
          </span>
          <button
            type="button"
            class="icon-button"
            aria-label="Previous find"
            title="Previous (N)"
            disabled={foundCount === 0}
            onClick={() => props.onStep(-1)}
          >
            ↑
          </button>
          <button
            type="button"
            class="icon-button"
            aria-label="Next find"
            title="Next (n)"
            disabled={foundCount === 0}
            onClick={() => props.onStep(1)}
          >
            ↓
          </button>
        </>
      )}
      <LevelSelect minSeverity={props.minSeverity} onChoose={props.onLevel} />
      <label class="logs-option">
        <input
          type="checkbox"
          checked={props.isOnlySpan && props.hasSpan}
          disabled={!props.hasSpan}
          onChange={(event) => props.onOnlySpan(event.currentTarget.checked)}
        />
        Only this span
      </label>
      <label class="logs-option">
        <input type="checkbox" checked={props.isWrapped} onChange={props.onWrap} />
        Wrap
      </label>
      <span class="muted logs-count">
        {hasMore && 'first '}
        {lineCount === 1 ? '1 line' : `${lineCount.toLocaleString('en')} lines`}, {props.unit.name}
        <span class="logs-unit"> after the start</span>
      </span>
    </div>
  );
}
