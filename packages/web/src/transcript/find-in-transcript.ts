import { pieceText } from './piece-text.ts';
import type { TranscriptRow } from './transcript-rows.ts';

/** A piece in which what is sought occurs. */
export interface Find {
  readonly row: TranscriptRow;
  /** Of the piece; `undefined` where it is in the head of the row. */
  readonly piece: string | undefined;
}

/** More are not counted. */
const MOST_FINDS = 5_000;

/** Where a text occurs in what was said, in any case, in order. */
export function findInTranscript(rows: readonly TranscriptRow[], sought: string): readonly Find[] {
  const text = sought.toLowerCase();
  const finds: Find[] = [];
  if (text === '') return finds;
  const occurs = (told: string): boolean => told.toLowerCase().includes(text);
  for (const row of rows) {
    if (finds.length >= MOST_FINDS) break;
    if ([row.title, row.purpose ?? '', row.message ?? ''].some(occurs)) finds.push({ row, piece: undefined });
    for (const { pieces } of row.speeches) {
      for (const piece of pieces) if (occurs(pieceText(piece))) finds.push({ row, piece: piece.key });
    }
  }
  return finds;
}

/** Where the next find is, or the one before, around the ends. */
export function neighbouringFind(finds: readonly Find[], current: Find | undefined, step: 1 | -1): number {
  const at = finds.findIndex(({ row, piece }) => row.key === current?.row.key && piece === current.piece);
  if (at === -1) return step === 1 ? 0 : finds.length - 1;
  return (at + step + finds.length) % finds.length;
}

/** How many finds there are, and which of them is looked at. */
export function findText(finds: readonly Find[], current: Find | undefined, sought: string): string {
  if (sought === '') return '';
  const count = finds.length >= MOST_FINDS ? `${MOST_FINDS} or more` : String(finds.length);
  const at = finds.findIndex(({ row, piece }) => row.key === current?.row.key && piece === current.piece);
  return at === -1 ? `${count} found` : `${at + 1} of ${count}`;
}
