import type { SpanList } from '@tta/obs-protocol';
import { parseQuery } from '@tta/obs-protocol/query';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { listQuery, oneValue, spanIdOf, traceIdOf, type Query } from './list-query.ts';
import { problem, PROBLEM_TYPE, queryProblem } from './problem.ts';
import { InvalidCursorError } from '../storage/list-cursor.ts';
import type { Storage } from '../storage/storage.ts';

const TEXT_LENGTH_MAX = 1_000;
/** So many hits can be paged through: to find some, those before are found again. */
const HITS_MAX = 5_000;

/** `/api/traces` and `/api/spans`, as described by `@tta/obs-protocol`. */
export function apiRoutes(app: FastifyInstance, { traces: store }: Storage): void {
  app.get<{ Querystring: Query }>('/api/traces', async ({ query }, reply) => {
    const { root, problems } = parseQuery(oneValue(query, 'query') ?? '');
    if (problems.length > 0) return reply.code(400).type(PROBLEM_TYPE).send(queryProblem(problems));
    return store.traces({ ...listQuery(query), ...(root !== undefined && { where: root }) });
  });

  app.get<{ Params: { traceId: string } }>('/api/traces/:traceId', async ({ params }, reply) => {
    const json = await store.traceJson(traceIdOf(params.traceId));
    if (json === undefined) return refuse(reply, 404, noTrace(params.traceId));
    return reply.type('application/json; charset=utf-8').send(json);
  });

  app.get<{ Params: { traceId: string }; Querystring: Query }>(
    '/api/traces/:traceId/spans',
    async ({ params, query }, reply) => {
      const spans = await store.spans(traceIdOf(params.traceId), listQuery(query));
      return spans ?? refuse(reply, 404, noTrace(params.traceId));
    },
  );

  app.get<{ Params: { traceId: string }; Querystring: Query }>(
    '/api/traces/:traceId/transcript',
    async ({ params, query }, reply) => {
      const transcript = await store.transcript(traceIdOf(params.traceId), listQuery(query));
      return transcript ?? refuse(reply, 404, noTrace(params.traceId));
    },
  );

  app.get<{ Params: { traceId: string; spanId: string } }>(
    '/api/traces/:traceId/spans/:spanId',
    async ({ params }, reply) => {
      const { traceId, spanId } = params;
      const span = await store.span(traceIdOf(traceId), spanIdOf(spanId));
      return span ?? refuse(reply, 404, `There is no span ${spanId} in trace ${traceId}.`);
    },
  );

  app.get<{ Querystring: Query }>(
    '/api/spans',
    async ({ query }, reply): Promise<SpanList | FastifyReply> => {
      const text = oneValue(query, 'text') ?? '';
      if (text.trim() === '' || text.length > TEXT_LENGTH_MAX) {
        return refuse(
          reply,
          400,
          `text must be given: the words to look for, up to ${TEXT_LENGTH_MAX} characters.`,
        );
      }
      const { limit, cursor = '0' } = listQuery(query);
      const seen = hitsSeen(cursor);
      const hits = await store.findSpans(text, seen + limit + 1);
      const end = seen + limit;
      return {
        items: hits.slice(seen, end),
        nextCursor: hits.length > end && end < HITS_MAX ? String(end) : null,
      };
    },
  );

  app.get('/ws/traces', async (_request, reply) =>
    refuse(reply.header('upgrade', 'websocket'), 426, 'This address speaks WebSocket only.'),
  );
}

/** @throws InvalidCursorError */
function hitsSeen(cursor: string): number {
  const seen = /^[0-9]{1,4}$/.test(cursor) ? Number(cursor) : NaN;
  if (seen < HITS_MAX) return seen;
  throw new InvalidCursorError();
}

export function refuse(reply: FastifyReply, status: number, detail: string): FastifyReply {
  return reply.code(status).type(PROBLEM_TYPE).send(problem(status, detail));
}

export function noTrace(traceId: string): string {
  return `There is no trace ${traceId}. It may have been removed by retention.`;
}
