import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server does with one request. */
export interface PlannedAnswer {
  /** Absent: the request hangs until the client gives up. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ReceivedRequest {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A real model server on loopback that answers as planned, for specs; the last answer is given again. */
export class PlantedModelServer {
  readonly requests: ReceivedRequest[] = [];
  readonly #answers: PlannedAnswer[];
  readonly #server: Server;

  constructor(...answers: PlannedAnswer[]) {
    this.#answers = answers;
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.requests.push({
          url: request.url ?? '',
          headers: request.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        });
        this.#answer(response);
      });
    });
  }

  /** Returns the base address of its API. */
  async start(): Promise<URL> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(response: ServerResponse): void {
    const answer = this.#answers[Math.min(this.requests.length, this.#answers.length) - 1];
    if (answer?.status === undefined) return;
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(answer.body ?? '{}');
  }
}

/** The body of a chat completion that says `content`. */
export function completion(content: string, fields: object = {}): string {
  return JSON.stringify({ choices: [{ message: { role: 'assistant', content } }], ...fields });
}
