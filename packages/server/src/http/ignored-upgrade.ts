import type { IncomingMessage } from 'node:http';

const UPGRADE_HEADERS: ReadonlySet<string> = new Set(['upgrade', 'http2-settings']);

/** Whether the one other protocol is asked for that we change to. */
export function isWebSocketRequest({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * The bytes of a request as if it had not asked for another protocol. A server ignores what it does not change to
 * (RFC 9110 §7.8), but Node's takes every upgrade for one that we want; `curl --http2` and Java's client ask for
 * `h2c` with ordinary requests.
 *
 * @param rest - What was read behind the headers.
 */
export function requestWithoutUpgrade(request: IncomingMessage, rest: Buffer): Buffer {
  const { method, url, httpVersion, rawHeaders } = request;
  let head = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    const value = rawHeaders[index + 1]!;
    if (UPGRADE_HEADERS.has(name.toLowerCase())) continue;
    head += `${name}: ${name.toLowerCase() === 'connection' ? withoutUpgrade(value) : value}\r\n`;
  }
  return Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), rest]);
}

function withoutUpgrade(connection: string): string {
  const options = connection.split(',').map((option) => option.trim());
  return options.filter((option) => !UPGRADE_HEADERS.has(option.toLowerCase())).join(', ');
}
