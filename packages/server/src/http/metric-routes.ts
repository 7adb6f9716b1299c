import type { FastifyInstance } from 'fastify';
import { refuse } from './api-routes.ts';
import { listQuery, moment, oneValue, type Query } from './list-query.ts';
import type { MetricStore } from '../storage/metric-store.ts';

/** `/api/metrics` and `/api/metrics/points`, as described by `@tta/obs-protocol`. */
export function metricRoutes(app: FastifyInstance, metrics: MetricStore): void {
  app.get<{ Querystring: Query }>('/api/metrics', async ({ query }) => metrics.list(listQuery(query)));

  app.get<{ Querystring: Query }>('/api/metrics/points', async ({ query }, reply) => {
    const name = oneValue(query, 'name');
    if (name === undefined) return refuse(reply, 400, 'name must be given: the name of a metric.');
    const sinceMs = moment(query, 'sinceMs') ?? 0;
    const serviceName = oneValue(query, 'service');
    return metrics.points({
      name,
      sinceMs,
      ...listQuery(query),
      ...(serviceName !== undefined && { serviceName }),
    });
  });
}
