import type { Health } from '@tta/obs-protocol';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { problem, PROBLEM_TYPE } from './problem.ts';
import { InvalidCursorError, type TraceStore } from './trace-store.ts';

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 500;
const TRACE_ID = /^[0-9a-f]{32}$/i;
const SPAN_ID = /^[0-9a-f]{16}$/i;

export interface ApiRoutesOptions {
  readonly store: TraceStore;
  readonly version: string;
  readonly databasePath: string;
  readonly uptimeMs: () => number;
}

interface ListQuery {
  readonly limit?: string | string[];
  readonly cursor?: string | string[];
}

/** `/health` and `/api/…`, as described by `@tta/obs-protocol`. */
export function apiRoutes(app: FastifyInstance, options: ApiRoutesOptions): void {
  const { store } = options;

  app.get('/health', async (): Promise<Health> => {
    const { version, databasePath, uptimeMs } = options;
    return { status: 'ok', version, uptimeMs: uptimeMs(), databasePath, ...(await store.counts()) };
  });

  app.get<{ Querystring: ListQuery }>('/api/traces', async (request, reply) => {
    const { limit = String(LIMIT_DEFAULT), cursor } = request.query;
    const count = typeof limit === 'string' && /^[0-9]{1,4}$/.test(limit) ? Number(limit) : 0;
    if (count < 1 || count > LIMIT_MAX)
      return refuse(reply, 400, `limit must be a number from 1 to ${LIMIT_MAX}.`);
    if (Array.isArray(cursor)) return refuse(reply, 400, 'cursor must be given once.');
    try {
      return await store.traces(cursor === undefined ? { limit: count } : { limit: count, cursor });
    } catch (error) {
      if (error instanceof InvalidCursorError) return refuse(reply, 400, `${error.message}.`);
      throw error;
    }
  });

  app.get<{ Params: { traceId: string } }>('/api/traces/:traceId', async (request, reply) => {
    const { traceId } = request.params;
    if (!TRACE_ID.test(traceId)) return refuse(reply, 400, 'A trace id has 32 hex digits.');
    const trace = await store.trace(traceId.toLowerCase());
    return (
      trace ?? refuse(reply, 404, `There is no trace ${traceId}. It may have been removed by retention.`)
    );
  });

  app.get<{ Params: { traceId: string; spanId: string } }>(
    '/api/traces/:traceId/spans/:spanId',
    async (request, reply) => {
      const { traceId, spanId } = request.params;
      if (!TRACE_ID.test(traceId)) return refuse(reply, 400, 'A trace id has 32 hex digits.');
      if (!SPAN_ID.test(spanId)) return refuse(reply, 400, 'A span id has 16 hex digits.');
      const span = await store.span(traceId.toLowerCase(), spanId.toLowerCase());
      return span ?? refuse(reply, 404, `There is no span ${spanId} in trace ${traceId}.`);
    },
  );

  app.get('/ws/traces', async (_request, reply) =>
    refuse(reply.header('upgrade', 'websocket'), 426, 'This address speaks WebSocket only.'),
  );
}

export function refuse(reply: FastifyReply, status: number, detail: string): FastifyReply {
  return reply.code(status).type(PROBLEM_TYPE).send(problem(status, detail));
}
