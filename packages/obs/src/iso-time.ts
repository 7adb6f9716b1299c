import type { HrTime } from '@opentelemetry/api';

/** `2026-11-21T10:00:00.000Z`. */
export function isoTime([seconds, nanoseconds]: HrTime): string {
  return new Date(seconds * 1_000 + nanoseconds / 1_000_000).toISOString();
}
