import { textChunks, type TraceSource } from './text-chunks.ts';

/** A line of a source. */
export interface TextLine {
  /** From 1. */
  readonly number: number;
  /** `null` when it was longer than the limit, and forgotten. */
  readonly text: string | null;
}

/** The lines of a source that are not blank, of which never more than one is held in memory. */
export async function* textLines(source: TraceSource, limitLength: number): AsyncGenerator<TextLine> {
  let number = 1;
  let pending = '';
  let isTooLong = false;
  for await (const chunk of textChunks(source)) {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
      yield* line(chunk.slice(start, end));
      start = end + 1;
      number++;
      pending = '';
      isTooLong = false;
    }
    if (pending.length + chunk.length - start > limitLength) isTooLong = true;
    pending = isTooLong ? '' : pending + chunk.slice(start);
  }
  yield* line('');

  function* line(end: string): Generator<TextLine> {
    if (isTooLong || pending.length + end.length > limitLength) {
      yield { number, text: null };
    } else {
      const text = (pending + end).trim();
      if (text !== '') yield { number, text };
    }
  }
}
