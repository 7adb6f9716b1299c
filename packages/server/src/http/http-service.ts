import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { fastify, type FastifyInstance } from 'fastify';
import { apiRoutes, refuse } from './api-routes.ts';
import { InvalidCursorError } from '../storage/list-cursor.ts';
import type { LiveFeed } from './live-feed.ts';
import type { LogGroup } from '../otlp/log-batch.ts';
import type { LogStore } from '../storage/log-store.ts';
import type { ServiceLogger } from '../logger.ts';
import { logRoutes } from './log-routes.ts';
import { otlpRoutes } from './otlp-routes.ts';
import { pageFiles } from './page-files.ts';
import { problem, PROBLEM_TYPE } from './problem.ts';
import { refusalReason } from './request-origin.ts';
import type { SpanGroup } from '../otlp/trace-batch.ts';
import type { TraceStore } from '../storage/trace-store.ts';

const REQUEST_TIMEOUT_MS = 60_000;
const HEADERS_TIMEOUT_MS = 10_000;

const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

export interface HttpServiceOptions {
  readonly store: TraceStore;
  readonly logs: LogStore;
  readonly feed: LiveFeed;
  readonly writeSpans: (groups: readonly SpanGroup[]) => Promise<void>;
  readonly writeLogs: (groups: readonly LogGroup[], request: Buffer) => Promise<void>;
  readonly logger: ServiceLogger;
  readonly host: string;
  readonly version: string;
  readonly databasePath: string;
  readonly uptimeMs: () => number;
  readonly pageDir: string | undefined;
}

/** No route has a JSON schema; loading the compilers for them would cost a fifth of a second at start. */
function noSchemas(): never {
  throw new Error('routes of this service have no JSON schemas');
}

/** All routes on one HTTP server, behind one check of `Host` and `Origin`. */
export function createHttpService(options: HttpServiceOptions): FastifyInstance {
  const { feed, logger, host } = options;
  const app = fastify({
    logger: false,
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS },
    forceCloseConnections: 'idle',
    exposeHeadRoutes: true,
    frameworkErrors: (error, _request, reply) => {
      refuse(reply, error.statusCode ?? 400, `${error.message}.`);
    },
  });

  app.addHook('onRequest', async (request, reply) => {
    const reason = refusalReason(request.headers, host);
    if (reason !== null) return refuse(reply, 403, reason);
    return undefined;
  });
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(SECURITY_HEADERS);
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
  app.setNotFoundHandler((request, reply) =>
    refuse(reply, 404, `There is no ${request.method} ${request.url.split('?')[0]}.`),
  );
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error instanceof InvalidCursorError ? 400 : (error.statusCode ?? 500);
    if (status < 500) return refuse(reply, status, error.message);
    logger.error(`${request.method} ${request.url} failed`, error);
    return refuse(reply, 500, 'The service failed; its log says why.');
  });

  apiRoutes(app, options);
  logRoutes(app, options.logs);
  void app.register(otlpRoutes(options));
  pageFiles(app, options.pageDir);
  app.server.on('upgrade', (request, socket, head) => upgrade(request, socket, head, feed, host));
  return app;
}

function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, feed: LiveFeed, host: string): void {
  socket.on('error', () => socket.destroy());
  const reason = refusalReason(request.headers, host);
  if (reason !== null) return refuseUpgrade(socket, 403, reason);
  const [path, query = ''] = (request.url ?? '').split('?');
  if (path !== '/ws/traces') return refuseUpgrade(socket, 404, `There is no WebSocket at ${path}.`);
  const after = new URLSearchParams(query).get('after');
  if (after !== null && !/^[0-9]{1,15}$/.test(after)) {
    return refuseUpgrade(socket, 400, 'after must be the seq of an earlier message.');
  }
  feed.accept(request, socket, head, after === null ? undefined : Number(after));
}

function refuseUpgrade(socket: Duplex, status: number, detail: string): void {
  const body = JSON.stringify(problem(status, detail));
  // Destroyed once it is said: a peer that keeps its half open would keep the service from stopping.
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
