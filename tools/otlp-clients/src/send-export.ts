import { gzipSync } from 'node:zlib';
import { Client, credentials } from '@grpc/grpc-js';

/** The signals of OTLP, each with the service that takes it over gRPC. */
const services = {
  traces: 'opentelemetry.proto.collector.trace.v1.TraceService',
  logs: 'opentelemetry.proto.collector.logs.v1.LogsService',
  metrics: 'opentelemetry.proto.collector.metrics.v1.MetricsService',
};
type Signal = keyof typeof services;

/** Ways to send a request that is there as bytes; each returns the answer's bytes, which are none when all was taken. */
export const senders = {
  'http/protobuf': sendByHttp,
  'gzip http/protobuf': sendGzipByHttp,
  grpc: sendByGrpc,
};

async function post(
  url: string,
  signal: Signal,
  body: Uint8Array,
  headers: Record<string, string>,
): Promise<Buffer> {
  const response = await fetch(`${url}/v1/${signal}`, {
    method: 'POST',
    headers,
    body: new Uint8Array(body),
  });
  const answer = Buffer.from(await response.arrayBuffer());
  if (!response.ok) throw new Error(`answered ${response.status}: ${answer.toString()}`);
  return answer;
}

function sendByHttp(url: string, signal: Signal, request: Buffer): Promise<Buffer> {
  return post(url, signal, request, { 'content-type': 'application/x-protobuf' });
}

function sendGzipByHttp(url: string, signal: Signal, request: Buffer): Promise<Buffer> {
  const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' };
  return post(url, signal, gzipSync(request), headers);
}

async function sendByGrpc(url: string, signal: Signal, request: Buffer): Promise<Buffer> {
  const client = new Client(new URL(url).host, credentials.createInsecure());
  try {
    return await new Promise((resolve, reject) => {
      const settle = (error: Error | null, answer?: Buffer): void =>
        answer === undefined ? reject(error ?? new Error('no answer')) : resolve(answer);
      const asIs = (bytes: Buffer): Buffer => bytes;
      client.makeUnaryRequest(`/${services[signal]}/Export`, asIs, asIs, request, settle);
    });
  } finally {
    client.close();
  }
}

/** Sends a request in JSON and returns what was answered. */
export async function sendJson(url: string, signal: Signal, request: unknown): Promise<unknown> {
  const body = Buffer.from(typeof request === 'string' ? request : JSON.stringify(request));
  return JSON.parse((await post(url, signal, body, { 'content-type': 'application/json' })).toString());
}
