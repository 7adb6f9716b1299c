import type { ComponentChildren } from 'preact';
import { MarkedText } from '../format/marked-text.tsx';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import type { Reader } from './reader.ts';

export interface FoldProps {
  readonly reader: Reader;
  /** Under which it is remembered whether it is open. */
  readonly name: string;
  readonly title: string;
  /** What stands behind the title while it is closed. */
  readonly preview: string;
  /** How much there is in it. */
  readonly size: string;
  readonly isOpenAtFirst?: boolean;
  readonly children: () => ComponentChildren;
}

/** What is read on demand only: its content is not drawn before. */
export function Fold({ reader, name, title, preview, size, isOpenAtFirst = false, children }: FoldProps) {
  const isOpen = reader.folds.isOpen(name, isOpenAtFirst);
  return (
    <div class="transcript-fold">
      <button
        type="button"
        class="fold-head"
        aria-expanded={isOpen}
        onClick={() => reader.folds.set(name, !isOpen)}
      >
        <i class={isOpen ? 'twisty is-open' : 'twisty'} aria-hidden="true" />
        <span class="fold-title">{title}</span>
        {!isOpen && (
          <span class="clip muted">
            <MarkedText text={withoutDirectionMarks(preview)} sought={reader.sought} />
          </span>
        )}
        <span class="fold-size muted">{size}</span>
      </button>
      {isOpen && children()}
    </div>
  );
}
