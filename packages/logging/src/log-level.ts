import type { LineLevel } from '@tta/obs-context';

/** The least level that is written; `silent`: none is. */
export type LogLevel = LineLevel | 'silent';

/** Rank of each level, and of `silent` above them all. */
export const levelRank: Readonly<Record<LogLevel, number>> = {
  debug: 0,
  info: 1,
  warn: 2,
  error: 3,
  silent: 4,
};
