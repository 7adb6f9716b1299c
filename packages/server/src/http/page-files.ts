import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { refuse } from './api-routes.ts';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webmanifest': 'application/manifest+json',
};

/** A path of plain names: nothing hidden, no way up, no encoded characters. */
const PLAIN_PATH = /^\/([\w-][\w.-]*\/)*[\w-][\w.-]*$/;

const WITHOUT_PAGE = 'The interface under /api works without it, as GET /health and OTLP at /v1/traces do.\n';

/**
 * Serves the built page at `/`, or says with 404 why there is none. What lies in `assets/` has its hash in its name and
 * never changes.
 */
export function pageFiles(app: FastifyInstance, pageDir: string | undefined): void {
  if (pageDir === undefined || !existsSync(join(pageDir, 'index.html'))) {
    const reason =
      pageDir === undefined
        ? 'This service was started without its page: "tta-obs start" brings it, or the option pageDir.'
        : `The page is not built, for ${join(pageDir, 'index.html')} is missing: build @tta/obs-web and start again.`;
    app.get('/', async (_request, reply) =>
      reply.code(404).type('text/plain; charset=utf-8').send(`${reason} ${WITHOUT_PAGE}`),
    );
    return;
  }
  app.get('/*', async (request, reply) => {
    const [path = '/'] = request.url.split('?');
    const file = path === '/' ? '/index.html' : path;
    const type = CONTENT_TYPES[extname(file)];
    const content = PLAIN_PATH.test(file) && type !== undefined ? await read(join(pageDir, file)) : undefined;
    if (content === undefined || type === undefined)
      return refuse(reply, 404, `There is nothing at ${path}.`);
    const isHashed = file.startsWith('/assets/');
    return reply
      .header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      .type(type)
      .send(content);
  });
}

async function read(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch {
    return undefined;
  }
}
