import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { TraceSummary } from '@tta/obs-protocol';
import { ServiceClient } from './service/service-client.ts';
import { logRecord } from './testing/log-fixture.ts';
import { SocketDouble } from './testing/socket-double.ts';
import { traceDocument, traceSummary } from './testing/trace-fixture.ts';
import { Viewer } from './viewer.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function setUp(pages: Record<string, { items: TraceSummary[]; nextCursor: string | null }>) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const body = path.startsWith('/api/traces?')
      ? pages[path]
      : path.includes('/logs?')
        ? { items: [logRecord({ id: asked.length })], nextCursor: null }
        : traceDocument([{ name: 'root' }], { seq: asked.length });
    response.end(JSON.stringify(body ?? {}));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  let hash = '';
  let changed: () => void = () => {};
  const written: string[] = [];
  const due: (() => void)[] = [];
  const sockets: SocketDouble[] = [];
  const viewer = new Viewer({
    client: new ServiceClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
    openSocket: (afterSeq, query) => {
      const socket = new SocketDouble(afterSeq, query);
      sockets.push(socket);
      return socket;
    },
    address: {
      read: () => hash,
      write: (to, how) => void written.push(`${how} ${to}`),
      onChange: (listener) => {
        changed = listener;
      },
    },
    timer: (_delayMs, fn) => {
      due.push(fn);
      return () => void due.splice(due.indexOf(fn) >>> 0, 1);
    },
    nowMs: () => 0,
  });
  const navigate = (to: string): void => {
    hash = to;
    changed();
  };
  return { viewer, asked, written, due, sockets, navigate };
}

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 5_000 && !holds(); turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(holds()).toBe(true);
}

const A = 'a'.repeat(32);
const B = 'b'.repeat(32);
const first = {
  '/api/traces?limit=100': { items: [traceSummary({ traceId: A, seq: 4 })], nextCursor: null },
};
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('Viewer', () => {
  it('loads the list as soon as it hears of changes, then follows them', async () => {
    const { viewer, sockets, asked } = await setUp(first);
    viewer.start();
    expect(sockets.map(({ afterSeq, query }) => [afterSeq, query])).toEqual([[undefined, '']]);
    expect(asked).toEqual([]);
    sockets[0]!.send({ type: 'hello', seq: 4 });
    await until(() => viewer.traces.state.value.kind === 'shown');
    expect(viewer.newestSeq.value).toBe(4);
    sockets[0]!.send({
      type: 'trace',
      seq: 5,
      trace: traceSummary({ traceId: B, startTimeMs: 2_000, seq: 5 }),
    });
    expect(viewer.connection.value).toBe('live');
    expect(viewer.newestSeq.value).toBe(5);
    expect(viewer.traces.rows.shown.map(({ trace }) => trace.traceId)).toEqual([B, A]);
  });

  it('lists what the query of the address finds, and hears of all changes beside it', async () => {
    const { viewer, sockets, navigate } = await setUp({
      '/api/traces?limit=100&query=status%3Aerror': { items: [], nextCursor: null },
    });
    navigate('#/traces?query=status%3Aerror');
    viewer.start();
    sockets[0]!.send({ type: 'hello', seq: 4 });
    await until(() => sockets.length === 2);
    expect([sockets[1]!.afterSeq, sockets[1]!.query]).toEqual([4, 'status:error']);
    sockets[0]!.send({ type: 'trace', seq: 5, trace: traceSummary({ seq: 5 }) });
    expect(viewer.newestSeq.value).toBe(5);
    expect(viewer.traces.rows.shown).toEqual([]);
  });

  it('says that the service cannot be reached and keeps trying', async () => {
    const { viewer, due, sockets } = await setUp(first);
    viewer.start();
    sockets[0]!.drop();
    expect(viewer.connection.value).toBe('unreachable');
    due.shift()!();
    sockets[1]!.send({ type: 'hello', seq: 4 });
    await until(() => viewer.traces.state.value.kind === 'shown');
    expect(viewer.connection.value).toBe('live');
  });

  it('opens the trace of the address and closes it with the address', async () => {
    const { viewer, navigate, asked } = await setUp(first);
    viewer.start();
    navigate(`#/traces/${traceId}`);
    await until(() => viewer.openTrace.state.value.kind === 'shown');
    navigate(`#/traces/${traceId}?span=00f067aa0ba902b7`);
    expect(asked.filter((path) => path.endsWith(traceId))).toHaveLength(1);
    navigate('#/traces');
    expect(viewer.route.value).toEqual({ view: 'traces', query: '' });
  });

  it('loads what was logged in the open trace, and again when more arrives', async () => {
    const { viewer, navigate, sockets, due, asked } = await setUp(first);
    viewer.start();
    navigate(`#/traces/${traceId}`);
    await until(() => viewer.logs.loaded.value.records.length === 1);
    const [before] = viewer.logs.loaded.value.records;
    for (const fn of due.splice(0)) fn();
    sockets[0]!.send({ type: 'hello', seq: 4 });
    sockets[0]!.send({ type: 'logs', seq: 5, traceId: A });
    sockets[0]!.send({ type: 'logs', seq: 6, traceId });
    await until(() => viewer.logs.loaded.value.records[0] !== before);
    viewer.spanLogs.open(traceId, { spanIds: ['00f067aa0ba902b7'] });
    await until(() => viewer.spanLogs.loaded.value.records.length === 1);
    const [ofSpan] = viewer.spanLogs.loaded.value.records;
    for (const fn of due.splice(0)) fn();
    sockets[0]!.send({ type: 'logs', seq: 7, traceId });
    await until(() => viewer.spanLogs.loaded.value.records[0] !== ofSpan);
    expect(asked.at(-1)).toBe(`/api/traces/${traceId}/logs?limit=20&spanId=00f067aa0ba902b7`);
    navigate('#/traces');
    expect(viewer.logs.loaded.value.records).toEqual([]);
  });

  it('writes the address of the view it goes to', async () => {
    const { viewer, written } = await setUp(first);
    viewer.go({ view: 'trace', traceId });
    viewer.go({ view: 'trace', traceId, spanId: '00f067aa0ba902b7' }, 'replace');
    expect(written).toEqual([
      `push #/traces/${traceId}`,
      `replace #/traces/${traceId}?span=00f067aa0ba902b7`,
    ]);
  });

  it('takes no step of history to where it is already', async () => {
    const { viewer, written } = await setUp(first);
    viewer.go({ view: 'sessions' });
    viewer.go({ view: 'sessions' });
    viewer.go({ view: 'traces', query: '' });
    expect(written).toEqual(['push #/sessions', 'replace #/sessions', 'push #/traces']);
  });

  it('loads the open trace again after the connection was lost', async () => {
    const { viewer, navigate, sockets, due, asked } = await setUp(first);
    viewer.start();
    navigate(`#/traces/${traceId}`);
    await until(() => viewer.logs.loaded.value.records.length === 1);
    sockets[0]!.send({ type: 'hello', seq: 4 });
    sockets[0]!.drop();
    expect(viewer.connection.value).toBe('waiting');
    for (const fn of due.splice(0)) fn();
    sockets[1]!.send({ type: 'hello', seq: 4 });
    await until(() => asked.filter((path) => path.endsWith(traceId)).length === 2);
    await until(() => asked.filter((path) => path.includes(`${traceId}/logs`)).length === 2);
  });

  it('starts over when the service has another database', async () => {
    const { viewer, sockets, due, asked } = await setUp(first);
    viewer.start();
    sockets[0]!.send({ type: 'hello', seq: 40 });
    await until(() => viewer.traces.state.value.kind === 'shown');
    sockets[0]!.drop();
    due.shift()!();
    sockets[1]!.send({ type: 'hello', seq: 1 });
    await until(() => asked.filter((path) => path === '/api/traces?limit=100').length === 2);
    expect(viewer.newestSeq.value).toBe(0);
  });
});
