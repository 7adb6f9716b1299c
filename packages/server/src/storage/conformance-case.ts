import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { LogList } from '@tta/obs-protocol';
import type { MetricGroup } from '../otlp/metric-batch.ts';
import type { SpanRecord } from '../otlp/trace-batch.ts';
import type { Storage } from './storage.ts';
import type { RetentionLimits } from './trace-store.ts';
import { batchOfSpans, sampleLog, sampleSpan } from './sample-records.ts';

/**
 * Opens the storage of a case, by the clock of the machine: an empty one the first time, afterwards what was left
 * when it was closed.
 *
 * @param backupPath - Opens what was copied to this file instead.
 */
export type OpenStorage = (backupPath?: string) => Promise<Storage>;

export interface ConformanceCase {
  /** A fact of every storage, in the present tense. */
  readonly name: string;
  /**
   * @param directory - Where backups may be written to.
   * @throws AssertionError when the storage does not keep its promise.
   */
  run(open: OpenStorage, directory: string): Promise<void>;
}

/** Cases that begin with one open storage and close it in the end. */
export function withStorage(name: string, work: (storage: Storage) => Promise<void>): ConformanceCase {
  return {
    name,
    run: async (open) => {
      const storage = await open();
      try {
        await work(storage);
      } finally {
        await storage.close();
      }
    },
  };
}

export const FOREVER: RetentionLimits = {
  maxTraces: 1_000_000,
  changedSinceMs: 0,
  maxBytes: Number.MAX_SAFE_INTEGER,
};

export const scope = { name: 'lib', version: '1', attributes: {} };

export const write = (storage: Storage, ...spans: readonly SpanRecord[]) =>
  storage.traces.write(batchOfSpans(...spans));

export const writeLogs = (storage: Storage, ...bodies: readonly [trace: number | null, body: string][]) =>
  storage.logs.write([
    { resource: { 'service.name': 'shop' }, scope, items: bodies.map((body) => sampleLog(...body)) },
  ]);

export const named = (trace: number, text: string) => sampleSpan(trace, 1, { name: text });

/** Compares plain data, which another thread may have made. */
export function same(actual: unknown, expected: unknown, message?: string): void {
  assert.deepEqual(structuredClone(actual), structuredClone(expected), message);
}

export async function traceIds(storage: Storage, limit = 500): Promise<readonly string[]> {
  return (await storage.traces.traces({ limit })).items.map(({ traceId }) => traceId);
}

export async function found(storage: Storage, words: string): Promise<readonly string[]> {
  return (await storage.traces.findSpans(words, 10)).map(({ name }) => name);
}

export async function pruneAll(storage: Storage, limits: Partial<RetentionLimits>): Promise<void> {
  while (await storage.traces.prune({ ...FOREVER, ...limits }));
}

/** Waits until the clock has moved on: what was written is older than that, what will be is not. */
export async function nextMs(): Promise<number> {
  const beforeMs = Date.now();
  while (Date.now() <= beforeMs) await setImmediate();
  return Date.now();
}

interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** What all pages of a list hold together. */
export async function allItems<Item, Told>(
  read: (page: { readonly cursor?: string }) => Promise<Page<Item> | undefined>,
  tell: (item: Item) => Told,
): Promise<readonly Told[]> {
  const told: Told[] = [];
  for (let page = await read({}); page !== undefined;) {
    told.push(...page.items.map(tell));
    assert.ok(told.length < 1000, 'a cursor leads on to the end');
    page = page.nextCursor === null ? undefined : await read({ cursor: page.nextCursor });
  }
  return told;
}

export const allBodies = (read: (page: { readonly cursor?: string }) => Promise<LogList | undefined>) =>
  allItems(read, ({ body }) => body);

/** Gauges of one series each, whose data points have their time in milliseconds as value. */
export function gauges(service: string, names: readonly string[], first: number, last: number): MetricGroup {
  const points = Array.from({ length: last - first + 1 }, (_, index) => ({
    attributes: { a: 1 },
    timeUnixNano: BigInt(first + index) * 1_000_000n,
    startTimeUnixNano: 0n,
    flags: 0,
    value: first + index,
    exemplars: [],
  }));
  const fields = { description: '', unit: '1', metadata: {}, kind: 'gauge', temporality: null } as const;
  return {
    resource: { 'service.name': service },
    scope,
    items: names.map((name) => ({ ...fields, name, isMonotonic: false, points })),
  };
}
