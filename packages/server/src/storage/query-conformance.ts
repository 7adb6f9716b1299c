import assert from 'node:assert/strict';
import { parseQuery, type QueryNode } from '@tta/obs-protocol/query';
import { questions, sampleTraces } from '@tta/obs-protocol/query/samples';
import {
  allItems,
  pruneAll,
  same,
  withStorage,
  write,
  writeLogs,
  type ConformanceCase,
} from './conformance-case.ts';
import { storeSampleTraces } from './query/sample-telemetry.ts';
import { batchOfGroups, hexId, sampleGroup, sampleSpan } from './sample-records.ts';
import type { Storage } from './storage.ts';

const titles = new Map(sampleTraces.map(({ traceId, title }) => [traceId, title]));
/** The samples are moved to the time of the machine, and dates are not. */
const relativeQuestions = questions.filter(({ query }) => !/\d{4}-\d\d-\d\d/.test(query));

function queryOf(text: string): QueryNode {
  const { root, problems } = parseQuery(text);
  assert.deepEqual(problems, []);
  return root!;
}

const found = (storage: Storage, query: string, limit = 500) =>
  allItems(
    (page) => storage.traces.traces({ where: queryOf(query), limit, ...page }),
    ({ traceId }) => traceId,
  );

const numbersFound = async (storage: Storage, query: string) =>
  (await found(storage, query)).map((traceId) => Number.parseInt(traceId, 16));

const answers = withStorage('answers the questions of the query language', async (storage) => {
  await storeSampleTraces(storage, Date.now());
  const ids = [...titles.keys()];
  const matches = await storage.traces.matching(
    ids,
    relativeQuestions.map(({ query }) => queryOf(query)),
  );
  for (const [index, { query, expected }] of relativeQuestions.entries()) {
    const listed = await found(storage, query);
    same(
      listed.map((traceId) => titles.get(traceId)),
      expected,
      query,
    );
    const matched = ids.filter((_, trace) => matches[index]![trace]);
    same(
      matched.map((traceId) => titles.get(traceId)),
      expected,
      query,
    );
  }
});

const pages = withStorage(
  'tells each trace once that a query finds, whatever the size of a page',
  async (storage) => {
    for (let trace = 1; trace <= 40; trace++) {
      // Some begin together.
      const startTimeUnixNano = BigInt(trace >> 2) * 1_000_000_000n;
      const attributes = { third: trace % 3 === 0 };
      await write(storage, sampleSpan(trace, 1, { startTimeUnixNano, attributes }), sampleSpan(trace, 2));
    }
    const expected = await numbersFound(storage, 'attr.third:true');
    same(
      expected.toSorted((one, other) => one - other),
      Array.from({ length: 13 }, (_, index) => 3 * (index + 1)),
    );
    for (const limit of [1, 2, 5, 13, 14]) {
      const ids = await found(storage, 'attr.third:true', limit);
      same(
        ids.map((traceId) => Number.parseInt(traceId, 16)),
        expected,
      );
    }
  },
);

const changes = withStorage(
  'answers from what is committed, and of nothing that is removed',
  async (storage) => {
    const where = [queryOf('name:"late one"'), queryOf('"in the log"'), queryOf('trace.pinned:true')];
    const ids = [hexId(1, 32), hexId(2, 32), hexId(3, 32)];
    await write(storage, sampleSpan(1, 1), sampleSpan(2, 1));
    same(
      await storage.traces.matching(ids, where),
      where.map(() => [false, false, false]),
    );
    await write(storage, sampleSpan(2, 2, { name: 'Late one' }));
    await writeLogs(storage, [1, 'It stands in the log.'], [3, 'in the log']);
    await storage.traces.pin(hexId(1, 32), true);
    same(await storage.traces.matching(ids, where), [
      [false, true, false],
      [true, false, false],
      [true, false, false],
    ]);
    // What was logged before the first span arrives.
    await write(storage, sampleSpan(3, 1));
    same(await numbersFound(storage, '"in the log"'), [3, 1]);
    await storage.traces.pin(hexId(1, 32), false);
    await pruneAll(storage, { maxTraces: 1 });
    same((await storage.traces.matching(ids, where)).flat().filter(Boolean).length, 1);
  },
);

const hostile = withStorage('takes nothing in a query for anything but a value', async (storage) => {
  const texts = [
    `x' OR 1=1 --`,
    '100%',
    'a_b',
    String.raw`back\slash`,
    '"quoted"',
    'NEAR(a b)',
    'text:a* OR b',
    '%',
  ];
  for (const [index, text] of texts.entries()) {
    await write(storage, sampleSpan(index + 1, 1, { name: text, attributes: { [text]: text, k: text } }));
  }
  await write(storage, sampleSpan(99, 1, { name: '100 axb', attributes: { k: '100 axb' } }));
  for (const [index, text] of texts.entries()) {
    const quoted = `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
    for (const query of [`name:${quoted}`, `attr.k:${quoted}`, `attr.${quoted}:*`, `name:*${quoted}*`]) {
      const numbers = await numbersFound(storage, query);
      assert.ok(numbers.includes(index + 1) && !numbers.includes(99), `${query}: ${numbers.join()}`);
    }
  }
});

const values = withStorage(
  'tells values and keys that are stored, the most frequent first',
  async (storage) => {
    const spans = ['pay', 'pay', 'Pack', 'ship'].map((name, index) =>
      sampleSpan(index + 1, 1, { name, attributes: { [`key.${name}`]: [name, 1], other: true } }),
    );
    await storage.traces.write(batchOfGroups([sampleGroup(spans, { 'service.name': 'shop', region: 'eu' })]));
    same(await storage.traces.values('name', 'pa', 10), {
      items: [
        { value: 'pay', count: 2 },
        { value: 'Pack', count: 1 },
      ],
    });
    same((await storage.traces.values('name', '', 1)).items.length, 1);
    same(await storage.traces.values('trace.name', 's', 10), { items: [{ value: 'ship', count: 1 }] });
    same(await storage.traces.values('attr.key.pay', '', 10), {
      items: [
        { value: '1', count: 2 },
        { value: 'pay', count: 2 },
      ],
    });
    same(await storage.traces.values('attr.region', 'E', 10), { items: [{ value: 'eu', count: 4 }] });
    same(await storage.traces.attributeKeys('key.', 10), {
      items: [
        { value: 'key.pay', count: 2 },
        { value: 'key.Pack', count: 1 },
        { value: 'key.ship', count: 1 },
      ],
    });
  },
);

/** What a storage has to promise of queries. */
export const queryConformance: readonly ConformanceCase[] = [answers, pages, changes, hostile, values];
