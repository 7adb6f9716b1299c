import { createServer } from 'node:http';
import { createSecureServer as createSecureGrpcServer, createServer as createGrpcServer } from 'node:http2';
import { createServer as createSecureServer } from 'node:https';

/**
 * A destination in a process of its own, because the one that sends its last words waits for nothing else.
 * Tells its port, then what it is sent. `answer` is the status, of HTTP or of gRPC; `null` for no answer.
 */
const { isGrpc, tls, answer } = JSON.parse(process.argv[2]);
process.once('disconnect', () => process.exit());

function receive(request, headers, respond) {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    process.send({ headers, body: Buffer.concat(chunks).toString('base64') });
    if (answer !== null) respond();
  });
}

const handleCall = (stream, headers) =>
  receive(stream, headers, () => {
    const head = { ':status': 200, 'content-type': 'application/grpc' };
    if (answer !== 0) return stream.respond({ ...head, 'grpc-status': answer }, { endStream: true });
    stream.respond(head, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': answer }));
    stream.end(Buffer.alloc(5));
  });
const handleRequest = (request, response) =>
  receive(request, request.headers, () => response.writeHead(answer).end());

const secure = { ...tls, requestCert: true, rejectUnauthorized: true };
const grpcServer = () => (tls ? createSecureGrpcServer(secure) : createGrpcServer()).on('stream', handleCall);
const httpServer = () => (tls ? createSecureServer(secure) : createServer()).on('request', handleRequest);
const server = isGrpc ? grpcServer() : httpServer();
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
