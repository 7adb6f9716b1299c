import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { AiUsage } from '@tta/obs-protocol';
import fc from 'fast-check';
import { isAiKey, isAiName, isAiOrigin } from '../conventions/may-be-ai.ts';
import { normalizeSpan } from '../conventions/normalize-span.ts';
import { sumUsage, usageShares } from '../conventions/usage-shares.ts';
import { decodeJsonTraces } from '../otlp/decode-json-traces.ts';
import { recordedRequests, recordedSpans, recordingNames } from '../testing/recorded-spans.ts';
import { SAMPLE_PRICES, sqliteStores } from '../testing/sqlite-stores.ts';
import { openDatabaseFile } from './database-file.ts';
import { batchOfGroups, hexId, sampleGroup, sampleSpan } from './sample-records.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { addUsage, NO_USAGE } from './usage-columns.ts';

let directory: string;
let connection: SqliteConnection;
let stores: ReturnType<typeof sqliteStores>;
/** A moment after all recordings. */
const NOW_MS =
  1_000 +
  Math.max(...recordingNames.flatMap(recordedSpans).map((span) => Number(span.startTimeUnixNano) / 1e6));

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-ai-spans-'));
  await open(0);
});

afterEach(() => {
  connection.close();
  rmSync(directory, { recursive: true, force: true });
});

async function open(file: number): Promise<void> {
  connection = new SqliteConnection(await openDatabaseFile(join(directory, `${file}.db`)));
  stores = sqliteStores(connection, () => NOW_MS);
}

async function send(requests: readonly Uint8Array[]): Promise<void> {
  for (const request of requests) await stores.traces.write(decodeJsonTraces(request));
}

async function storedUsage(): Promise<AiUsage> {
  const { items } = await stores.traces.traces({ limit: 100 });
  return items.reduce((sum, { usage }) => addUsage(sum, usage ?? NO_USAGE), NO_USAGE);
}

const reportOf = (by: 'model' | 'provider' | 'service' | 'day') =>
  stores.statistics.usage({ sinceMs: 0, untilMs: NOW_MS, by, utcOffsetMinutes: 0 });

describe.each(recordingNames)('a recording of %s', (name) => {
  const spans = recordedSpans(name).map((span) => ({ ...span, ai: normalizeSpan(span, SAMPLE_PRICES) }));
  const expected = sumUsage(usageShares(spans));

  it('is seen to be of an AI program at a glance, span by span', () => {
    for (const { ai, attributes, scope, resource, name: spanName } of spans) {
      if (ai === null) continue;
      const primitiveType = (attributes['primitive.type'] ?? null) as string | null;
      const isSeen =
        Object.keys(attributes).some(isAiKey) ||
        isAiOrigin(scope.name, resource['service.name'] as string) ||
        isAiName(spanName, primitiveType);
      expect([spanName, isSeen]).toEqual([spanName, true]);
    }
  });

  it('adds up to the same whatever the order and the portions in which its spans arrive', async () => {
    const requests = recordedRequests(name);
    let file = 0;
    const property = fc.asyncProperty(
      fc.shuffledSubarray([...requests], { minLength: requests.length }),
      async (order) => {
        connection.close();
        await open(++file);
        await send(order);
        const usage = await storedUsage();
        expect(usage).toMatchObject({
          inputTokens: expected.tokens.input,
          outputTokens: expected.tokens.output,
          cacheReadTokens: expected.tokens.cacheRead,
          cacheWriteTokens: expected.tokens.cacheWrite,
          reasoningTokens: expected.tokens.reasoning,
          unpricedCount: expected.unpricedCount,
          calls: expected.callCount,
        });
        expect(usage.reportedUsd).toBeCloseTo(expected.reportedUsd, 9);
        expect(usage.estimatedUsd).toBeCloseTo(expected.estimatedUsd, 9);
      },
    );
    await fc.assert(property, { numRuns: 6, examples: [[[...requests]], [requests.toReversed()]] });
  });

  it('counts the same by model, provider, service and day as in its traces', async () => {
    await send(recordedRequests(name));
    await send(recordedRequests(name));
    const usage = await storedUsage();
    for (const by of ['model', 'provider', 'service', 'day'] as const) {
      const { total, items } = await reportOf(by);
      const sum = items.reduce((one, item) => addUsage(one, item), NO_USAGE);
      for (const told of [total, sum]) {
        expect(told.inputTokens).toBe(usage.inputTokens);
        expect(told.calls).toBe(usage.calls);
        expect(told.reportedUsd + told.estimatedUsd).toBeCloseTo(usage.reportedUsd + usage.estimatedUsd, 9);
      }
    }
  });

  it('tells in its documents and details what its spans say', async () => {
    await send(recordedRequests(name));
    const { items } = await stores.traces.traces({ limit: 100 });
    for (const { traceId } of items) {
      const document = (await stores.traces.trace(traceId))!;
      const details = (await stores.traces.spans(traceId, { limit: 500 }))!;
      const byId = new Map(spans.map((span) => [span.spanId, span.ai]));
      for (const { spanId, ai } of details.items) expect(ai).toEqual(byId.get(spanId));
      const { ai, spanId } = document.spans;
      expect(ai.span.map((index) => byId.get(spanId[index]!)?.operation)).toEqual(ai.operation);
      const counted = ai.inputTokens.reduce<number>(
        (sum, tokens, index) => sum + (ai.countsTokens[index] === true ? (tokens ?? 0) : 0),
        0,
      );
      expect(counted).toBe(document.summary.usage?.inputTokens ?? 0);
    }
  });
});

describe('a session', () => {
  const NS = 1_000_000n;
  const at = (ms: number) => BigInt(NOW_MS - 1_000_000 + ms) * NS;
  const call = (trace: number, id: number, startMs: number, attributes: Record<string, string | number>) =>
    sampleSpan(trace, id, {
      startTimeUnixNano: at(startMs),
      endTimeUnixNano: at(startMs + 10),
      attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm', ...attributes },
    });
  const plain = (trace: number, id: number, startMs: number, attributes: Record<string, string>) =>
    sampleSpan(trace, id, { startTimeUnixNano: at(startMs), endTimeUnixNano: at(startMs + 10), attributes });
  const write = (...spans: readonly ReturnType<typeof call>[]) =>
    stores.traces.write(batchOfGroups([sampleGroup(spans)]));
  const sessions = async (limit = 50, cursor?: string) =>
    stores.statistics.sessions({ limit, ...(cursor !== undefined && { cursor }) });

  it('sums up its traces, with those that have no span of an AI program', async () => {
    await write(call(1, 1, 0, { 'gen_ai.conversation.id': 'a', 'gen_ai.usage.input_tokens': 3 }));
    await write(plain(2, 1, 50, { 'session.id': 'a', 'user.id': 'u' }));
    await write(call(2, 2, 60, { 'gen_ai.usage.input_tokens': 4 }));
    const { items, nextCursor } = await sessions();
    expect(nextCursor).toBeNull();
    expect(items).toEqual([
      expect.objectContaining({
        sessionId: 'a',
        userId: 'u',
        traceCount: 2,
        errorCount: 0,
        usage: expect.objectContaining({ inputTokens: 7, calls: 2, estimatedUsd: 7 }),
      }),
    ]);
    expect(items[0]!.lastTimeMs - items[0]!.firstTimeMs).toBeCloseTo(70, 3);
    const { items: traces } = await stores.traces.traces({ limit: 10 });
    expect(traces.map(({ sessionId, userId }) => [sessionId, userId])).toEqual([
      ['a', 'u'],
      ['a', null],
    ]);
  });

  it('is that of the earliest span that tells one, and takes its figures along', async () => {
    await write(call(1, 2, 100, { 'session.id': 'late', 'gen_ai.usage.input_tokens': 5 }));
    await write(plain(1, 1, 0, { 'session.id': 'early' }));
    expect((await sessions()).items).toEqual([
      expect.objectContaining({
        sessionId: 'early',
        traceCount: 1,
        usage: expect.objectContaining({ inputTokens: 5 }),
      }),
    ]);
    expect((await stores.traces.trace(hexId(1, 32)))?.summary.sessionId).toBe('early');
  });

  it('counts a run again that fails later, and once', async () => {
    await write(call(1, 1, 0, { 'session.id': 's' }));
    const failed = { ...call(1, 2, 5, {}), statusCode: 2, parentSpanId: hexId(9, 16) };
    await write(failed);
    await write(failed);
    const [session] = (await sessions()).items;
    expect([session?.traceCount, session?.usage.calls, session?.usage.errors]).toEqual([1, 2, 1]);
  });

  it('is listed by its end, page by page, whatever its name', async () => {
    const names = ['x', '-', 'ü/€ 1', 'a'.repeat(2_000), '\0'];
    for (const [index, name] of names.entries()) {
      await write(plain(index + 1, 1, index * 100, { 'session.id': name }));
    }
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await sessions(2, cursor ?? undefined);
      found.push(...page.items.map(({ sessionId }) => sessionId));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(found).toEqual(['\ufffd', 'a'.repeat(1_024), 'ü/€ 1', '-', 'x']);
    await expect(sessions(2, 'nonsense')).rejects.toThrow('cursor');
  });

  it('does not count a trace again of which late spans arrive after its removal', async () => {
    await write(call(1, 1, 0, { 'session.id': 's' }), call(2, 1, 50, {}));
    while (await stores.traces.prune({ maxTraces: 1, changedSinceMs: 0, maxBytes: 1e9 }));
    await write(call(1, 2, 5, { 'session.id': 's', 'gen_ai.usage.input_tokens': 3 }));
    const [session] = (await sessions()).items;
    expect([session?.traceCount, session?.usage.calls, session?.usage.inputTokens]).toEqual([1, 2, 3]);
  });

  it('has no times of a trace that turned out to be of another one', async () => {
    await write(call(1, 1, 0, { 'session.id': 'mine' }));
    await write(call(2, 2, 500_000, { 'session.id': 'mine' }));
    await write(plain(2, 1, 400_000, { 'session.id': 'other' }));
    const { items } = await sessions();
    expect(items.map(({ sessionId, traceCount }) => [sessionId, traceCount])).toEqual([
      ['other', 1],
      ['mine', 1],
    ]);
    const [other, mine] = items.map(({ firstTimeMs, lastTimeMs }) => lastTimeMs - firstTimeMs);
    expect(other).toBeCloseTo(100_010, 3);
    expect(mine).toBeCloseTo(10, 3);
  });

  it('is gone when no trace is of it any more', async () => {
    await write(call(1, 2, 100, { 'session.id': 'late' }));
    await write(plain(1, 1, 0, { 'session.id': 'early' }));
    const rows = connection.sql('SELECT session_id FROM session').all();
    expect(rows.map((row) => row['session_id'])).toEqual(['early']);
  });

  it('is one of the 20,000 with the newest ends', async () => {
    const many = Array.from({ length: 20_010 }, (_, index) =>
      plain(index + 1, 1, index, { 'session.id': `s${index}` }),
    );
    await write(...many);
    await stores.traces.prune({ maxTraces: 1e9, changedSinceMs: 0, maxBytes: 1e12 });
    const count = connection.sql('SELECT count(*) AS count, min(session_id) AS first FROM session').get();
    expect(count?.['count']).toBe(20_000);
    expect((await sessions(1)).items[0]?.sessionId).toBe('s20009');
  });

  it('outlives its traces', async () => {
    await write(call(1, 1, 0, { 'session.id': 's', 'gen_ai.usage.input_tokens': 5 }));
    const limits = { maxTraces: 0, changedSinceMs: 0, maxBytes: 1e9 };
    while (await stores.traces.prune(limits));
    expect((await stores.traces.traces({ limit: 10 })).items).toEqual([]);
    expect((await sessions()).items).toHaveLength(1);
    expect((await reportOf('model')).total.inputTokens).toBe(5);
    const left = connection.sql(
      `SELECT (SELECT count(*) FROM ai_span) + (SELECT count(*) FROM trace_usage) + (SELECT count(*) FROM trace_session) AS rows`,
    );
    expect(left.get()?.['rows']).toBe(0);
  });
});

describe('the sums of a trace', () => {
  const call = (id: number, parent: number | null, attributes: Record<string, string | number> = {}) =>
    sampleSpan(1, id, {
      parentSpanId: parent === null ? null : hexId(parent, 16),
      startTimeUnixNano: BigInt(NOW_MS) * 1_000_000n,
      endTimeUnixNano: BigInt(NOW_MS) * 1_000_000n,
      attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': 1, ...attributes },
    });
  const plain = (id: number, parent: number | null) => ({ ...call(id, parent), attributes: {} });
  const write = (...spans: readonly ReturnType<typeof call>[]) =>
    stores.traces.write(batchOfGroups([sampleGroup(spans)]));

  /** How often a statement was asked for while `work` ran. */
  async function asked(beginning: string, work: () => Promise<unknown>): Promise<number> {
    const spy = jest.spyOn(connection, 'sql');
    await work();
    const count = spy.mock.calls.filter(([sql]) => sql.startsWith(beginning)).length;
    spy.mockRestore();
    return count;
  }

  it('look at each span between others once, however many lie below it', async () => {
    const chain = Array.from({ length: 100 }, (_, index) => plain(index + 1, index === 0 ? null : index));
    await write(...chain);
    const calls = Array.from({ length: 50 }, (_, index) => call(1_000 + index, 100));
    expect(await asked('SELECT parent_span_id', () => write(...calls))).toBe(100);
    expect((await storedUsage()).calls).toBe(50);
  });

  it('are not made anew for a span that lies between none of those', async () => {
    await write(call(10, 9), call(11, 8));
    expect(await asked('INSERT INTO trace_usage', () => write(plain(20, 19)))).toBe(0);
    expect(await asked('INSERT INTO trace_usage', () => write(plain(9, 11)))).toBe(1);
    expect((await storedUsage()).calls).toBe(1);
  });

  it('are right of a trace that is too large to be remembered', async () => {
    const many = Array.from({ length: 10_001 }, (_, index) => call(index + 1, null));
    await write(...many);
    await write(call(20_000, 1));
    expect(await storedUsage()).toMatchObject({ calls: 10_001, inputTokens: 10_001 });
  });
});

describe('usage by hour', () => {
  it('counts together what more than 500 models, providers and services of an hour used', async () => {
    const spans = Array.from({ length: 600 }, (_, index) =>
      sampleSpan(index + 1, 1, {
        startTimeUnixNano: BigInt(NOW_MS) * 1_000_000n,
        endTimeUnixNano: BigInt(NOW_MS) * 1_000_000n,
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': `provider ${index}`,
          'gen_ai.usage.input_tokens': 1,
        },
      }),
    );
    await stores.traces.write(batchOfGroups([sampleGroup(spans)]));
    const { total, items } = await reportOf('provider');
    expect(total.inputTokens).toBe(600);
    expect(items).toHaveLength(501);
    expect(items[0]).toMatchObject({ key: '_other', inputTokens: 100 });
  });
});
