import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { OtlpAnswer } from './otlp-answer.ts';
import type { OtlpRequest } from './otlp-signal.ts';

/** The most that a request may hold, in bytes, also after decompression: what OTLP 1.11 recommends. */
export const bodyLimitBytes = 64 * 1024 * 1024;

/** Where sinks listen, and nobody else can send to. */
export const loopback = '127.0.0.1';

/** Takes what an endpoint has received. */
export interface Inbox {
  /** @returns How it is to be answered, once it is to be; never where it is not. */
  take(request: OtlpRequest): Promise<OtlpAnswer>;
  /** Is told of what could not be read. */
  refuse(refusal: string): void;
}

/**
 * A test that fails before it stops its sink has to end all the same: neither the server nor its connections keep the
 * process alive.
 *
 * @returns The port that it listens on; `port` where that is not 0.
 */
export async function listen(server: Server, port: number): Promise<number> {
  server.on('connection', (socket: Socket) => socket.unref());
  await once(server.listen(port, loopback), 'listening');
  server.unref();
  return (server.address() as AddressInfo).port;
}
