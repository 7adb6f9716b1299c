import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Names and string values in a protobuf message are plain UTF-8. */
  readonly text: string;
}

/** A real OTLP destination on a free port of loopback, which keeps what it is sent. */
export class Receiver {
  readonly requests: ReceivedRequest[] = [];
  readonly #answer: (response: ServerResponse, request: ReceivedRequest) => void;
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const { url: path = '', headers } = request;
      const received = { path, headers, body, text: body.toString('utf8') };
      this.requests.push(received);
      this.#answer(response, received);
    });
  });

  constructor(
    answer: (response: ServerResponse, request: ReceivedRequest) => void = (response) => void response.end(),
  ) {
    this.#answer = answer;
  }

  /** @param port - Another one than a free one. */
  async start(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Requests of one signal, by the end of its path: `traces`. */
  of(signal: 'traces' | 'metrics' | 'logs'): ReceivedRequest[] {
    return this.requests.filter(({ path }) => path.endsWith(`/v1/${signal}`));
  }

  get text(): string {
    return this.requests.map(({ text }) => text).join('\n');
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Polls until it is so; Jest's own limit ends a wait in vain. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}
