import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Access } from './access.ts';
import type { LiveFeed } from './live-feed.ts';
import { answerRaw } from './raw-answer.ts';
import type { Refusals } from './refusals.ts';
import type { RefusedError } from './refused-error.ts';

const SEQ = /^[0-9]{1,15}$/;

/** Requests for a WebSocket: `/ws/traces`, after `?after=<seq>`. */
export function webSocketUpgrade(feed: LiveFeed, access: Access, refusals: Refusals) {
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy());
    try {
      access.check(request.headers, request.socket);
    } catch (error) {
      const { status, message } = error as RefusedError;
      refusals.noteRequest('WebSocket', request.url ?? '', status);
      return answerRaw(socket, status, message);
    }
    const [path, query = ''] = (request.url ?? '').split('?');
    if (path !== '/ws/traces') return answerRaw(socket, 404, `There is no WebSocket at ${path}.`);
    const after = new URLSearchParams(query).get('after');
    if (after !== null && !SEQ.test(after)) {
      return answerRaw(socket, 400, 'after must be the seq of an earlier message.');
    }
    return feed.accept(request, socket, head, after === null ? undefined : Number(after));
  };
}
