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

/** Answers 503 as long as `most` answers of `onRequest` were not taken. */
export function limitedAtOnce(most: number, onRequest: RequestListener): RequestListener {
  let open = 0;
  return (request, response) => {
    if (open >= most) return refuse(response);
    open++;
    response.once('close', () => open--);
    onRequest(request, response);
  };
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
