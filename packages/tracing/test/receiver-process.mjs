import { createServer } from 'node:http';

/** An OTLP destination in a process of its own: tells its port, then what it is sent. */
const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    response.end();
    process.send({ key: request.headers['x-key'], text: Buffer.concat(chunks).toString('utf8') });
  });
});
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.once('disconnect', () => process.exit());
