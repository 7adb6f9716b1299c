import type { Speech } from './transcript-rows.ts';

/** More than so many at once take longer to draw than anybody likes to wait. */
const MOST_SPEECHES = 60;
const LATEST = 50;

/** What a row says, in order: its instructions, what stands between, and the latest. */
export interface SpeechWindow {
  readonly first: readonly Speech[];
  /** Drawn on demand only; empty where all is little. */
  readonly between: readonly Speech[];
  readonly latest: readonly Speech[];
}

/** Divides the speeches of a row: a call may be sent a history of hundreds that no call before it has told. */
export function speechWindow(speeches: readonly Speech[]): SpeechWindow {
  if (speeches.length <= MOST_SPEECHES) return { first: [], between: [], latest: speeches };
  const begin = speeches[0]?.speaker === 'system' ? 1 : 0;
  return {
    first: speeches.slice(0, begin),
    between: speeches.slice(begin, -LATEST),
    latest: speeches.slice(-LATEST),
  };
}

/** Under which it is remembered whether all that a row says is drawn. */
export function wholeName(rowKey: string): string {
  return `${rowKey} whole`;
}
