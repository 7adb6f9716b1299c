import type { ExecutionStatus } from '@tta/obs-protocol';
import type { Style } from './style.ts';

/** How it ended, to be seen without colour as well. */
export const STATUS_MARK: Readonly<Record<ExecutionStatus, string>> = {
  success: '✓',
  error: '✗',
  timeout: '◷',
  cancelled: '⊘',
  suspended: '‖',
};

export function statusColour(status: ExecutionStatus, paint: Style): (text: string) => string {
  switch (status) {
    case 'success':
      return paint.green;
    case 'error':
      return paint.red;
    case 'timeout':
    case 'cancelled':
    case 'suspended':
      return paint.yellow;
  }
}
