import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { connect, type OutgoingHttpHeaders } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { keyValues } from './otlp-common.ts';
import { fixed64, hex, message, text } from './protobuf-writer.ts';
import { type Service, startService } from './service.ts';
import { tracesOf } from './service-answers.ts';

/*
 * Nothing here was recorded: requests whose headers and frames are constructed as the HTTP clients of other languages
 * are known to send them.
 */

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

let traces = 0;

/** A request with one trace of its own, large enough for several packets. */
function exportOf(serviceName: string): Buffer {
  const time = 1_700_000_000_000_000_000n;
  const traceId = `${++traces}`.padStart(32, 'a');
  const span = message(
    2,
    hex(1, traceId),
    hex(2, 'b'.repeat(16)),
    text(5, 'sent'),
    fixed64(7, time),
    fixed64(8, time),
    keyValues(9, { large: 'x'.repeat(200_000) }),
  );
  return message(1, message(1, keyValues(1, { 'service.name': serviceName })), message(2, span));
}

async function countOf(serviceName: string): Promise<number> {
  const found = await tracesOf(service.url, serviceName);
  return found.reduce((sum, { summary }) => sum + summary.spanCount, 0);
}

/** Posts `parts`, each on its own, and returns the status and the content type. */
async function post(headers: OutgoingHttpHeaders, parts: readonly Buffer[]) {
  const request = httpRequest(`${service.url}/v1/traces`, { method: 'POST', headers });
  const answered = once(request, 'response');
  if (headers['expect'] !== undefined) await once(request, 'continue');
  for (const part of parts) await new Promise((resolve) => request.write(part, resolve));
  request.end();
  const [response] = (await answered) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return [response.statusCode, response.headers['content-type']];
}

function inParts(bytes: Buffer, length: number): Buffer[] {
  const parts = [];
  for (let start = 0; start < bytes.length; start += length)
    parts.push(bytes.subarray(start, start + length));
  return parts;
}

describe('a constructed request over HTTP', () => {
  it.each<[string, OutgoingHttpHeaders, (body: Buffer) => Buffer[]]>([
    ['in chunks', { 'content-type': 'application/x-protobuf' }, (body) => inParts(body, 10_000)],
    [
      'in chunks, compressed',
      { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' },
      (body) => inParts(gzipSync(body), 100),
    ],
    [
      'compressed in several members',
      { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' },
      (body) => [gzipSync(body.subarray(0, 1_000)), gzipSync(body.subarray(1_000))],
    ],
    [
      'by a client that waits to be told to go on',
      { 'content-type': 'application/x-protobuf', expect: '100-continue' },
      (body) => [body],
    ],
    [
      'with capitals and a parameter in the content type',
      { 'content-type': 'Application/X-Protobuf; charset=utf-8' },
      (body) => [body],
    ],
  ])('arrives %s', async (name, headers, partsOf) => {
    const answer = await post(headers, partsOf(exportOf(name)));
    expect(answer).toEqual([200, 'application/x-protobuf']);
    expect(await countOf(name)).toBe(1);
  });
});

/** Sends a gRPC message in `parts` and returns the status of HTTP and of gRPC. */
async function call(headers: OutgoingHttpHeaders, parts: readonly Buffer[]) {
  const session = connect(service.url);
  try {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
      ...headers,
    });
    const responded = once(stream, 'response');
    const trailed = once(stream, 'trailers');
    for (const part of parts) await new Promise((resolve) => stream.write(part, resolve));
    stream.end();
    const [response] = (await responded) as [Record<string, unknown>];
    stream.resume();
    const [trailers] = (await trailed) as [Record<string, unknown>];
    return [response[':status'], trailers['grpc-status']];
  } finally {
    session.close();
  }
}

/** A gRPC frame: whether it is compressed, its length, and the message. */
function framed(content: Buffer, isCompressed = false): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = isCompressed ? 1 : 0;
  prefix.writeUInt32BE(content.length, 1);
  return Buffer.concat([prefix, content]);
}

describe('a constructed call of gRPC', () => {
  it.each<[string, OutgoingHttpHeaders, (body: Buffer) => Buffer[]]>([
    [
      'without saying that it takes trailers',
      { 'content-type': 'application/grpc' },
      (body) => [framed(body)],
    ],
    [
      'with the format in the content type',
      { 'content-type': 'application/grpc+proto', te: 'trailers' },
      (body) => [framed(body)],
    ],
    [
      'in frames that break off anywhere',
      { 'content-type': 'application/grpc', te: 'trailers' },
      (body) => [...inParts(framed(body).subarray(0, 12), 1), ...inParts(framed(body).subarray(12), 9_999)],
    ],
    [
      'compressed',
      { 'content-type': 'application/grpc', 'grpc-encoding': 'gzip', te: 'trailers' },
      (body) => [framed(gzipSync(body), true)],
    ],
    [
      'plain although compression was announced',
      {
        'content-type': 'application/grpc',
        'grpc-encoding': 'gzip',
        'grpc-accept-encoding': 'gzip, deflate',
      },
      (body) => [framed(body)],
    ],
    [
      'with a time limit and metadata of its own',
      {
        'content-type': 'application/grpc',
        'grpc-timeout': '10S',
        'user-agent': 'OTel-OTLP-Exporter-Java/1.55.0',
        'tenant-bin': 'AAEC',
        authorization: 'Bearer none',
      },
      (body) => [framed(body)],
    ],
  ])('arrives %s', async (name, headers, partsOf) => {
    expect(await call(headers, partsOf(exportOf(name)))).toEqual([200, '0']);
    expect(await countOf(name)).toBe(1);
  });

  it('arrives one after another and side by side on one connection', async () => {
    const session = connect(service.url);
    const send = async (name: string) => {
      const stream = session.request({
        ':method': 'POST',
        ':path': '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
        'content-type': 'application/grpc',
        te: 'trailers',
      });
      const trailed = once(stream, 'trailers');
      stream.end(framed(exportOf(name)));
      stream.resume();
      const [trailers] = (await trailed) as [Record<string, unknown>];
      return trailers['grpc-status'];
    };
    const first = await send('one connection');
    const others = await Promise.all(Array.from({ length: 20 }, () => send('one connection')));
    session.close();
    expect([first, ...others]).toEqual(Array.from({ length: 21 }, () => '0'));
    expect(await countOf('one connection')).toBe(21);
  });
});
