import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LiveChange } from '@tta/obs-protocol';
import { parseQuery } from '@tta/obs-protocol/query';
import { LiveSubscriber } from '../testing/live-subscriber.ts';
import { MemoryLiveStore } from '../testing/memory-live-store.ts';
import { Access } from './access.ts';
import { LiveFeed } from './live-feed.ts';
import { Refusals } from './refusals.ts';
import { SparseLog } from './sparse-log.ts';
import { webSocketUpgrade } from './upgrade.ts';

const said: string[] = [];
const logger = {
  warn: (line: string) => void said.push(line),
  error: (line: string) => void said.push(line),
};
const sparseLog = new SparseLog(() => 0);

let store: MemoryLiveStore;
let feed: LiveFeed;
let server: Server;
let clients: LiveSubscriber[];

beforeEach(begin);
afterEach(end);

async function begin(): Promise<void> {
  said.length = 0;
  clients = [];
  store = new MemoryLiveStore();
  await startFeed();
}

async function end(): Promise<void> {
  for (const client of clients) client.disconnect();
  await stopFeed();
}

async function startFeed(): Promise<void> {
  feed = new LiveFeed({ store, logger, sparseLog });
  server = createServer();
  const access = new Access({ host: '127.0.0.1' });
  server.on('upgrade', webSocketUpgrade(feed, access, new Refusals({ logger, sparseLog })));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

async function stopFeed(): Promise<void> {
  feed.close();
  feed.terminate();
  server.close();
  await once(server, 'close');
}

const address = () => `http://127.0.0.1:${(server.address() as AddressInfo | null)?.port ?? 1}`;

function subscriber(query = '', after?: number): LiveSubscriber {
  const client = new LiveSubscriber(address, query, after);
  clients.push(client);
  client.connect();
  return client;
}

/** One that has been greeted. */
async function greeted(query = ''): Promise<LiveSubscriber> {
  const client = subscriber(query);
  await client.until(({ seq }) => seq !== undefined);
  return client;
}

const id = (trace: number) => trace.toString(16).padStart(32, '0');

function write(trace: number, status: 'success' | 'error' = 'success', name = `job ${trace}`): LiveChange {
  const change = store.write(id(trace), { name, status });
  feed.publish([change]);
  return change;
}

function log(trace: number, body: string): void {
  const change = store.log(id(trace), body);
  if (change !== undefined) feed.publish([change]);
}

const shown = ({ traces }: LiveSubscriber) => [...traces.keys()].map((traceId) => parseInt(traceId, 16));

describe('a subscription by query', () => {
  it('is told of the traces that the query finds now, and once of each other that it is not found', async () => {
    const failed = await greeted('status:error');
    write(1);
    write(2, 'error');
    write(3);
    write(4, 'error');
    await failed.until(({ traces }) => traces.has(id(4)));
    write(3);
    write(5, 'error');
    await failed.until(({ traces }) => traces.has(id(5)));
    expect(failed.seqs).toEqual([1, 2, 3, 4, 6]);
    expect(shown(failed)).toEqual([2, 4, 5]);
  });

  it('is told once that a trace which it was told of is found no more', async () => {
    const good = await greeted('status:success');
    write(1);
    await good.until(({ traces }) => traces.has(id(1)));
    write(1, 'error');
    await good.until(({ traces }) => !traces.has(id(1)));
    write(1, 'error');
    write(2);
    await good.until(({ traces }) => traces.has(id(2)));
    expect(good.seqs).toEqual([1, 2, 4]);
  });

  it('is told that a trace which it has listed by itself is found no more', async () => {
    write(1);
    const good = await greeted('status:success');
    good.traces.set(id(1), store.traces.get(id(1))!.summary);
    write(1, 'error');
    write(2);
    await good.until(({ traces }) => traces.has(id(2)));
    expect(shown(good)).toEqual([2]);
  });

  it('is told after a break of every changed trace that is not found: it may know it from before', async () => {
    write(1, 'error');
    write(2, 'error');
    const good = subscriber('status:success', 1);
    good.traces.set(id(2), store.traces.get(id(2))!.summary);
    await good.until(({ seqs }) => seqs.includes(2));
    expect([good.seqs, shown(good)]).toEqual([[2], []]);
  });

  it('is told of every change that is not found once it was told of more traces than are remembered', async () => {
    const good = await greeted('status:success');
    for (let trace = 1; trace <= 1_001; trace++) write(trace);
    await good.until(({ seq }) => seq === 1_001);
    write(1, 'error');
    write(2_000, 'error');
    await good.until(({ seq }) => seq === 1_003);
    expect(good.seqs.slice(-2)).toEqual([1_002, 1_003]);
    expect(good.traces.size).toBe(1_000);
  });

  it('is told of log records of the traces that are found', async () => {
    const failed = await greeted('status:error');
    write(1);
    write(2, 'error');
    await failed.until(({ traces }) => traces.has(id(2)));
    log(1, 'a');
    log(2, 'b');
    await failed.until(({ seq }) => seq === 4);
    expect([failed.seqs, failed.newest.get(id(2))!.type]).toEqual([[1, 2, 4], 'logs']);
  });

  it('is told of a trace that its log records make the query find, and of one that they make it miss', async () => {
    const declined = await greeted('declined');
    const others = await greeted('-declined');
    write(1);
    await others.until(({ traces }) => traces.has(id(1)));
    log(1, 'payment declined');
    await declined.until(({ traces }) => traces.has(id(1)));
    await others.until(({ traces }) => !traces.has(id(1)));
    expect(declined.seqs).toEqual([1, 2]);
    // The summary is older: it is the log records that have changed.
    expect(declined.traces.get(id(1))!.seq).toBe(1);
  });

  it('is told once, with its newest summary, what changes again while others are being matched', async () => {
    const all = await greeted('has:status');
    for (let change = 1; change <= 50; change++) write(1, 'success', `version ${change}`);
    await all.until(({ seq }) => seq === 50);
    expect(all.traces.get(id(1))!.name).toBe('version 50');
    expect(all.seqs.length).toBeLessThan(5);
  });

  it('shares the answers to a query with all who ask it, in whatever words', async () => {
    await Promise.all(
      ['status:error name:job*', 'status:error  AND (name:job*)'].map((query) => greeted(query)),
    );
    await greeted('status:success');
    write(1, 'error');
    await Promise.all(clients.slice(0, 2).map((client) => client.until(({ seq }) => seq === 1)));
    expect(store.asked).toEqual([{ traceIds: [id(1)], queryCount: 2 }]);
  });

  it('ends when the store cannot answer, and can be resumed', async () => {
    const failed = await greeted('status:error');
    const { matching } = store;
    store.matching = () => Promise.reject(new Error('disk I/O error'));
    write(1, 'error');
    await failed.until(({ closeCodes }) => closeCodes.length > 0);
    store.matching = matching.bind(store);
    await failed.until(({ traces }) => traces.has(id(1)));
    expect(said).toEqual(['A live client could not be served']);
    expect(failed.seqs).toEqual([1]);
  });
});

describe('a client that does not read', () => {
  it.each(['', 'has:status'])(
    'is cut off at 4 MiB, and misses nothing of it later (query "%s")',
    async (query) => {
      const unread: (() => number)[] = [];
      server.on('upgrade', (_, socket) => unread.push(() => socket.writableLength));
      const stuck = await greeted(query);
      const other = await greeted(query);
      stuck.stopReading();
      const name = 'n'.repeat(500_000);
      for (let trace = 1; trace <= 40; trace++) {
        write(trace, 'success', name);
        await other.until(({ seq }) => seq === trace);
        expect(Math.max(...unread.map((bytes) => bytes()))).toBeLessThan(4 * 1024 * 1024 + 1_000);
      }
      stuck.readOn();
      await stuck.until(({ seq }) => seq === 40);
      expect([stuck.closeCodes, other.closeCodes]).toEqual([[1013], []]);
      expect(stuck.seqs).toEqual(other.seqs);
    },
  );
});

describe('a client that catches up', () => {
  it.each(['', 'has:status'])(
    'gets more than it may leave unread, as fast as it reads (query "%s")',
    async (query) => {
      const name = 'n'.repeat(100_000);
      for (let trace = 1; trace <= 100; trace++) write(trace, 'success', name);
      const late = subscriber(query, 0);
      await late.until(({ seq }) => seq === 100);
      expect(late.seqs).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
      expect(late.closeCodes).toEqual([]);
    },
  );

  it('does not hold up others', async () => {
    for (let trace = 1; trace <= 2_000; trace++) write(trace);
    const live = await greeted('has:status');
    const late = subscriber('has:status', 0);
    await late.until(({ seqs }) => seqs.length > 0);
    write(3_000);
    await live.until(({ seqs }) => seqs.length === 1);
    expect(late.seq).toBeLessThan(2_000);
    await late.until(({ seq }) => seq === 2_001);
  });
});

describe('/ws/traces', () => {
  it.each([
    ['a seq that is none', '?after=x', 'after must be the seq of an earlier message.'],
    ['two of them', '?after=1&after=2', 'after must be given once.'],
    ['two queries', '?query=a&query=b', 'query must be given once.'],
    ['an unknown field', '?query=statsu:error', 'there is no field "statsu"; did you mean status?'],
    ['a query that is too long', `?query=${'a'.repeat(4_097)}`, 'only 4096 characters of a query are read'],
  ])('refuses %s before the connection is made', async (_, search, detail) => {
    const headers = { connection: 'Upgrade', upgrade: 'websocket' };
    const asked = request(`${address()}/ws/traces${search}`, { headers }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of response.setEncoding('utf8')) body += String(chunk);
    expect(response.statusCode).toBe(400);
    expect(JSON.parse(body)).toMatchObject({ status: 400, detail: expect.stringContaining(detail) });
  });
});

const QUERIES = [
  '',
  'status:error',
  '-status:error',
  'declined',
  '-declined status:success',
  'name:"job 1"*',
];

/** What happens: to a trace, to a client, to the service. */
const happenings = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.tuple(fc.constantFrom('good', 'bad', 'log', 'remove'), fc.nat(12)) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom('connect', 'disconnect'), fc.nat(11)) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom('turns'), fc.nat(6)) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom('restart'), fc.constant(0)) },
  ),
  { minLength: 20, maxLength: 120 },
);

async function happen([what, which]: readonly [string, number]): Promise<void> {
  switch (what) {
    case 'good':
      return void write(which);
    case 'bad':
      return void write(which, 'error');
    case 'log':
      return log(which, 'declined');
    case 'remove':
      return store.remove(id(which));
    case 'connect':
      return clients[which]!.connect();
    case 'disconnect':
      return clients[which]!.disconnect();
    case 'turns':
      for (let turn = 0; turn < which; turn++) await setImmediate();
      return;
    case 'restart':
      await stopFeed();
      return startFeed();
  }
}

/** What a client shows or was told otherwise than it should. */
function faultsOf(client: LiveSubscriber, query: string): readonly string[] {
  const { root } = parseQuery(query);
  const isInOrder = client.seqs.every((seq, index) => index === 0 || seq > client.seqs[index - 1]!);
  const ofTraces = [...store.traces].flatMap(([traceId, { summary, logsSeq }]) => {
    const shows = client.traces.get(traceId);
    const isFound = store.found(traceId, root);
    const newestSeq = Math.max(summary.seq, logsSeq);
    const isDue = isFound && newestSeq > client.wantedAfter!;
    const isStale = shows !== undefined && !(isFound && shows.seq === summary.seq);
    const isMissed = isDue && client.newest.get(traceId)?.seq !== newestSeq;
    return [
      ...(isStale ? [`"${query}" shows ${traceId}`] : []),
      ...(isMissed ? [`"${query}" missed ${traceId}`] : []),
    ];
  });
  return [...(isInOrder ? [] : [`"${query}" was told ${client.seqs.join()}`]), ...ofTraces];
}

describe('any interleaving of writes, breaks and resumptions', () => {
  it('gives every client the final state of each trace that its query finds, and no change twice', async () => {
    await fc.assert(
      fc.asyncProperty(happenings, async (all) => {
        await end();
        await begin();
        // Every query by one that has read the list of the empty store, and by one that begins when it connects.
        const ends = QUERIES.map((query) => (query === '' ? '' : `(${query}) OR name:end`));
        clients = [0, undefined].flatMap((after) =>
          ends.map((query) => new LiveSubscriber(address, query, after)),
        );
        for (const one of all) await happen(one);
        for (const client of clients) client.connect();
        // Those that begin only now see the end as well.
        await Promise.all(clients.map((client) => client.until(({ seq }) => seq !== undefined)));
        for (let turn = 0; turn < 20; turn++) await setImmediate();
        write(99, 'success', 'end');
        await Promise.all(clients.map((client) => client.until(({ traces }) => traces.has(id(99)))));
        const wrong = clients.flatMap((client, index) => faultsOf(client, ends[index % ends.length]!));
        expect(wrong).toEqual([]);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
