import { textSize } from '../format/text-size.ts';
import { MarkedText } from '../format/marked-text.tsx';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { JsonView } from '../json/json-view.tsx';
import { CopyButton } from '../shell/copy-button.tsx';
import { AttachmentView } from './attachment-view.tsx';
import { Fold } from './fold.tsx';
import { LongMessage } from './long-message.tsx';
import { MESSAGE_FORMATS } from './message-format.ts';
import type { MessageFormat } from './message-format.ts';
import { jsonLine, pieceText, valueText } from './piece-text.ts';
import type { Reader } from './reader.ts';
import { ToolUseView } from './tool-use-view.tsx';
import type { Piece, Speech } from './transcript-rows.ts';
import { ValueView } from './value-view.tsx';

const PREVIEW_LENGTH = 300;

export interface SpeechViewProps {
  readonly reader: Reader;
  /** The id of the span. */
  readonly row: string;
  readonly speech: Speech;
}

/** What one speaker says: its parts in order, as Markdown, as it is, or as JSON. */
export function SpeechView({ reader, row, speech }: SpeechViewProps) {
  const name = `${row} ${speech.key}`;
  const format = reader.formats.of(name);
  const speaker = speech.name === null ? speech.speaker : `${speech.speaker} ${speech.name}`;
  const isFolded = speech.speaker === 'system';
  const body = () =>
    format === 'json' ? (
      <JsonView value={speech.source} label={`message of ${speaker}`} />
    ) : (
      speech.pieces.map((piece) => (
        <div key={piece.key} class="piece" data-piece={piece.key}>
          <PieceView reader={reader} name={`${row} ${piece.key}`} piece={piece} format={format} />
        </div>
      ))
    );
  return (
    <div class={`speech is-${ROLES.has(speech.speaker) ? speech.speaker : 'other'}`}>
      <div class="speaker" title={speaker}>
        <MarkedText text={withoutDirectionMarks(speaker)} sought={reader.sought} />
      </div>
      <div class="said">
        {isFolded ? (
          <Fold
            reader={reader}
            name={name}
            title="instructions"
            preview={previewOf(speech.pieces)}
            size={textSize(lengthOf(speech.pieces))}
          >
            {body}
          </Fold>
        ) : (
          body()
        )}
      </div>
      <div class="speech-tools">
        {MESSAGE_FORMATS.map((choice) => (
          <button
            key={choice.format}
            type="button"
            class="copy"
            aria-pressed={choice.format === format}
            aria-label={`${SHORT[choice.format]}: show this message as ${choice.title}`}
            onClick={() => reader.formats.choose(name, choice.format)}
          >
            {SHORT[choice.format]}
          </button>
        ))}
        <CopyButton text={() => copiedText(speech, format)} what={`the message of ${speaker}`} />
      </div>
    </div>
  );
}

const ROLES: ReadonlySet<string> = new Set(['system', 'user', 'assistant', 'tool']);
const SHORT: Readonly<Record<MessageFormat, string>> = { markdown: 'md', plain: 'plain', json: 'json' };

interface PieceViewProps {
  readonly reader: Reader;
  readonly name: string;
  readonly piece: Piece;
  readonly format: MessageFormat;
}

function PieceView({ reader, name, piece, format }: PieceViewProps) {
  switch (piece.type) {
    case 'text':
      return <LongMessage reader={reader} name={name} text={piece.text} isMarkdown={format === 'markdown'} />;
    case 'reasoning':
      return (
        <Fold
          reader={reader}
          name={name}
          title="reasoning"
          preview={jsonLine(piece.text, PREVIEW_LENGTH)}
          size={textSize(piece.text.length)}
        >
          {() => (
            <div class="transcript-reasoning">
              <LongMessage reader={reader} name={name} text={piece.text} isMarkdown={format === 'markdown'} />
            </div>
          )}
        </Fold>
      );
    case 'tool':
      return <ToolUseView reader={reader} name={name} use={piece.use} />;
    case 'attachment':
      return <AttachmentView part={piece.part} />;
    case 'value': {
      const text = valueText(piece.value);
      if (typeof piece.value === 'string')
        return <LongMessage reader={reader} name={name} text={text} isMarkdown={false} />;
      return (
        <Fold
          reader={reader}
          name={name}
          title={piece.label}
          preview={jsonLine(piece.value, PREVIEW_LENGTH)}
          size={textSize(text.length)}
          isOpenAtFirst={text.length < 600}
        >
          {() => <ValueView value={piece.value} label={piece.label} sought={reader.sought} />}
        </Fold>
      );
    }
  }
}

function copiedText({ pieces, source }: Speech, format: MessageFormat): string {
  return format === 'json' ? JSON.stringify(source, undefined, 2) : pieces.map(pieceText).join('\n\n');
}

function previewOf(pieces: readonly Piece[]): string {
  return jsonLine(pieces.map((piece) => pieceText(piece).slice(0, PREVIEW_LENGTH)).join(' '), PREVIEW_LENGTH);
}

function lengthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + pieceText(piece).length, 0);
}
