import { once } from 'node:events';
import { connect } from 'node:net';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { otlpSink, type OtlpSink } from '../otlp-sink.ts';
import { bodyLimitBytes } from './endpoint.ts';

let sink: OtlpSink;
let client: Client;

beforeEach(async () => {
  sink = await otlpSink();
  client = new Client(new URL(sink.grpcUrl).host, credentials.createInsecure(), {
    'grpc.max_send_message_length': -1,
  });
});

afterEach(async () => {
  client.close();
  await sink.stop();
});

const logs = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';

async function call(path: string, body: Buffer, metadata = new Metadata()): Promise<Buffer> {
  const asItIs = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      asItIs,
      asItIs,
      body,
      metadata,
      (error: ServiceError | null, answer?: Buffer) =>
        error ? reject(error) : resolve(answer ?? Buffer.alloc(0)),
    );
  });
}

describe('the gRPC endpoint', () => {
  it('says what it has not taken', async () => {
    sink.answer({ rejected: 2, message: 'odd' });
    const partial = Buffer.from([0x0a, 7, 0x08, 2, 0x12, 3, ...Buffer.from('odd')]);
    expect(await call(logs, Buffer.alloc(0))).toEqual(partial);
  });

  it('keeps metadata, those of one name together and bytes in base64', async () => {
    const metadata = new Metadata();
    metadata.add('x-tenant', 't1');
    metadata.add('x-tenant', 't2');
    metadata.add('x-key-bin', Buffer.from([0, 255]));
    await call(logs, Buffer.alloc(0), metadata);
    expect(sink.requests[0]?.headers).toMatchObject({ 'x-tenant': 't1, t2', 'x-key-bin': 'AP8=' });
  });

  it.each([
    ['a body that is no message', logs, Buffer.from([0x0a, 9, 1]), status.INVALID_ARGUMENT],
    ['a body that is too large', logs, Buffer.alloc(bodyLimitBytes + 1), status.RESOURCE_EXHAUSTED],
    [
      'another method',
      '/opentelemetry.proto.collector.logs.v1.LogsService/Import',
      Buffer.alloc(0),
      status.UNIMPLEMENTED,
    ],
  ])('refuses %s', async (_, path, body, code) => {
    await expect(call(path, body)).rejects.toMatchObject({ code });
    expect(sink.requests).toEqual([]);
  });

  it('tells whoever waits what it could not read', async () => {
    await expect(call(logs, Buffer.from([0x0a, 9, 1]))).rejects.toThrow('out of range');
    await expect(sink.received({ lines: 1, within: 1 })).rejects.toThrow(
      /LogsService: INVALID_ARGUMENT [^\n]*out of range/,
    );
  });

  it.each([
    ['says nothing', ''],
    ['speaks something else', 'GET / HTTP/1.1\r\nhost: x\r\n\r\n'],
  ])('stops beside a connection that %s', async (_, text) => {
    const socket = connect(Number(new URL(sink.grpcUrl).port), '127.0.0.1')
      .on('error', () => undefined)
      .resume();
    // A reset is an end as well; `once` of node:events would reject with it.
    const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
    await once(socket, 'connect');
    if (text !== '') {
      const answered = new Promise<void>((resolve) => void socket.once('data', () => resolve()));
      socket.write(text);
      await Promise.race([answered, closed]);
    } else {
      // Only what comes after it is certain to have found it connected.
      await call(logs, Buffer.alloc(0));
    }
    await sink.stop();
    await closed;
    expect(socket.destroyed).toBe(true);
  });

  it('says what is wrong with a port that is taken', async () => {
    const grpcPort = Number(new URL(sink.grpcUrl).port);
    await expect(otlpSink({ grpcPort })).rejects.toMatchObject({ code: 'EADDRINUSE', port: grpcPort });
  });
});
