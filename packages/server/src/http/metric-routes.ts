import type { FastifyInstance } from 'fastify';
import { refuse } from './api-routes.ts';
import { listQuery, oneValue, type Query } from './list-query.ts';
import type { MetricStore } from '../storage/metric-store.ts';

/** The last millisecond that nanoseconds in 64 bits reach: in the year 2262. */
const LATEST_MS = 9_223_372_036_854;

/** `/api/metrics` and `/api/metrics/points`, as described by `@tta/obs-protocol`. */
export function metricRoutes(app: FastifyInstance, metrics: MetricStore): void {
  app.get<{ Querystring: Query }>('/api/metrics', async ({ query }) => metrics.list(listQuery(query)));

  app.get<{ Querystring: Query }>('/api/metrics/points', async ({ query }, reply) => {
    const name = oneValue(query, 'name');
    if (name === undefined) return refuse(reply, 400, 'name must be given: the name of a metric.');
    const since = oneValue(query, 'sinceMs');
    const sinceMs = since === undefined ? 0 : millisecondsOf(since);
    if (sinceMs === null) {
      return refuse(reply, 400, 'sinceMs must be a whole number of milliseconds since the Unix epoch.');
    }
    const serviceName = oneValue(query, 'service');
    return metrics.points({
      name,
      sinceMs,
      ...listQuery(query),
      ...(serviceName !== undefined && { serviceName }),
    });
  });
}

function millisecondsOf(text: string): number | null {
  const milliseconds = /^[0-9]{1,13}$/.test(text) ? Number(text) : NaN;
  return milliseconds <= LATEST_MS ? milliseconds : null;
}
