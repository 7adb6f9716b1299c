import type { FastifyInstance } from 'fastify';
import { noTrace, refuse } from './api-routes.ts';
import {
  listQuery,
  oneValue,
  severalValues,
  spanIdOf,
  traceIdOf,
  wholeNumber,
  type Query,
} from './list-query.ts';
import type { LogFilter, LogStore } from '../storage/log-store.ts';

const HIGHEST_SEVERITY = 24;
/** A row of the page stands for one span or two. */
const SPAN_LIMIT = 10;

/** `/api/logs` and `/api/traces/{id}/logs`, as described by `@tta/obs-protocol`. */
export function logRoutes(app: FastifyInstance, logs: LogStore): void {
  app.get<{ Querystring: Query }>('/api/logs', async ({ query }) => {
    const traceId = oneValue(query, 'traceId');
    return logs.search({
      ...logFilter(query),
      ...(traceId !== undefined && { traceId: traceIdOf(traceId) }),
    });
  });

  app.get<{ Params: { traceId: string }; Querystring: Query }>(
    '/api/traces/:traceId/logs',
    async ({ params, query }, reply) => {
      const spanIds = severalValues(query, 'spanId', SPAN_LIMIT).map(spanIdOf);
      const found = await logs.ofTrace(traceIdOf(params.traceId), {
        ...logFilter(query),
        ...(spanIds.length > 0 && { spanIds }),
      });
      return found ?? refuse(reply, 404, noTrace(params.traceId));
    },
  );
}

function logFilter(query: Query): LogFilter {
  const minSeverity = wholeNumber(query, 'minSeverity', 1, HIGHEST_SEVERITY);
  return { ...listQuery(query), ...(minSeverity !== undefined && { minSeverity }) };
}
