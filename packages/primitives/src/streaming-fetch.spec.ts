import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { observed } from '@tta/obs-testing';
import { streaming } from './streaming.ts';

const idle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

let server: Server;
let url: string;
/** What the server has sent so far, in bytes, and whether its client has gone. */
let sent: number;
let gone: Promise<unknown>;
/** What it does with a request. */
let answer: (response: ServerResponse) => unknown;

beforeEach(async () => {
  sent = 0;
  server = createServer((_request, response) => {
    gone = once(response, 'close');
    void answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterEach(() => {
  server.close();
  server.closeAllConnections();
});

const body = streaming('body', async (from: string, { signal }) => {
  const response = await fetch(from, { signal });
  return response.body ?? [];
});

const kilobytes = 64;
/** Sends as fast as the socket takes it, and counts. */
async function flood(response: ServerResponse): Promise<void> {
  const chunk = Buffer.alloc(kilobytes * 1024, 'x');
  while (!response.destroyed) {
    sent += chunk.length;
    if (!response.write(chunk)) await Promise.race([once(response, 'drain'), gone]);
  }
}

describe('a stream from a server', () => {
  it(
    'is slowed down to the pace of its reader, as far as to the server',
    observed(async (trace) => {
      answer = flood;
      let read = 0;
      const ahead: number[] = [];
      for await (const chunk of body.stream(url)) {
        read += chunk.length;
        for (let turn = 0; turn < 20; turn++) await idle();
        ahead.push(sent - read);
        if (read > 20 * 2 ** 20) break;
      }
      // What sockets and fetch keep: some megabytes, and no more at the end than before.
      expect(Math.max(...ahead)).toBeLessThan(16 * 2 ** 20);
      await gone;
      expect(trace).toHaveSpan({
        span: 'primitive.streaming.execute',
        attributes: { 'execution.status': 'cancelled' },
      });
    }),
  );

  it('closes the connection when its reader leaves, also while the server is silent', async () => {
    answer = (response) => response.write('data: one\n\n');
    for await (const chunk of body.stream(url)) {
      expect(Buffer.from(chunk).toString()).toBe('data: one\n\n');
      break;
    }
    await gone;
  });

  it('closes the connection when it is cancelled before there is an answer', async () => {
    let arrived = (): void => undefined;
    const arriving = new Promise<void>((resolve) => (arrived = resolve));
    answer = () => arrived();
    const stream = body.stream(url);
    await arriving;
    stream.cancel();
    await expect(stream.result).rejects.toHaveProperty('code', 'OBS_ERR_CANCELLED');
    await gone;
  });

  it(
    'gives what came before the connection broke, then the error',
    observed(async (trace) => {
      answer = (response) => {
        response.write('half an ans', () => setImmediate(() => response.destroy()));
      };
      const parts: string[] = [];
      const reading = async () => {
        for await (const chunk of body.stream(url)) parts.push(Buffer.from(chunk).toString());
      };
      await expect(reading()).rejects.toThrow('terminated');
      expect(parts).toEqual(['half an ans']);
      expect(trace).toHaveSpan({
        span: 'primitive.streaming.execute',
        attributes: { 'execution.status': 'error', 'stream.chunks': 1, 'error.category': 'network' },
      });
    }),
  );
});
