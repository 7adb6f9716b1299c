import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';

/** `/api/openapi.json`: what REST answers, for programs and people. It is read when it is asked for. */
export function openApiRoute(app: FastifyInstance): void {
  app.get('/api/openapi.json', async (_request, reply) =>
    reply
      .type('application/json; charset=utf-8')
      .send(await readFile(new URL('../../openapi.json', import.meta.url))),
  );
}
