import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { parseQuery, printQuery } from '@tta/obs-protocol/query';
import type { Access } from './access.ts';
import type { LiveQuery } from './live-client.ts';
import type { LiveFeed } from './live-feed.ts';
import { parameterCheck } from './known-parameters.ts';
import { queryProblem } from './problem.ts';
import { answerProblem, answerRaw } from './raw-answer.ts';
import type { Refusals } from './refusals.ts';
import type { RefusedError } from './refused-error.ts';

const SEQ = /^[0-9]{1,15}$/;

/** Requests for a WebSocket: `/ws/traces`, of `?query=` and after `?after=<seq>`. */
export function webSocketUpgrade(feed: LiveFeed, access: Access, refusals: Refusals) {
  const unknownParameter = parameterCheck('get', '/ws/traces');
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy());
    try {
      access.check(request.headers, request.socket);
    } catch (error) {
      const { status, message } = error as RefusedError;
      refusals.noteRequest('WebSocket', request.url ?? '', status);
      return answerRaw(socket, status, message);
    }
    const { url = '' } = request;
    const [path = ''] = url.split('?', 1);
    if (path !== '/ws/traces') return answerRaw(socket, 404, `There is no WebSocket at ${path}.`);
    const parameters = new URLSearchParams(url.slice(path.length));
    const unknown = unknownParameter(parameters.keys());
    if (unknown !== undefined) return answerRaw(socket, 400, unknown);
    for (const name of ['after', 'query']) {
      if (parameters.getAll(name).length > 1) return answerRaw(socket, 400, `${name} must be given once.`);
    }
    const after = parameters.get('after');
    if (after !== null && !SEQ.test(after)) {
      return answerRaw(socket, 400, 'after must be the seq of an earlier message.');
    }
    const { root, problems } = parseQuery(parameters.get('query') ?? '');
    if (problems.length > 0) return answerProblem(socket, queryProblem(problems));
    const query: LiveQuery | undefined = root && { root, text: printQuery(root) };
    return feed.accept(request, socket, head, { after: after === null ? undefined : Number(after), query });
  };
}
