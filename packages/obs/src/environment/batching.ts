import type { Variables } from './variables.ts';

/** How spans or log records are gathered into requests; what is not set is the destination's own. */
export interface BatchSettings {
  /** How long one waits for others to share its request, in milliseconds. */
  readonly flushMs: number | undefined;
  /** How many may wait in memory. */
  readonly queueLimit: number | undefined;
  /** Most of them in a request. */
  readonly batchLimit: number | undefined;
  /** How long an export may take, in milliseconds. */
  readonly exportTimeoutMs: number | undefined;
}

const defaults = { queueLimit: 8_192, batchLimit: 512 };

/** `OTEL_BSP_*` for spans, `OTEL_BLRP_*` for log records. */
export function readBatching(variables: Variables, processor: 'BSP' | 'BLRP'): BatchSettings {
  const batchName = `OTEL_${processor}_MAX_EXPORT_BATCH_SIZE`;
  const queueLimit = variables.integer(
    `OTEL_${processor}_MAX_QUEUE_SIZE`,
    1,
    `${defaults.queueLimit} is used`,
  );
  const given = variables.integer(batchName, 1, `${defaults.batchLimit} is used`);
  const most = queueLimit ?? defaults.queueLimit;
  if (given !== undefined && given > most) {
    const rule = `at most the size of the queue, ${most}`;
    variables.reject(batchName, String(given), rule, `${most} is used`);
  }
  return {
    flushMs: variables.integer(`OTEL_${processor}_SCHEDULE_DELAY`, 0, 'the default is used'),
    queueLimit,
    batchLimit: given === undefined ? undefined : Math.min(given, most),
    exportTimeoutMs: variables.limit(`OTEL_${processor}_EXPORT_TIMEOUT`, '30000 is used'),
  };
}
