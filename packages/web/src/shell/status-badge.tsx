import type { ExecutionStatus, TraceSummary } from '@tta/obs-protocol';

const TEXT: Record<ExecutionStatus, string> = {
  success: 'ok',
  error: 'error',
  timeout: 'timeout',
  cancelled: 'cancelled',
  suspended: 'suspended',
};

const PATHS: Record<ExecutionStatus, string> = {
  success: 'M3.5 8.5l3 3 6-7',
  error: 'M4 4l8 8M12 4l-8 8',
  timeout: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M8 5v3.2l2.2 1.6',
  cancelled: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M4.2 11.8l7.6-7.6',
  // Two upright strokes: on hold.
  suspended: 'M5.5 3.5v9M10.5 3.5v9',
};

export function StatusGlyph({ status }: { readonly status: ExecutionStatus }) {
  return (
    <svg class={`glyph status-${status}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[status]} />
    </svg>
  );
}

/** Status as glyph, colour and word. */
export function StatusBadge({ status }: { readonly status: ExecutionStatus }) {
  return (
    <span class={`status status-${status}`}>
      <StatusGlyph status={status} />
      {TEXT[status]}
    </span>
  );
}

/** The class of a count of failed spans: red is for runs that failed, not for those that recovered. */
export function failedTone({ status, errorCount }: TraceSummary): string {
  if (errorCount === 0) return 'none';
  return status === 'error' || status === 'timeout' ? 'has-failed' : 'has-recovered';
}
