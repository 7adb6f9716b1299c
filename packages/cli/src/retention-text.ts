import type { RetentionSettings } from '@tta/obs-protocol';
import { formatBytes } from './format-bytes.ts';

/** What retention keeps, for a person: `1000 traces, 24 h, 1 GiB`. */
export function retentionText({ maxTraces, retentionHours, maxBytes }: RetentionSettings): string {
  return `${maxTraces === 1 ? '1 trace' : `${maxTraces} traces`}, ${retentionHours} h, ${formatBytes(maxBytes)}`;
}
