import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseQuery } from '@tta/obs-protocol/query';
import { startServer, type RunningServer } from '../server.ts';
import { LiveSubscriber } from '../testing/live-subscriber.ts';

const QUERIES = [
  '-service:bulk',
  'status:error',
  '-status:error service:shop',
  'duration:>2s',
  'name:*check*out*',
  '"card declined"',
  'some(status:error) name:checkout',
  'attr.http.response.status_code:>=500',
  'trace.errors:>1',
  'service:api OR (label:never since:1h)',
];
const SUBSCRIBERS = 200;
const TRACES = 120;

let directory: string;
let server: RunningServer;
let clients: LiveSubscriber[];
const address = () => server.url;
const idOf = (trace: number) => trace.toString(16).padStart(32, '0');

beforeEach(async () => {
  clients = [];
  directory = mkdtempSync(join(tmpdir(), 'tta-live-'));
  await start();
});

afterEach(async () => {
  for (const client of clients) client.disconnect();
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

async function start(): Promise<void> {
  server = await startServer({ port: 0, databasePath: join(directory, 'traces.db') });
}

interface SentSpan {
  readonly trace: number;
  readonly id: number;
  readonly name: string;
  readonly service?: string;
  readonly isFailed?: boolean;
  readonly durationMs?: number;
}

/** Again and again until the service answers that it has stored it. */
async function send(...spans: readonly SentSpan[]): Promise<void> {
  const resourceSpans = spans.map(
    ({ trace, id, name, service = 'shop', isFailed = false, durationMs = 5 }) => {
      const startNs = 1_763_700_000_000_000_000n + BigInt(trace) * 1_000_000_000n;
      const span = {
        traceId: idOf(trace),
        spanId: id.toString(16).padStart(16, '0'),
        ...(id > 1 && { parentSpanId: '1'.padStart(16, '0') }),
        name,
        startTimeUnixNano: String(startNs),
        endTimeUnixNano: String(startNs + BigInt(durationMs) * 1_000_000n),
        status: isFailed ? { code: 2, message: 'the card was declined: card declined' } : {},
        attributes: [{ key: 'http.response.status_code', value: { intValue: isFailed ? 502 : 200 } }],
      };
      const attributes = [{ key: 'service.name', value: { stringValue: service } }];
      return { resource: { attributes }, scopeSpans: [{ spans: [span] }] };
    },
  );
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ resourceSpans });
  for (let isStored = false; !isStored;) {
    try {
      isStored = (await fetch(`${server.url}/v1/traces`, { method: 'POST', headers, body })).ok;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** Traces grow by a span at a time; one in four fails, one in nine is slow. */
async function writeRound(round: number): Promise<void> {
  const spans = Array.from({ length: 6 }, (_, index): SentSpan => {
    const number = round * 6 + index;
    const trace = (number * 7) % TRACES;
    const id = Math.floor(number / TRACES) + 1;
    return {
      trace: trace + 1,
      id,
      name: id === 1 && trace % 3 === 0 ? 'checkout' : `step ${id}`,
      service: trace % 5 === 0 ? 'api' : 'shop',
      isFailed: (trace + id) % 4 === 0,
      durationMs: (trace + id) % 9 === 0 ? 2_500 : 5,
    };
  });
  await send(...spans);
}

/** The traces that a query finds, each with its newest change. */
async function foundBy(query: string): Promise<readonly string[]> {
  const all = (await server.store.traces({ limit: 500 })).items;
  const [found] = await server.store.matching(
    all.map(({ traceId }) => traceId),
    [parseQuery(query).root!],
  );
  return all.filter((_, index) => found![index]).map(({ traceId, seq }) => `${traceId} ${seq}`);
}

function shownBy({ traces }: LiveSubscriber): readonly string[] {
  return [...traces.values()].map(({ traceId, seq }) => `${traceId} ${seq}`);
}

function hasRisingSeqs({ seqs }: LiveSubscriber): boolean {
  return seqs.every((seq, index) => index === 0 || seq > seqs[index - 1]!);
}

describe('two hundred subscribers of ten queries and more, one of whom does not read', () => {
  it('are each told every change once, also over a restart, while traces come in all the time', async () => {
    const readers = Array.from(
      { length: SUBSCRIBERS - 1 },
      (_, index) => new LiveSubscriber(address, `(${QUERIES[index % QUERIES.length]}) OR name:end`),
    );
    const stuck = new LiveSubscriber(address, 'service:bulk OR name:end');
    clients = [...readers, stuck];
    for (const client of clients) client.connect();
    await Promise.all(clients.map((client) => client.until(({ seq }) => seq !== undefined)));

    stuck.stopReading();
    for (let round = 0; round < 40; round++) {
      await writeRound(round);
      await send({ trace: 1_000 + round, id: 1, name: 'n'.repeat(400_000), service: 'bulk' });
    }
    stuck.readOn();
    await stuck.until(({ closeCodes }) => closeCodes.length > 0);
    expect(stuck.closeCodes).toEqual([1013]);
    expect(readers.flatMap(({ closeCodes }) => closeCodes)).toEqual([]);

    const restarted = server.close().then(start);
    for (let round = 40; round < 80; round++) await writeRound(round);
    await restarted;
    for (let round = 80; round < 120; round++) await writeRound(round);
    await send({ trace: 5_000, id: 1, name: 'end' });
    await Promise.all(clients.map((client) => client.until(({ traces }) => traces.has(idOf(5_000)))));

    expect(clients.filter((client) => !hasRisingSeqs(client))).toEqual([]);
    for (const query of new Set(clients.map((client) => client.query))) {
      const found = (await foundBy(query)).toSorted();
      expect(found.length).toBeGreaterThan(5);
      const wrong = clients.filter(
        (client) => client.query === query && shownBy(client).toSorted().join() !== found.join(),
      );
      expect(wrong).toEqual([]);
    }
  }, 120_000);
});
