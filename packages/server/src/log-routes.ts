import type { FastifyInstance } from 'fastify';
import { noTrace, refuse } from './api-routes.ts';
import { listQuery, oneValue, traceIdOf, wholeNumber, type Query } from './list-query.ts';
import type { LogStore } from './log-store.ts';

const HIGHEST_SEVERITY = 24;

/** `/api/logs` and `/api/traces/{id}/logs`, as described by `@tta/obs-protocol`. */
export function logRoutes(app: FastifyInstance, logs: LogStore): void {
  app.get<{ Querystring: Query }>('/api/logs', async ({ query }) => {
    const traceId = oneValue(query, 'traceId');
    const minSeverity = wholeNumber(query, 'minSeverity', 1, HIGHEST_SEVERITY);
    return logs.search({
      ...listQuery(query),
      ...(traceId !== undefined && { traceId: traceIdOf(traceId) }),
      ...(minSeverity !== undefined && { minSeverity }),
    });
  });

  app.get<{ Params: { traceId: string }; Querystring: Query }>(
    '/api/traces/:traceId/logs',
    async ({ params, query }, reply) => {
      const found = await logs.ofTrace(traceIdOf(params.traceId), listQuery(query));
      return found ?? refuse(reply, 404, noTrace(params.traceId));
    },
  );
}
