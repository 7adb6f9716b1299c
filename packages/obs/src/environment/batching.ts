import type { Variables } from './variables.ts';

/** How spans are gathered into requests, for every destination; what is not set is the destination's own. */
export interface BatchSettings {
  readonly flushMs: number | undefined;
  readonly queueSpans: number | undefined;
  readonly batchSpans: number | undefined;
  /** How long an export may take, in milliseconds. */
  readonly exportTimeoutMs: number | undefined;
}

const defaults = { queueSpans: 8_192, batchSpans: 512 };

/** `OTEL_BSP_*`. */
export function readBatching(variables: Variables): BatchSettings {
  const queueSpans = variables.integer('OTEL_BSP_MAX_QUEUE_SIZE', 1, `${defaults.queueSpans} is used`);
  const given = variables.integer('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 1, `${defaults.batchSpans} is used`);
  const most = queueSpans ?? defaults.queueSpans;
  if (given !== undefined && given > most) {
    const rule = `at most the size of the queue, ${most}`;
    variables.reject('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', String(given), rule, `${most} is used`);
  }
  return {
    flushMs: variables.integer('OTEL_BSP_SCHEDULE_DELAY', 0, 'the default is used'),
    queueSpans,
    batchSpans: given === undefined ? undefined : Math.min(given, most),
    exportTimeoutMs: variables.limit('OTEL_BSP_EXPORT_TIMEOUT', '30000 is used'),
  };
}
