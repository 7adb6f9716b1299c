import type { AiMessage, AttributeJson } from '@tta/obs-protocol';
import { textSize } from '../format/text-size.ts';
import type { Attachment, Piece } from './transcript-rows.ts';

/** A text as it is, everything else as JSON over several lines. */
export function valueText(value: AttributeJson): string {
  return typeof value === 'string' ? value : JSON.stringify(value, undefined, 2);
}

/** A value in one line of at most so many characters; empty for `null`. */
export function jsonLine(value: AttributeJson | undefined, length: number): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value.slice(0, 4 * length) : JSON.stringify(value);
  return clipped(
    text
      .slice(0, 4 * length)
      .replaceAll(/\s+/g, ' ')
      .trim(),
    length,
  );
}

/** What is told of a file, image or address; its content is not. */
export function attachmentText(part: Attachment): string {
  const kind = part.modality ?? 'file';
  const what = part.type === 'uri' ? part.uri : part.type === 'file' ? part.fileId : blobSize(part.data);
  return [kind, ...(part.mimeType === null ? [] : [part.mimeType]), what].join(', ');
}

/** All that can be read in a piece: what is searched and copied. */
export function pieceText(piece: Piece): string {
  switch (piece.type) {
    case 'text':
    case 'reasoning':
      return piece.text;
    case 'attachment':
      return `[${attachmentText(piece.part)}]`;
    case 'value':
      return valueText(piece.value);
    case 'tool': {
      const { name, given, result, execution } = piece.use;
      const told = [name, valueText(given)];
      if (result !== undefined) told.push(valueText(result));
      if (execution?.message !== undefined && execution.message !== null) told.push(execution.message);
      return told.join('\n');
    }
  }
}

/** What a message says, in one line of at most so many characters. */
export function textOfMessage({ parts }: AiMessage, length: number): string {
  const texts = parts.map((part) => (part.type === 'text' ? part.text.slice(0, 4 * length) : ''));
  return clipped(texts.join(' ').replaceAll(/\s+/g, ' ').trim(), length);
}

function clipped(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function blobSize(data: string): string {
  return textSize(Math.floor((data.length * 3) / 4)).replace(/characters?$/, 'B');
}
