import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { readBody } from '../internal/read-body.ts';
import { reasonOf } from '../internal/reason-of.ts';
import { bodyLimitBytes, type Inbox, listen } from './endpoint.ts';
import { failureOf, isFailure, type OtlpAnswer } from './otlp-answer.ts';
import { decodeRequest, encodeResponse, encodeStatus } from './otlp-codec.ts';
import { type OtlpProtocol, type OtlpRequest, type OtlpSignal } from './otlp-signal.ts';
import { codeOf } from './rpc-code.ts';

const unzip = promisify(gunzip);

const protocols: Readonly<Record<string, OtlpProtocol>> = {
  'application/x-protobuf': 'http/protobuf',
  'application/json': 'http/json',
};
const signalPath = /^\/v1\/(traces|metrics|logs)\/?(?:\?.*)?$/;

const contentTypes = { 'http/protobuf': 'application/x-protobuf', 'http/json': 'application/json', grpc: '' };

/** A request that is not taken, with the status that says so. */
class RefusedError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** OTLP over HTTP: `POST /v1/traces`, `/v1/metrics` and `/v1/logs`, in protobuf or JSON. */
export class HttpEndpoint {
  readonly #inbox: Inbox;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  constructor(inbox: Inbox) {
    this.#inbox = inbox;
  }

  /** @returns The port. */
  start(port: number): Promise<number> {
    return listen(this.#server, port);
  }

  /** Closes all connections, also those on which an answer is due. */
  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = incoming;
    // What cannot be read is refused in the encoding that it claims to have.
    const protocol = protocolOf(incoming) ?? 'http/protobuf';
    try {
      // Read whatever it is: an exporter that is cut off while it sends does not see the answer.
      const sent = await readBody(incoming, bodyLimitBytes);
      const request = await toRequest(incoming, sent);
      answer(response, request, await this.#inbox.take(request));
    } catch (error) {
      const status = error instanceof RefusedError ? error.status : 400;
      this.#inbox.refuse(`${method} ${url}: ${status} ${reasonOf(error)}`);
      respond(response, status, protocol, encodeStatus(codeOf(status), reasonOf(error), protocol));
    }
  }
}

async function toRequest(incoming: IncomingMessage, sent: Buffer | undefined): Promise<OtlpRequest> {
  const { method, url = '' } = incoming;
  const signal = signalPath.exec(url)?.[1] as OtlpSignal | undefined;
  if (!signal) throw new RefusedError(404, 'OTLP is sent to /v1/traces, /v1/metrics and /v1/logs');
  if (method !== 'POST') throw new RefusedError(405, 'OTLP is sent by POST');
  const protocol = protocolOf(incoming);
  if (!protocol)
    throw new RefusedError(415, 'the content type has to be application/x-protobuf or application/json');
  if (!sent) throw new RefusedError(413, `the body has more than ${bodyLimitBytes} bytes`);
  const body = await decompressed(sent, incoming.headers['content-encoding']);
  const headers = Object.fromEntries(
    Object.entries(incoming.headersDistinct).map(([name, values = []]) => [name, values.join(', ')]),
  );
  return { signal, protocol, headers, body, message: decodeRequest(signal, protocol, body) } as OtlpRequest;
}

function protocolOf({ headers }: IncomingMessage): OtlpProtocol | undefined {
  return protocols[headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? ''];
}

async function decompressed(body: Buffer, header = ''): Promise<Buffer> {
  const encoding = header.toLowerCase();
  if (encoding === '' || encoding === 'identity') return body;
  if (encoding !== 'gzip')
    throw new RefusedError(415, `the content encoding ${encoding} is not known: use gzip`);
  try {
    return await unzip(body, { maxOutputLength: bodyLimitBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new RefusedError(413, `the body has more than ${bodyLimitBytes} bytes when it is decompressed`);
    throw new RefusedError(400, `the body is not gzip: ${reasonOf(error)}`);
  }
}

function answer(response: ServerResponse, { signal, protocol }: OtlpRequest, given: OtlpAnswer): void {
  if (typeof given === 'string') return respond(response, 200, protocol, encodeResponse(signal, protocol));
  if (!isFailure(given)) return respond(response, 200, protocol, encodeResponse(signal, protocol, given));
  const { status, code } = failureOf(given);
  if (given.retryAfterS !== undefined) response.setHeader('retry-after', given.retryAfterS);
  respond(response, status, protocol, encodeStatus(code, given.message ?? '', protocol));
}

function respond(response: ServerResponse, status: number, protocol: OtlpProtocol, body: Buffer): void {
  response.writeHead(status, { 'content-type': contentTypes[protocol] }).end(body);
}
