import { useSignal } from '@preact/signals';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { textSize } from '../format/text-size.ts';
import { textPieces } from './text-pieces.ts';

const FIRST_LENGTH = 600;

export interface LongTextProps {
  readonly text: string;
  /** Drawn whole from the start. */
  readonly isWhole?: boolean;
}

/** A text as it is. Of a long one the beginning and, on demand, all: megabytes are laid out as they come into sight. */
export function LongText({ text, isWhole = false }: LongTextProps) {
  const isAll = useSignal(isWhole);
  const isLong = text.length > FIRST_LENGTH * 1.5;
  if (!isLong) return <span class="long-text">{withoutDirectionMarks(text)}</span>;
  return (
    <>
      {isAll.value ? (
        <span class="long-text">
          {textPieces(text).map((piece, index) => (
            <span key={index} class="text-piece">
              {withoutDirectionMarks(piece)}
            </span>
          ))}
        </span>
      ) : (
        <span class="long-text">{withoutDirectionMarks(text.slice(0, FIRST_LENGTH))}…</span>
      )}
      {!isWhole && (
        <button
          type="button"
          class="link-button"
          aria-expanded={isAll.value}
          onClick={() => (isAll.value = !isAll.value)}
        >
          {isAll.value ? 'show less' : `show all ${textSize(text.length)}`}
        </button>
      )}
    </>
  );
}
