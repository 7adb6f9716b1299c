import type { TranscriptRow } from './transcript-rows.ts';

/** Under what it is remembered whether the parts of a row are open. */
export function foldNames({ key, speeches }: TranscriptRow): readonly string[] {
  return speeches.flatMap((speech) => [
    ...(speech.speaker === 'system' ? [`${key} ${speech.key}`] : []),
    ...speech.pieces
      .filter(({ type }) => type !== 'text' && type !== 'attachment')
      .map((piece) => `${key} ${piece.key}`),
  ]);
}
