import type { LogLevel } from '@tta/obs-protocol';

/** The lowest severity number of each level from which lines can be asked for. */
export const levelChoices: readonly { readonly level: LogLevel; readonly minSeverity: number }[] = [
  { level: 'debug', minSeverity: 5 },
  { level: 'info', minSeverity: 9 },
  { level: 'warn', minSeverity: 13 },
  { level: 'error', minSeverity: 17 },
];
