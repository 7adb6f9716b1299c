import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadSqlite } from '../storage/sqlite-driver.ts';
import { otlpProtobuf } from '../testing/otlp-protobuf.ts';
import { ended, memoryMiB, ServiceProgram } from '../testing/service-process.ts';

/** `npm run soak` asks for two million. */
const requests = Number(process.env['TTA_SOAK_REQUESTS'] ?? 20_000);
const CONNECTIONS = 8;
/** Sent at once on a connection, before the first is answered. */
const PIPELINED = 10;
const SPANS_OF_A_TRACE = 1_000;
const ANSWER = 'HTTP/1.1 ';
/** Of the cache of the database among others, which fills while the file grows. */
const GROWTH_LIMIT_MIB = 100;

let program: ServiceProgram;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-tiny-'));
  program = await ServiceProgram.bundle();
}, 30_000);

afterAll(() => {
  program.remove();
  rmSync(directory, { recursive: true, force: true });
});

const path = () => join(directory, 'traces.db');
const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

function request(span: number): Buffer {
  const traceId = hex(Math.floor(span / SPANS_OF_A_TRACE) + 1, 32);
  const startTimeUnixNano = String(1_763_700_000_000_000_000n + BigInt(span));
  const body = otlpProtobuf('traces', {
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: [
              {
                traceId,
                spanId: hex(span + 1, 16),
                name: 'a',
                startTimeUnixNano,
                endTimeUnixNano: startTimeUnixNano,
              },
            ],
          },
        ],
      },
    ],
  });
  const head =
    'POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-protobuf\r\n' +
    `content-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

/** Sends requests on a connection, ten at a time. @returns what was not answered 200. */
async function send(port: number, spans: readonly number[]): Promise<readonly string[]> {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1').setNoDelay(true);
  const refusals: string[] = [];
  for (let first = 0; first < spans.length; first += PIPELINED) {
    const burst = spans.slice(first, first + PIPELINED);
    socket.write(Buffer.concat(burst.map(request)));
    let text = '';
    const answers = () => text.split(ANSWER).slice(1);
    // The last of them is only counted with the end of its headers: it has no body.
    while (answers().length < burst.length || !text.endsWith('\r\n\r\n')) {
      text += String((await once(socket, 'data'))[0]);
    }
    refusals.push(...answers().filter((answer) => !answer.startsWith('200 ')));
  }
  socket.destroy();
  return refusals;
}

describe('a service that is sent spans one by one', () => {
  it(
    `stores all of ${requests}, and its memory does not grow with them`,
    async () => {
      const limits = { maxTraces: 1_000_000, retentionHours: 100_000, maxBytes: 2 ** 40 };
      const { child, url, told } = await program.start({ databasePath: path(), ...limits });
      const refused: string[] = [];
      const sendAll = async (from: number, to: number): Promise<void> => {
        const connections = Array.from({ length: CONNECTIONS }, (_, connection) =>
          send(Number(new URL(url).port), numbersOf(from + connection, to, CONNECTIONS)),
        );
        refused.push(...(await Promise.all(connections)).flat());
      };
      const quarter = Math.floor(requests / 4);
      await sendAll(0, quarter);
      const afterQuarter = memoryMiB(child).now;
      await sendAll(quarter, requests);
      expect(memoryMiB(child).now - afterQuarter).toBeLessThan(GROWTH_LIMIT_MIB);
      expect(refused).toEqual([]);
      await ended(child, 'SIGTERM');
      expect(told).toEqual([]);
      const database = (await loadSqlite())(path());
      const stored = database
        .prepare('SELECT count(*) AS spans, count(DISTINCT span_id) AS ids FROM span')
        .get();
      const counted = database.prepare('SELECT sum(span_count) AS spans FROM trace').get();
      database.close();
      expect([stored, counted]).toMatchObject([{ spans: requests, ids: requests }, { spans: requests }]);
    },
    60_000 + requests,
  );
});

function numbersOf(from: number, to: number, step: number): readonly number[] {
  return Array.from(
    { length: Math.max(0, Math.ceil((to - from) / step)) },
    (_, index) => from + index * step,
  );
}
