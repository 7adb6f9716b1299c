import { status } from '@grpc/grpc-js';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type { OtlpProtocol } from '../src/export/destination.ts';
import { GrpcDestination } from './grpc-destination.ts';
import { decodeOtlp } from './otlp-messages.ts';

type Signal = 'logs' | 'metrics';

/** How a request is answered; `partial` with the message that it carries, by the names of JSON. */
export type Reply =
  | 'taken'
  | 'none'
  | 'refused'
  | { readonly retryAfterSeconds: number }
  | { readonly rejected: number; readonly message: string };

const rejectedNames = { logs: 'rejectedLogRecords', metrics: 'rejectedDataPoints' };

/** A real destination of one signal by any protocol, which decodes what it is sent. */
export class OtlpReceiver {
  reply: Reply = 'taken';
  /** In the form of OTLP/JSON, without what has its default value. */
  readonly messages: unknown[] = [];
  readonly #signal: Signal;
  readonly #protocol: OtlpProtocol;
  readonly #grpc = new GrpcDestination(({ signal, body }, done) => {
    this.#take(signal, body);
    if (this.reply === 'none') return;
    if (this.reply === 'refused') done({ code: status.INVALID_ARGUMENT, details: 'odd' });
    else done(null, this.#answer());
  });
  readonly #http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const isGzip = request.headers['content-encoding'] === 'gzip';
      this.#take(request.url?.replace('/v1/', ''), isGzip ? gunzipSync(body) : body);
      this.#respond(response);
    });
  });

  constructor(signal: Signal, protocol: OtlpProtocol) {
    this.#signal = signal;
    this.#protocol = protocol;
  }

  /** @returns The address of the signal. */
  async start(port = 0): Promise<string> {
    if (this.#protocol === 'grpc') return this.#grpc.start(port);
    await once(this.#http.listen(port, '127.0.0.1'), 'listening');
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}/v1/${this.#signal}`;
  }

  /** Ends all connections. */
  async stop(): Promise<void> {
    this.#grpc.kill();
    this.#http.closeAllConnections();
    if (this.#http.listening) await once(this.#http.close(), 'close');
  }

  #take(signal: string | undefined, body: Buffer): void {
    if (signal !== this.#signal) throw new Error(`${signal} came instead of ${this.#signal}`);
    const message =
      this.#protocol === 'http/json'
        ? (JSON.parse(body.toString()) as unknown)
        : decodeOtlp(body, signal === 'logs' ? 'Logs' : 'Metrics');
    this.messages.push(withoutDefaults(message));
  }

  #respond(response: ServerResponse): void {
    if (this.reply === 'none') return;
    if (this.reply === 'refused') return void response.writeHead(400).end();
    if (typeof this.reply === 'object' && 'retryAfterSeconds' in this.reply)
      return void response.writeHead(503, { 'retry-after': String(this.reply.retryAfterSeconds) }).end();
    const type = this.#protocol === 'http/json' ? 'application/json' : 'application/x-protobuf';
    response.writeHead(200, { 'content-type': type }).end(this.#answer());
  }

  #answer(): Buffer {
    if (typeof this.reply !== 'object' || !('rejected' in this.reply)) return Buffer.alloc(0);
    const { rejected, message } = this.reply;
    if (this.#protocol === 'http/json') {
      const partialSuccess = { [rejectedNames[this.#signal]]: String(rejected), errorMessage: message };
      return Buffer.from(JSON.stringify({ partialSuccess }));
    }
    const inner = Buffer.concat([Buffer.from([0x08, rejected, 0x12, message.length]), Buffer.from(message)]);
    return Buffer.concat([Buffer.from([0x0a, inner.length]), inner]);
  }
}

/** Protobuf does not write zeros, empty texts and empty lists; JSON may. */
function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (typeof value !== 'object' || value === null) return value;
  const isSet = (entry: unknown): boolean =>
    !(entry === '' || entry === 0 || entry === false || (Array.isArray(entry) && entry.length === 0));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => isSet(entry))
      .map(([key, entry]) => [key, withoutDefaults(entry)]),
  );
}
