import { createServer, type RequestListener, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HttpLimits } from './http-limits.ts';
import { answerRaw } from './raw-answer.ts';

/** How exactly the times of slow clients are kept. */
const CHECK_INTERVAL_MS = 1_000;

/** HTTP/1.1 for connections that it is given. */
export function http1Server(limits: HttpLimits, onRequest: RequestListener): Server {
  const { headersTimeoutMs, requestTimeoutMs, idleTimeoutMs } = limits;
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: idleTimeoutMs,
      connectionsCheckingInterval: Math.min(CHECK_INTERVAL_MS, headersTimeoutMs),
    },
    onRequest,
  );
  // One that does not read its answer is cut off.
  server.setTimeout(idleTimeoutMs);
  // It looks after slow clients from the moment it listens, which it never does itself.
  server.emit('listening');
  return server;
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
