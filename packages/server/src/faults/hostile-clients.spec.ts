import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, afterAll, describe, expect, it } from '@jest/globals';
import { ended, memoryMiB, ServiceProgram, type ServiceProcess } from '../testing/service-process.ts';

const MIB = 1024 * 1024;

let program: ServiceProgram;
let directory: string;
let service: ServiceProcess;
let sockets: Socket[];

beforeAll(async () => {
  program = await ServiceProgram.bundle();
}, 30_000);

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-hostile-'));
  service = await program.start({ databasePath: join(directory, 'traces.db') });
  sockets = [];
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await ended(service.child, 'SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

afterAll(() => program.remove());

async function connected(): Promise<Socket> {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

const many = <Result>(count: number, work: (index: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

const headers = (contentLength: number) =>
  `POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${contentLength}\r\n\r\n`;

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

function trace(number: number, spans = 1, text = ''): string {
  return JSON.stringify({
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: Array.from({ length: spans }, (_, index) => ({
              traceId: hex(number, 32),
              spanId: hex(index + 1, 16),
              name: 'span',
              startTimeUnixNano: '1763700000000000000',
              attributes: [{ key: 'input.value', value: { stringValue: text } }],
            })),
          },
        ],
      },
    ],
  });
}

async function post(signal: string, body: string | Buffer, more: Record<string, string> = {}) {
  const answer = await fetch(`${service.url}/v1/${signal}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...more },
    body,
  });
  return { status: answer.status, text: await answer.text() };
}

const read = (number: number) => fetch(`${service.url}/api/traces/${hex(number, 32)}`);

/** Who keeps to the rules is served as ever. */
async function expectService(number: number): Promise<void> {
  expect((await post('traces', trace(number))).status).toBe(200);
  expect((await read(number)).status).toBe(200);
}

describe('a service with hostile clients', () => {
  it('serves the others while 500 connections are silent, slow, or stop within a request', async () => {
    const opened = await many(500, connected);
    for (const [index, socket] of opened.entries()) {
      if (index % 3 === 1) socket.write(headers(1_000).slice(0, 40));
      else if (index % 3 === 2) socket.write(`${headers(1_000)}{"resource`);
    }
    for (let number = 1; number <= 20; number++) {
      for (const socket of opened) if (socket.writable) socket.write(' ');
      await expectService(number);
    }
    await ended(service.child, 'SIGTERM');
    expect(service.child.exitCode).toBe(0);
  });

  it('gives back what it held for clients that go away in the middle, and stores nothing by half', async () => {
    const half = Buffer.alloc(2 * MIB, ' ');
    // Several times what all requests in flight may hold together.
    for (let round = 0; round < 4; round++) {
      await many(40, async () => {
        const socket = await connected();
        socket.write(headers(8 * MIB));
        await new Promise((resolve) => socket.write(half, resolve));
        socket.destroy();
      });
    }
    await many(50, async (index) => {
      const socket = await connected();
      const body = trace(1_000 + index, 20);
      socket.end(headers(body.length) + body);
      socket.destroy();
    });
    await expectService(1);
    const large = trace(2, 10, 'x'.repeat(6 * MIB));
    expect((await post('traces', large)).status).toBe(200);
    const { items } = (await (await fetch(`${service.url}/api/traces?limit=500`)).json()) as {
      readonly items: readonly { readonly traceId: string; readonly spanCount: number }[];
    };
    const unanswered = items.filter(({ traceId }) => Number.parseInt(traceId, 16) >= 1_000);
    expect(unanswered.filter(({ spanCount }) => spanCount !== 20)).toEqual([]);
  });

  it('refuses a bomb that would be 64 MiB and more in each signal, and needs little memory for it', async () => {
    const bomb = gzipSync(Buffer.alloc(65 * MIB, ' '));
    expect(bomb.length).toBeLessThan(100_000);
    const answers = await many(12, (index) =>
      post(['traces', 'logs', 'metrics'][index % 3]!, bomb, { 'content-encoding': 'gzip' }),
    );
    // Some have to come back: all of them together would be more than the service holds.
    expect(answers.filter(({ status }) => status !== 413 && status !== 503)).toEqual([]);
    const refused = answers.filter(({ status }) => status === 413);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.filter(({ text }) => !text.includes('larger than 67108864 bytes'))).toEqual([]);
    await expectService(1);
    expect(memoryMiB(service.child).highest).toBeLessThan(500);
  });

  const tinyValues: readonly (readonly [string, string, string, string | Buffer])[] = [
    ['traces', 'JSON', 'application/json', `{"resourceSpans":[${'{},'.repeat(22_000_000)}{}]}`],
    ['logs', 'JSON', 'application/json', `{"resourceLogs":[${'{},'.repeat(22_000_000)}{}]}`],
    ['metrics', 'JSON', 'application/json', `{"resourceMetrics":[${'{},'.repeat(22_000_000)}{}]}`],
    ['traces', 'protobuf', 'application/x-protobuf', emptyMessages(32 * MIB)],
    ['logs', 'protobuf', 'application/x-protobuf', emptyMessages(32 * MIB)],
    ['metrics', 'protobuf', 'application/x-protobuf', emptyMessages(32 * MIB)],
  ];
  it.each(tinyValues)('survives 64 MiB of the tiniest values: %s as %s', async (signal, _, type, body) => {
    const answer = await post(signal, body, { 'content-type': type });
    expect([200, 400, 413]).toContain(answer.status);
    await expectService(1);
    expect(memoryMiB(service.child).highest).toBeLessThan(1_000);
  });

  it('serves the others while 100 clients ask and never read, and stops in time', async () => {
    expect((await post('traces', trace(1, 2_000))).status).toBe(200);
    const before = memoryMiB(service.child).now;
    await many(100, async () => {
      const socket = await connected();
      socket.pause();
      socket.write(`GET /api/traces/${hex(1, 32)} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    });
    // More than are worked on at one time are told to come again, until the answers that nobody takes are given.
    while ((await read(2)).status === 503);
    for (let number = 2; number <= 20; number++) await expectService(number);
    expect(memoryMiB(service.child).highest - before).toBeLessThan(200);
    await ended(service.child, 'SIGTERM');
    expect(service.child.exitCode).toBe(0);
  });
});

/** Field 1 of length 0, so often. */
function emptyMessages(count: number): Buffer {
  return Buffer.alloc(2 * count, Buffer.from([0x0a, 0x00]));
}
