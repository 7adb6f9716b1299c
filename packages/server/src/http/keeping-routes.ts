import type { PinAnswer } from '@tta/obs-protocol';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Retention } from '../storage/retention.ts';
import type { Storage } from '../storage/storage.ts';
import { traceChange } from '../storage/trace-store.ts';
import { noTrace, refuse } from './api-routes.ts';
import { traceIdOf } from './list-query.ts';
import type { LiveFeed } from './live-feed.ts';

const BODY_LIMIT_BYTES = 1024;

export interface KeepingRoutesOptions {
  readonly storage: Storage;
  readonly retention: Retention;
  readonly feed: LiveFeed;
}

interface TraceRoute {
  readonly Params: { readonly traceId: string };
}

/** What is kept and what goes: `/api/cleanup` and `/api/traces/{id}/pin`, as described by `@tta/obs-protocol`. */
export function keepingRoutes(app: FastifyInstance, options: KeepingRoutesOptions): void {
  const { storage, retention, feed } = options;

  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    // Every change has to say that it is JSON, also one that needs no body.
    if (body === '') done(null);
    else void parseJson(request, body, done);
  });

  app.post('/api/cleanup', { bodyLimit: BODY_LIMIT_BYTES }, async ({ body }, reply) => {
    const isPreview = previewOf(body);
    if (isPreview === null) {
      return refuse(reply, 400, 'The body must be {} or { "preview": true } or { "preview": false }.');
    }
    return isPreview ? retention.preview() : retention.cleanUp();
  });

  const setPin = async (text: string, isPinned: boolean, reply: FastifyReply) => {
    const traceId = traceIdOf(text);
    const trace = await storage.traces.pin(traceId, isPinned);
    if (trace === undefined) return refuse(reply, 404, noTrace(traceId));
    feed.publish([traceChange(trace)]);
    const pins = await storage.traces.pins(retention.limits.maxBytes);
    return { traceId, isPinned, ...pins } satisfies PinAnswer;
  };
  const path = '/api/traces/:traceId/pin';
  const limits = { bodyLimit: BODY_LIMIT_BYTES };
  app.put<TraceRoute>(path, limits, ({ params }, reply) => setPin(params.traceId, true, reply));
  app.delete<TraceRoute>(path, limits, ({ params }, reply) => setPin(params.traceId, false, reply));
}

/** Whether only a preview is wanted; `null` for a body that says something else. */
function previewOf(body: unknown): boolean | null {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return null;
  const { preview = false, ...others } = body as Readonly<Record<string, unknown>>;
  return typeof preview === 'boolean' && Object.keys(others).length === 0 ? preview : null;
}
