import type { Health, StoredTotals } from '@tta/obs-protocol';
import type { FastifyInstance } from 'fastify';
import type { Retention } from '../storage/retention.ts';
import type { Storage } from '../storage/storage.ts';
import type { WriteHealth } from '../storage/write-health.ts';
import type { Refusals } from './refusals.ts';

export interface HealthRouteOptions {
  readonly storage: Storage;
  readonly writeHealth: WriteHealth;
  readonly retention: Retention;
  readonly refusals: Refusals;
  readonly version: string;
  readonly databasePath: string;
  readonly uptimeMs: () => number;
  /** What waits to be stored. */
  readonly queuedBytes: () => number;
  /** The ports that are listened on, the one of the page first. */
  readonly ports: () => readonly number[];
}

/** `/health`, as described by `@tta/obs-protocol`. */
export function healthRoute(app: FastifyInstance, options: HealthRouteOptions): void {
  const { storage, writeHealth, retention, refusals } = options;

  app.get('/health', async (_request, reply): Promise<Health> => {
    let problem = writeHealth.problem;
    let stored: StoredTotals | null = null;
    try {
      stored = await storedTotals(storage, retention.limits.maxBytes);
    } catch (error) {
      problem ??= (error as Error).message;
    }
    if (problem !== null) reply.code(503);
    return {
      status: problem === null ? 'ok' : 'failing',
      problem,
      version: options.version,
      uptimeMs: options.uptimeMs(),
      ports: options.ports(),
      databasePath: options.databasePath,
      queuedBytes: options.queuedBytes(),
      retention: retention.limits,
      stored,
      refused: refusals.counts,
    };
  });
}

async function storedTotals(storage: Storage, maxBytes: number): Promise<StoredTotals> {
  const { traces, logs, metrics } = storage;
  const [traceCounts, logCounts, metricCounts, usage, { pinnedCount }] = await Promise.all([
    traces.counts(),
    logs.counts(),
    metrics.counts(),
    storage.usage(),
    traces.pins(maxBytes),
  ]);
  return { ...traceCounts, pinnedCount, ...logCounts, ...metricCounts, ...usage };
}
