import { context as contextApi, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Logger } from '@tta/obs-context';
import { SloTracker } from '@tta/obs-metrics';
import type { ObservabilityOptions } from './observability-options.ts';
import { sloAlertLine } from './slo-alert-line.ts';

/**
 * Keeps the SLOs; `undefined` without any.
 *
 * @param logger - Is written each alert to.
 * @throws `OBS_ERR_INVALID_OPTION` when two SLOs have one name.
 */
export function setUpSlos(
  { slos = [], onSloAlert }: ObservabilityOptions,
  logger: Logger,
): SloTracker | undefined {
  if (slos.length === 0) return undefined;
  return new SloTracker({
    slos,
    onAlert(change) {
      const { level, message, fields } = sloAlertLine(change);
      // It is about many runs, and belongs to none.
      contextApi.with(ROOT_CONTEXT, () => logger[level](message, fields));
      return onSloAlert?.(change);
    },
  });
}
