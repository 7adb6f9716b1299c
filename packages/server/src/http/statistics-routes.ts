import type { FastifyInstance } from 'fastify';
import { listQuery, oneOf, oneValue, timeWindow, wholeNumber, type Query } from './list-query.ts';
import type { StatisticsQuery, StatisticsStore } from '../storage/statistics-store.ts';

const HOUR_MS = 3_600_000;
const POINTS_MAX = 500;
const POINTS_DEFAULT = 60;
const DAY_MS = 24 * HOUR_MS;
/** Where days begin: as far from UTC as anywhere on Earth. */
const FARTHEST_OFFSET = 840;
const GROUPINGS = ['model', 'provider', 'service', 'day'] as const;

/** Sums over what came in, as described by `@tta/obs-protocol`. */
export function statisticsRoutes(app: FastifyInstance, store: StatisticsStore, now: () => number): void {
  /** @throws BadRequestError */
  const windowOf = (query: Query, defaultMs: number): StatisticsQuery => {
    const { sinceMs, untilMs } = timeWindow(query, now(), defaultMs);
    const serviceName = oneValue(query, 'service');
    return { sinceMs, untilMs, ...(serviceName !== undefined && { serviceName }) };
  };

  app.get<{ Querystring: Query }>('/api/primitives/stats', async ({ query }) =>
    store.primitives(windowOf(query, HOUR_MS)),
  );

  app.get<{ Querystring: Query }>('/api/metrics/summary', async ({ query }) =>
    store.runs(windowOf(query, HOUR_MS)),
  );

  app.get<{ Querystring: Query }>('/api/metrics/timeseries', async ({ query }) =>
    store.runSeries({
      ...windowOf(query, HOUR_MS),
      points: wholeNumber(query, 'points', 1, POINTS_MAX) ?? POINTS_DEFAULT,
    }),
  );

  app.get<{ Querystring: Query }>('/api/errors', async ({ query }) =>
    store.errors({ ...windowOf(query, DAY_MS), ...listQuery(query) }),
  );

  app.get<{ Querystring: Query }>('/api/services/map', async ({ query }) =>
    store.serviceMap(timeWindow(query, now(), HOUR_MS)),
  );

  app.get<{ Querystring: Query }>('/api/llm/usage', async ({ query }) =>
    store.usage({
      ...windowOf(query, DAY_MS),
      by: oneOf(query, 'by', GROUPINGS) ?? 'model',
      utcOffsetMinutes: wholeNumber(query, 'utcOffset', -FARTHEST_OFFSET, FARTHEST_OFFSET) ?? 0,
    }),
  );

  app.get<{ Querystring: Query }>('/api/sessions', async ({ query }) => store.sessions(listQuery(query)));
}
