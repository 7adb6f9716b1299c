import { createServer, get, type RequestListener, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { limitedAtOnce, limitedPerConnection } from './open-answers.ts';

let stop: () => Promise<unknown>;

async function listen(onRequest: RequestListener): Promise<number> {
  const server = createServer(onRequest).listen(0, '127.0.0.1');
  await once(server, 'listening');
  stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return (server.address() as AddressInfo).port;
}

afterEach(() => stop());

const question = 'GET / HTTP/1.1\r\nhost: localhost\r\n\r\n';

describe('limitedPerConnection', () => {
  it('cuts off a client that asks on without taking an answer', async () => {
    let asked = 0;
    const port = await listen(limitedPerConnection(3, () => void asked++));
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(question.repeat(10));
    await once(socket, 'close');
    expect(asked).toBe(3);
  });

  it('serves any number of requests that follow their answers', async () => {
    const port = await listen(limitedPerConnection(2, (_request, response) => void response.end('answer')));
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    for (let round = 0; round < 10; round++) {
      socket.write(question);
      const [text] = (await once(socket, 'data')) as [string];
      expect(text).toContain('200 OK');
    }
    socket.destroy();
  });
});

describe('limitedAtOnce', () => {
  it('cuts off who does not take an answer for one who asks', async () => {
    const large = Buffer.alloc(32 * 1024 * 1024);
    const port = await listen(
      limitedAtOnce(1, ({ url }, response) => void response.end(url === '/' ? large : 'x')),
    );
    const silent = connect(port, '127.0.0.1').pause();
    silent.on('error', () => undefined);
    silent.write(question);
    while (silent.bytesRead === 0 && silent.readableLength === 0) await once(silent, 'readable');
    const text = await (await fetch(`http://127.0.0.1:${port}/small`)).text();
    expect(text).toBe('x');
    silent.resume();
    await new Promise<void>((resolve) => silent.once('close', () => resolve()));
    expect(silent.bytesRead).toBeLessThan(large.length);
  });

  it('answers 503 until an answer was taken', async () => {
    const held: ServerResponse[] = [];
    const port = await listen(limitedAtOnce(2, (_request, response) => void held.push(response)));
    const ask = () =>
      new Promise<number>((resolve) =>
        get({ port, host: '127.0.0.1', agent: false }, (answer) => {
          answer.resume();
          answer.on('end', () => resolve(answer.statusCode ?? 0));
        }),
      );
    const first = ask();
    const second = ask();
    while (held.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(await ask()).toBe(503);
    held[0]!.end();
    held[1]!.end();
    expect(await Promise.all([first, second])).toEqual([200, 200]);
    const third = ask();
    while (held.length < 3) await new Promise((resolve) => setImmediate(resolve));
    held[2]!.end();
    expect(await third).toBe(200);
  });
});
