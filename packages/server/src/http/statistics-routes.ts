import type { PrimitiveStatsList } from '@tta/obs-protocol';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { refuse } from './api-routes.ts';
import { moment, oneValue, type Query } from './list-query.ts';
import type { StatisticsStore } from '../storage/statistics-store.ts';

const HOUR_MS = 3_600_000;

/** `/api/primitives/stats`, as described by `@tta/obs-protocol`. */
export function statisticsRoutes(app: FastifyInstance, store: StatisticsStore, now: () => number): void {
  app.get<{ Querystring: Query }>(
    '/api/primitives/stats',
    async ({ query }, reply): Promise<PrimitiveStatsList | FastifyReply> => {
      const untilMs = moment(query, 'untilMs') ?? now();
      const sinceMs = moment(query, 'sinceMs') ?? untilMs - HOUR_MS;
      if (sinceMs >= untilMs) return refuse(reply, 400, 'sinceMs must be before untilMs.');
      const serviceName = oneValue(query, 'service');
      return store.primitives({ sinceMs, untilMs, ...(serviceName !== undefined && { serviceName }) });
    },
  );
}
