import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServiceLogger } from '../logger.ts';
import { InvalidCursorError } from '../storage/list-cursor.ts';
import type { Access } from './access.ts';
import { refuse } from './api-routes.ts';
import { lockedPage, wantsPage } from './locked-page.ts';
import type { Refusals } from './refusals.ts';
import { RefusedError, refusalHeaders } from './refused-error.ts';
import type { SparseLog } from './sparse-log.ts';

const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

export interface RequestChecksOptions {
  readonly access: Access;
  readonly refusals: Refusals;
  readonly logger: ServiceLogger;
  readonly sparseLog: SparseLog;
}

/** What holds for the page and all of REST: who may ask, how changes are asked for, how errors are told. */
export function addRequestChecks(
  app: FastifyInstance,
  { access, refusals, logger, sparseLog }: RequestChecksOptions,
): void {
  app.addHook('onRequest', async (request, reply) => {
    try {
      const cookie = access.cookieFor(shownToken(request), request.headers);
      // Out of the address, so that it is neither kept in the history nor copied with it.
      if (cookie !== null) return await reply.header('set-cookie', cookie).redirect('/', 303);
      access.check(request.headers, request.socket);
      // Before a body is read, and before it is said how one would have to be sent.
      if (request.is404) throw new RefusedError(404, `There is no ${request.method} ${pathOf(request)}.`);
      checkMediaType(request);
    } catch (error) {
      const { status, message } = error as RefusedError;
      if (!isIdleQuestion(request, status)) refusals.noteRequest(request.method, request.url, status);
      reply.headers(refusalHeaders(status));
      if (status === 401 && isPage(request) && wantsPage(request.headers)) {
        return reply
          .code(401)
          .type('text/html; charset=utf-8')
          .send(lockedPage(shownToken(request) !== ''));
      }
      return refuse(reply, status, message);
    }
    return undefined;
  });
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(SECURITY_HEADERS);
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error instanceof InvalidCursorError ? 400 : (error.statusCode ?? 500);
    if (status < 500) return refuse(reply, status, error.message);
    const line = `${request.method} ${pathOf(request)} failed`;
    sparseLog.say('rest', line, (text) => logger.error(text, error));
    return refuse(reply, 500, 'The service failed; its log says why.');
  });
}

/**
 * Answers what the framework itself refuses, such as an address that cannot be decoded, without any of the hooks
 * above.
 */
export function refuseMalformed(
  error: FastifyError,
  { method, url, headers, socket }: FastifyRequest,
  reply: FastifyReply,
  { access, refusals }: Pick<RequestChecksOptions, 'access' | 'refusals'>,
): void {
  reply.headers({ ...SECURITY_HEADERS, 'cache-control': 'no-store' });
  try {
    access.check(headers, socket);
    refuse(reply, error.statusCode ?? 400, `${error.message}.`);
  } catch (refusal) {
    const { status, message } = refusal as RefusedError;
    refusals.noteRequest(method, url, status);
    refuse(reply.headers(refusalHeaders(status)), status, message);
  }
}

/**
 * Nothing is lost with a question for what is not there, such as an icon that every browser asks for, or without the
 * token, as programs ask that look whether a service runs, by whatever name.
 */
function isIdleQuestion(request: FastifyRequest, status: number): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  return status === 401 || status === 404 || (status === 403 && pathOf(request) === '/health');
}

function isPage(request: FastifyRequest): boolean {
  return request.method === 'GET' && pathOf(request) === '/';
}

/** The token of `/?token=…`, the address that a person opens first. */
function shownToken(request: FastifyRequest): string {
  if (!isPage(request)) return '';
  const { token } = request.query as Readonly<Record<string, string | string[] | undefined>>;
  return typeof token === 'string' ? token : '';
}

/** A form of another site can send anything but JSON without asking first. */
function checkMediaType(request: FastifyRequest): void {
  const { method, headers } = request;
  if (method === 'GET' || method === 'HEAD' || !pathOf(request).startsWith('/api/')) return;
  if (/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) return;
  throw new RefusedError(415, 'Content-Type must be application/json.');
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0]!;
}
