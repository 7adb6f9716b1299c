import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { HttpLimits } from './http-limits.ts';
import type { IdleConnections } from './idle-connections.ts';
import { isWebSocketRequest, requestWithoutUpgrade } from './ignored-upgrade.ts';
import { answerRaw } from './raw-answer.ts';
import { toOriginForm } from './request-target.ts';

/** How exactly the times of slow clients are kept. */
const CHECK_INTERVAL_MS = 1_000;

export interface Http1Options {
  readonly limits: HttpLimits;
  /** Is told of what is asked. */
  readonly idle: IdleConnections<Socket>;
  readonly onRequest: RequestListener;
  readonly onWebSocket: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** HTTP/1.1 for connections that it is given. */
export function http1Server({ limits, idle, onRequest, onWebSocket }: Http1Options): Server {
  const { headersTimeoutMs, requestTimeoutMs, idleTimeoutMs } = limits;
  const latest = new WeakMap<Duplex, ServerResponse>();
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: idleTimeoutMs,
      connectionsCheckingInterval: Math.min(CHECK_INTERVAL_MS, headersTimeoutMs),
    },
    (request, response) => {
      const { socket } = request;
      latest.set(socket, response);
      idle.begin(socket);
      response.once('close', () => idle.end(socket));
      toOriginForm(request);
      onRequest(request, response);
    },
  );
  server.setTimeout(idleTimeoutMs, (socket) => {
    if (isOwedByUs(socket, latest.get(socket))) socket.setTimeout(idleTimeoutMs);
    else socket.destroy();
  });
  server.on('upgrade', (request, socket: Socket, head) => {
    if (isWebSocketRequest(request)) {
      toOriginForm(request);
      // It is in use until it is closed, also when nothing is sent.
      idle.begin(socket);
      onWebSocket(request, socket, head);
      return;
    }
    // The answers to earlier requests would get mixed up with this one; no client that is known does that.
    if (latest.get(socket)?.writableFinished === false) {
      socket.destroy();
      return;
    }
    socket.unshift(requestWithoutUpgrade(request, head));
    // Not within the turn of the parser that is done with it.
    setImmediate(() => {
      if (!socket.destroyed) server.emit('connection', socket);
    });
  });
  // It looks after slow clients from the moment it listens, which it never does itself.
  server.emit('listening');
  return server;
}

/** False when the client has not sent all of its request, or does not read its answer. */
function isOwedByUs(socket: Socket, response: ServerResponse | undefined): boolean {
  if (response === undefined || response.writableFinished) return false;
  return response.req.complete && socket.writableLength === 0;
}

/** Answers what is no request, or was not finished in time. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return answerRaw(socket, 408, 'The request took too long.');
    case 'HPE_HEADER_OVERFLOW':
      return answerRaw(socket, 431, 'The headers are larger than 16 KiB.');
    default:
      return answerRaw(socket, 400, 'That is not HTTP.');
  }
}
