import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PrometheusEndpoint, PrometheusEndpointOptions } from './served-endpoint.ts';

const loopback = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/**
 * Serves `GET /metrics`. The server does not keep the process alive.
 *
 * @param answer - Writes the exposition.
 * @throws The server's error, e.g. `EADDRINUSE`.
 */
export async function servePrometheus(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  options: PrometheusEndpointOptions = {},
): Promise<PrometheusEndpoint> {
  const { host = '127.0.0.1', port = 9464 } = options;
  const hostIsLoopback = loopback.test(host.includes(':') ? `[${host}]` : host);
  const server = createServer((request, response) => {
    // A page of another site may have its own name resolve to loopback; its requests carry that name.
    if (hostIsLoopback && !loopback.test(request.headers.host ?? '')) refuse(response, 403, 'Forbidden host');
    else if (request.headers.origin !== undefined) refuse(response, 403, 'Forbidden origin');
    else if (request.url?.split('?', 1)[0] !== '/metrics') {
      refuse(response, 404, 'Not found; metrics are at /metrics');
    } else if (request.method !== 'GET' && request.method !== 'HEAD') refuse(response, 405, 'Use GET');
    else answer(request, response);
  });
  server.requestTimeout = 10_000;
  // A scraper that stops reading, or opens connections without end, is not worth the memory.
  server.timeout = 30_000;
  server.maxConnections = 64;
  server.unref();
  // A scraper keeps its connection; the process waits neither for the next scrape nor for the next scraper.
  server.on('connection', (socket) => socket.unref());
  await listen(server, host, port);
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      // A connection that cannot be accepted, e.g. for want of file descriptors, is the scraper's to repeat.
      server.on('error', () => undefined);
      resolve();
    });
  });
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${message}\n`);
}
