import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { Server, ServerCredentials } from '@grpc/grpc-js';

/**
 * A destination in a process of its own, because the one that sends its last words waits for nothing else.
 * Tells its port, then what it is sent. `answer` is the status: of HTTP, or the code of gRPC.
 */
const { isGrpc, tls, answer } = JSON.parse(process.argv[2]);
process.once('disconnect', () => process.exit());

const tell = (headers, body) => process.send({ headers, body: body.toString('base64') });

if (isGrpc) {
  const server = new Server();
  const asItIs = (bytes) => bytes;
  const method = {
    path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    requestStream: false,
    responseStream: false,
    requestSerialize: asItIs,
    requestDeserialize: asItIs,
    responseSerialize: asItIs,
    responseDeserialize: asItIs,
  };
  const handle = ({ metadata, request }, done) => {
    tell(metadata.getMap(), request);
    if (answer === 0) done(null, Buffer.alloc(0));
    else if (answer !== null) done({ code: answer });
  };
  server.addService({ Export: method }, { Export: handle });
  const credentials = tls
    ? ServerCredentials.createSsl(
        Buffer.from(tls.ca),
        [{ cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) }],
        true,
      )
    : ServerCredentials.createInsecure();
  server.bindAsync('127.0.0.1:0', credentials, (_error, port) => process.send(port));
} else {
  const handle = (request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      tell(request.headers, Buffer.concat(chunks));
      if (answer !== null) response.writeHead(answer).end();
    });
  };
  const server = tls
    ? createSecureServer({ ...tls, requestCert: true, rejectUnauthorized: true }, handle)
    : createServer(handle);
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
}
