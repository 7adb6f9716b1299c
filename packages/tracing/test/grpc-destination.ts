import {
  type handleUnaryCall,
  type Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
} from '@grpc/grpc-js';
import type { KeyPair } from './certificates.ts';

export interface ReceivedCall {
  readonly signal: keyof typeof methods;
  readonly body: Buffer;
  readonly metadata: Metadata;
  readonly deadlineMs: number;
}

type Answer = (call: ReceivedCall, done: Parameters<handleUnaryCall<Buffer, Buffer>>[1]) => void;

const asItIs = (bytes: Buffer): Buffer => bytes;
const methodAt = (path: string): MethodDefinition<Buffer, Buffer> => ({
  path: `/opentelemetry.proto.collector.${path}`,
  requestStream: false,
  responseStream: false,
  requestSerialize: asItIs,
  requestDeserialize: asItIs,
  responseSerialize: asItIs,
  responseDeserialize: asItIs,
});
const methods = {
  traces: methodAt('trace.v1.TraceService/Export'),
  metrics: methodAt('metrics.v1.MetricsService/Export'),
  logs: methodAt('logs.v1.LogsService/Export'),
};

/** A real gRPC server on loopback, which hands on the bytes of each message and keeps what it is sent. */
export class GrpcDestination {
  readonly calls: ReceivedCall[] = [];
  readonly #server = new Server({
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
  });
  readonly #credentials: ServerCredentials;
  readonly #scheme: string;

  constructor(
    answer: Answer = (_call, done) => done(null, Buffer.alloc(0)),
    tls?: { readonly ca: string; readonly pair: KeyPair; readonly asksForCertificate: boolean },
  ) {
    this.#scheme = tls ? 'https' : 'http';
    this.#credentials = tls
      ? ServerCredentials.createSsl(
          Buffer.from(tls.ca),
          [{ cert_chain: Buffer.from(tls.pair.cert), private_key: Buffer.from(tls.pair.key) }],
          tls.asksForCertificate,
        )
      : ServerCredentials.createInsecure();
    const handle =
      (signal: ReceivedCall['signal']): handleUnaryCall<Buffer, Buffer> =>
      (call, done) => {
        const received = {
          signal,
          body: call.request,
          metadata: call.metadata,
          deadlineMs: Number(call.getDeadline()),
        };
        this.calls.push(received);
        answer(received, done);
      };
    this.#server.addService(methods, {
      traces: handle('traces'),
      metrics: handle('metrics'),
      logs: handle('logs'),
    });
  }

  /** @returns Its address. */
  async start(port = 0): Promise<string> {
    const bound = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync(`127.0.0.1:${port}`, this.#credentials, (error, boundTo) =>
        error ? reject(error) : resolve(boundTo),
      );
    });
    return `${this.#scheme}://127.0.0.1:${bound}`;
  }

  /** Ends calls and connections at once. */
  kill(): void {
    this.#server.forceShutdown();
  }

  /** Ends connections when their calls are over. */
  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.tryShutdown(() => resolve()));
  }
}
