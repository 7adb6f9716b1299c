import { context } from '@opentelemetry/api';
import type { ExecutionListener } from '@tta/obs-context';
import { instrumentationOf } from './current-instrumentation.ts';

/**
 * Has a listener hear of every execution that is observed by the present instrumentation.
 *
 * @returns Ends it.
 */
export function onExecution(listener: ExecutionListener): () => void {
  return instrumentationOf(context.active()).onExecution(listener);
}
