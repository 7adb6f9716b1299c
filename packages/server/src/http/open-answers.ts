import type { RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { problem, PROBLEM_TYPE } from './problem.ts';

/**
 * Cuts off a connection that asks more than `most` times without taking an answer: HTTP/1.1 lets it, and all answers
 * would lie in memory.
 */
export function limitedPerConnection(most: number, onRequest: RequestListener): RequestListener {
  const open = new WeakMap<Duplex, number>();
  return (request, response) => {
    const { socket } = request;
    const count = (open.get(socket) ?? 0) + 1;
    if (count > most) {
      socket.destroy();
      return;
    }
    open.set(socket, count);
    response.once('close', () => open.set(socket, (open.get(socket) ?? 1) - 1));
    onRequest(request, response);
  };
}

/**
 * Lets `most` answers of `onRequest` be open at one time. One more takes the place of the oldest that was given but not
 * taken yet, whose client is cut off; when all are still being worked on, it is answered 503.
 */
export function limitedAtOnce(most: number, onRequest: RequestListener): RequestListener {
  const open = new Set<ServerResponse>();
  return (request, response) => {
    if (open.size >= most && !cutOffUntaken(open)) return refuse(response);
    open.add(response);
    response.once('close', () => open.delete(response));
    onRequest(request, response);
  };
}

function cutOffUntaken(open: Set<ServerResponse>): boolean {
  for (const response of open) {
    if (!response.writableEnded) continue;
    open.delete(response);
    response.destroy();
    return true;
  }
  return false;
}

function refuse(response: ServerResponse): void {
  const body = JSON.stringify(problem(503, 'Too many answers are under way: try again in a second.'));
  response.writeHead(503, {
    'content-type': PROBLEM_TYPE,
    'content-length': Buffer.byteLength(body),
    'retry-after': '1',
  });
  response.end(body);
}
