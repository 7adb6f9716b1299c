import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import {
  type handleUnaryCall,
  Metadata,
  type MethodDefinition,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
} from '@grpc/grpc-js';
import { reasonOf } from '../internal/reason-of.ts';
import { bodyLimitBytes, type Inbox, listen } from './endpoint.ts';
import { failureOf, isFailure, type OtlpFailure } from './otlp-answer.ts';
import { decodeRequest, encodeResponse, encodeStatus } from './otlp-codec.ts';
import { type OtlpRequest, type OtlpSignal, signals } from './otlp-signal.ts';
import { codeOf } from './rpc-code.ts';

const asItIs = (bytes: Buffer): Buffer => bytes;

function methodOf(service: string): MethodDefinition<Buffer, Buffer> {
  return {
    path: `/${service}/Export`,
    requestStream: false,
    responseStream: false,
    requestSerialize: asItIs,
    requestDeserialize: asItIs,
    responseSerialize: asItIs,
    responseDeserialize: asItIs,
  };
}

/** OTLP over gRPC: the three services, without TLS. */
export class GrpcEndpoint {
  readonly #inbox: Inbox;
  readonly #calls = new Server({ 'grpc.max_receive_message_length': bodyLimitBytes });
  // Its own: that of gRPC knows of a connection only when something was sent on it, and waits for the others to end.
  readonly #server = createServer({ allowHalfOpen: true }, (socket) => this.#connect(socket));
  readonly #connections = this.#calls.createConnectionInjector(ServerCredentials.createInsecure());
  readonly #sockets = new Set<Socket>();

  constructor(inbox: Inbox) {
    this.#inbox = inbox;
    for (const signal of ['traces', 'metrics', 'logs'] as const)
      this.#calls.addService(
        { export: methodOf(signals[signal].service) },
        { export: this.#handler(signal) },
      );
  }

  /** @returns The port. */
  start(port: number): Promise<number> {
    return listen(this.#server, port);
  }

  /** Closes all connections, also those on which an answer is due. */
  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#calls.forceShutdown();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #connect(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    this.#connections.injectConnection(socket);
  }

  #handler(signal: OtlpSignal): handleUnaryCall<Buffer, Buffer> {
    return (call, done) => void this.#serve(signal, call, done);
  }

  async #serve(
    signal: OtlpSignal,
    { request: body, metadata }: ServerUnaryCall<Buffer, Buffer>,
    done: sendUnaryData<Buffer>,
  ): Promise<void> {
    try {
      const message = decodeRequest(signal, 'grpc', body);
      const request = {
        signal,
        protocol: 'grpc',
        headers: headersOf(metadata),
        body,
        message,
      } as OtlpRequest;
      const answer = await this.#inbox.take(request);
      if (typeof answer === 'string') done(null, encodeResponse(signal, 'grpc'));
      else if (isFailure(answer)) done(statusOf(answer));
      else done(null, encodeResponse(signal, 'grpc', answer));
    } catch (error) {
      this.#inbox.refuse(`${signals[signal].service}: INVALID_ARGUMENT ${reasonOf(error)}`);
      done({ code: codeOf('INVALID_ARGUMENT'), details: reasonOf(error) });
    }
  }
}

function statusOf(failure: OtlpFailure): { code: number; details: string; metadata: Metadata } {
  const { code } = failureOf(failure);
  const { message: details = '', retryAfterS } = failure;
  const metadata = new Metadata();
  if (retryAfterS !== undefined)
    metadata.set('grpc-status-details-bin', encodeStatus(code, details, 'grpc', retryAfterS));
  return { code, details, metadata };
}

function headersOf(metadata: Metadata): Record<string, string> {
  return Object.fromEntries(
    Object.keys(metadata.getMap()).map((name) => [
      name,
      metadata
        .get(name)
        .map((value) => (typeof value === 'string' ? value : value.toString('base64')))
        .join(', '),
    ]),
  );
}
