import { LongText } from '../json/long-text.tsx';
import { MarkedText } from '../format/marked-text.tsx';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { textSize } from '../format/text-size.ts';
import { MarkdownText } from '../markdown/markdown-text.tsx';
import { messageBeginning } from './message-beginning.ts';
import type { Reader } from './reader.ts';

/** Beyond that a text is not read as Markdown: nobody reads it through, and its nodes would be too many. */
const LONGEST_MARKDOWN = 200_000;

export interface LongMessageProps {
  readonly reader: Reader;
  /** Under which it is remembered whether all of it is shown. */
  readonly name: string;
  readonly text: string;
  readonly isMarkdown: boolean;
}

/** What was said; of a long text the beginning and, on demand, all. */
export function LongMessage({ reader, name, text, isMarkdown }: LongMessageProps) {
  const beginning = messageBeginning(text);
  const isLong = beginning.length < text.length;
  const key = `${name} all`;
  const isAll = isLong && reader.folds.isOpen(key, false);
  const shown = isAll ? text : beginning;
  return (
    <>
      {isMarkdown && shown.length <= LONGEST_MARKDOWN ? (
        <MarkdownText text={shown} sought={reader.sought} />
      ) : shown.length > LONGEST_MARKDOWN ? (
        <LongText text={shown} isWhole />
      ) : (
        <div class="long-text">
          <MarkedText text={withoutDirectionMarks(shown)} sought={reader.sought} />
        </div>
      )}
      {isLong && (
        <button
          type="button"
          class="link-button"
          aria-expanded={isAll}
          onClick={() => reader.folds.set(key, !isAll)}
        >
          {isAll ? 'show less' : `show all ${textSize(text.length)}`}
        </button>
      )}
    </>
  );
}
