import assert from 'node:assert/strict';
import type { ServiceMap } from '@tta/obs-protocol';
import type { SpanRecord } from '../otlp/trace-batch.ts';
import { pruneAll, same, withStorage, type ConformanceCase } from './conformance-case.ts';
import { batchOfGroups, hexId, sampleGroup, sampleSpan } from './sample-records.ts';
import type { Storage } from './storage.ts';

const HOUR_MS = 3_600_000;
const CLIENT = 3;
const PRODUCER = 4;

/** A span and its service. */
type Served = readonly [service: string, span: SpanRecord];

function spanOf(
  trace: number,
  id: number,
  parent: number | null,
  fields: Partial<SpanRecord> & { readonly durationMs?: number; readonly agoMs?: number } = {},
): SpanRecord {
  const { durationMs = 10, agoMs = 60_000, ...others } = fields;
  const startTimeUnixNano = BigInt(Date.now() - agoMs) * 1_000_000n;
  return sampleSpan(trace, id, {
    parentSpanId: parent === null ? null : hexId(parent, 16),
    startTimeUnixNano,
    endTimeUnixNano: startTimeUnixNano + BigInt(durationMs) * 1_000_000n,
    ...others,
  });
}

const write = (storage: Storage, ...spans: readonly Served[]) =>
  storage.traces.write(
    batchOfGroups(spans.map(([service, span]) => sampleGroup([span], { 'service.name': service }))),
  );

const mapOf = async (storage: Storage, windowMs = HOUR_MS) => {
  const untilMs = Date.now() + 1_000;
  return storage.statistics.serviceMap({ sinceMs: untilMs - windowMs, untilMs });
};

/** In words: `web > shop 2/1`, calls and errors. */
const edgesOf = ({ edges }: ServiceMap) =>
  edges.map(({ from, to, calls, errors }) => `${from} > ${to} ${calls}/${errors}`).toSorted();
const nodesOf = ({ nodes }: ServiceMap) =>
  nodes.map(({ id, calls, errors }) => `${id} ${calls}/${errors}`).toSorted();

/** A purchase over three services, a database, a queue, a model and a host that sends no spans. */
function purchase(trace: number, statusCode = 0): readonly Served[] {
  const client = (attributes: SpanRecord['attributes'], fields = {}) => ({
    kind: CLIENT,
    attributes,
    ...fields,
  });
  return [
    ['web', spanOf(trace, 1, null)],
    ['web', spanOf(trace, 2, 1, client({ 'server.address': 'shop.internal' }))],
    ['shop', spanOf(trace, 3, 2, { kind: 2, statusCode, durationMs: 80 })],
    ['shop', spanOf(trace, 4, 3, client({ 'db.system.name': 'postgresql', 'db.namespace': 'orders' }))],
    [
      'shop',
      spanOf(trace, 5, 3, client({ 'db.system': 'redis', 'net.peer.name': 'cache' }, { statusCode: 2 })),
    ],
    [
      'shop',
      spanOf(trace, 6, 3, {
        kind: PRODUCER,
        attributes: { 'messaging.system': 'kafka', 'messaging.destination.name': 'paid' },
      }),
    ],
    ['mailer', spanOf(trace, 7, 6, { kind: 5 })],
    [
      'mailer',
      spanOf(trace, 8, 7, client({ 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'openai' })),
    ],
    ['mailer', spanOf(trace, 9, 8, client({ 'server.address': 'api.openai.com' }))],
    ['mailer', spanOf(trace, 10, 7, client({ 'server.address': 'smtp.example.org' }))],
    ['mailer', spanOf(trace, 11, 7, client({ 'http.request.method': 'GET' }))],
  ];
}

const EDGES = [
  'service:mailer > model:openai 1/0',
  'service:mailer > remote:smtp.example.org 1/0',
  'service:shop > database:postgresql/orders 1/0',
  'service:shop > database:redis/cache 1/1',
  'service:shop > queue:kafka/paid 1/0',
  'service:shop > service:mailer 1/0',
  'service:web > service:shop 1/0',
];

const edges = withStorage('tells who calls whom, and what they call that sends no spans', async (storage) => {
  await write(storage, ...purchase(1));
  const map = await mapOf(storage);
  same(edgesOf(map), EDGES);
  same(nodesOf(map), [
    'database:postgresql/orders 1/0',
    'database:redis/cache 1/1',
    'model:openai 1/0',
    'queue:kafka/paid 1/0',
    'remote:smtp.example.org 1/0',
    'service:mailer 5/0',
    'service:shop 4/1',
    'service:web 2/0',
  ]);
  same([map.traceCount, map.isComplete], [1, true]);
  const call = map.edges.find(({ to }) => to === 'service:shop')!;
  assert.ok(Math.abs(call.p50Ms - 80) <= 0.8 && call.p95Ms === call.p50Ms, JSON.stringify(call));
});

const orders = withStorage('tells the same in whatever order spans come', async (storage) => {
  const spans = purchase(1);
  for (const served of spans.toReversed()) await write(storage, served);
  const evenFirst = purchase(2, 2);
  for (const rest of [0, 1]) {
    await write(storage, ...evenFirst.filter((_, index) => index % 2 === rest));
  }
  await write(storage, ...spans);
  const map = await mapOf(storage);
  same(
    edgesOf(map),
    EDGES.map((edge) =>
      edge.replace(/1\/(.)$/, (_, errors) => `2/${edge.endsWith('shop 1/0') ? 1 : Number(errors) * 2}`),
    ),
  );
  assert.equal(map.traceCount, 2);
});

const windows = withStorage('tells of the traces of the window that are stored', async (storage) => {
  await write(storage, ['a', spanOf(1, 1, null, { agoMs: 2 * HOUR_MS })], ['b', spanOf(1, 2, 1)]);
  await write(storage, ['c', spanOf(2, 1, null)], ['d', spanOf(2, 2, 1)], ['c', spanOf(3, 1, null)]);
  same(edgesOf(await mapOf(storage)), ['service:c > service:d 1/0']);
  same((await mapOf(storage)).traceCount, 2);
  same(edgesOf(await mapOf(storage, 3 * HOUR_MS)), [
    'service:a > service:b 1/0',
    'service:c > service:d 1/0',
  ]);
  await pruneAll(storage, { maxTraces: 0 });
  const { nodes, edges: none, traceCount, isComplete } = await mapOf(storage, 3 * HOUR_MS);
  same([nodes, none, traceCount, isComplete], [[], [], 0, true]);
});

/** What a storage has to promise of the map of services. */
export const serviceMapConformance: readonly ConformanceCase[] = [edges, orders, windows];
