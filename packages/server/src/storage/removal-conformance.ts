import assert from 'node:assert/strict';
import {
  FOREVER,
  found,
  named,
  nextMs,
  pruneAll,
  same,
  traceIds,
  type ConformanceCase,
  withStorage,
  write,
  writeLogs,
} from './conformance-case.ts';
import { hexId, sampleSpan } from './sample-records.ts';

const removal = withStorage(
  'removes whole traces that are over the limits, those that have not changed for longest first, and finds nothing of them',
  async (storage) => {
    for (let trace = 1; trace <= 30; trace++) await write(storage, named(trace, `whale ${trace}`));
    await writeLogs(storage, [1, 'still logging']);
    const preview = await storage.traces.previewPrune({ ...FOREVER, maxTraces: 25 });
    same([preview.traceCount, preview.spanCount], [5, 5]);
    same(
      preview.traceIds,
      [2, 3, 4, 5, 6].map((trace) => hexId(trace, 32)),
    );
    await pruneAll(storage, { maxTraces: 25 });
    same(await storage.traces.counts(), { traceCount: 25, spanCount: 25 });
    for (const traceId of preview.traceIds) assert.equal(await storage.traces.trace(traceId), undefined);
    same(await found(storage, 'whale 2'), []);
    assert.equal((await storage.traces.previewPrune({ ...FOREVER, maxTraces: 25 })).traceCount, 0);
    const late = { ...FOREVER, changedSinceMs: Date.parse('2100-01-01') };
    assert.equal((await storage.traces.previewPrune(late)).traceCount, 25);
    await pruneAll(storage, late);
    same(await storage.traces.counts(), { traceCount: 0, spanCount: 0 });
    same(await found(storage, 'whale'), []);
    same((await storage.logs.search({ limit: 10 })).items, []);
  },
);

const bytes = withStorage(
  'removes as much as brings it below its limit of bytes, and not much more',
  async (storage) => {
    const large = (trace: number) => {
      const text = Array.from(
        { length: 400 },
        (_, word) => `w${(trace * 7919 + word * 104_729) % 50_000}`,
      ).join(' ');
      return Array.from({ length: 20 }, (_, id) => sampleSpan(trace, id + 1, { attributes: { text } }));
    };
    for (let trace = 1; trace <= 60; trace++) await write(storage, ...large(trace));
    const { usedBytes } = await storage.usage();
    const maxBytes = Math.round(usedBytes * 0.7);
    const preview = await storage.traces.previewPrune({ ...FOREVER, maxBytes });
    assert.ok(preview.traceCount >= 10 && preview.traceCount <= 30, `${preview.traceCount} of 60`);
    await pruneAll(storage, { maxBytes });
    // What is removed leaves its words behind for a while.
    assert.ok((await storage.usage()).usedBytes <= maxBytes * 1.25);
    const { traceCount } = await storage.traces.counts();
    assert.ok(traceCount >= 20 && traceCount <= 50, `${traceCount} of 60 are left`);
    assert.equal((await traceIds(storage))[0], hexId(60, 32));
  },
);

const pins = withStorage(
  'exempts pinned traces from removal, the newest first, up to half of the bytes',
  async (storage) => {
    for (let trace = 1; trace <= 10; trace++) await write(storage, sampleSpan(trace, 1));
    assert.equal(await storage.traces.pin(hexId(99, 32), true), undefined);
    assert.equal(await storage.traces.newestSeq(), 10);
    const pinned = await storage.traces.pin(hexId(1, 32), true);
    assert.equal(pinned?.isPinned, true);
    assert.equal(pinned.seq, await storage.traces.newestSeq());
    const [change] = await storage.traces.changesAfter(pinned.seq - 1, 10);
    same(change, { type: 'trace', seq: pinned.seq, trace: pinned });
    await pruneAll(storage, { maxTraces: 1 });
    same(await traceIds(storage), [hexId(10, 32), hexId(1, 32)]);
    await write(storage, sampleSpan(1, 2));
    assert.equal((await storage.traces.trace(hexId(1, 32)))?.summary.isPinned, true);
    await storage.traces.pin(hexId(1, 32), false);
    await pruneAll(storage, { maxTraces: 0 });
    same(await traceIds(storage), []);

    const text = 'x'.repeat(100_000);
    for (let trace = 21; trace <= 30; trace++) {
      await write(storage, sampleSpan(trace, 1, { attributes: { text } }));
      await storage.traces.pin(hexId(trace, 32), true);
    }
    same(await storage.traces.pins(FOREVER.maxBytes), { pinnedCount: 10, exemptCount: 10 });
    const { usedBytes } = await storage.usage();
    const { exemptCount } = await storage.traces.pins(usedBytes);
    assert.ok(exemptCount >= 3 && exemptCount <= 5, `${exemptCount} of 10`);
    await pruneAll(storage, { maxTraces: 0, maxBytes: usedBytes });
    const left = await traceIds(storage);
    assert.ok(left.length >= 1 && left.length <= exemptCount);
    assert.equal(left[0], hexId(30, 32));
  },
);

const traceAge = withStorage(
  'removes traces that have not changed since a time, and shows exactly those before',
  async (storage) => {
    await write(storage, sampleSpan(3, 1), sampleSpan(3, 2));
    await write(storage, sampleSpan(1, 1));
    await write(storage, sampleSpan(2, 1));
    const sinceMs = await nextMs();
    await write(storage, sampleSpan(1, 2));
    await write(storage, sampleSpan(4, 1));
    const limits = { ...FOREVER, changedSinceMs: sinceMs };
    const { bytes: previewBytes, ...preview } = await storage.traces.previewPrune(limits);
    same(preview, {
      traceCount: 2,
      spanCount: 3,
      traceIds: [hexId(3, 32), hexId(2, 32)],
      oldestStartTimeMs: 2001,
      newestStartTimeMs: 3001,
    });
    assert.ok(previewBytes > 0, `${previewBytes} bytes`);
    same(await traceIds(storage), [hexId(4, 32), hexId(3, 32), hexId(2, 32), hexId(1, 32)]);
    await pruneAll(storage, limits);
    same(await traceIds(storage), [hexId(4, 32), hexId(1, 32)]);
    same(await storage.traces.previewPrune(limits), {
      traceCount: 0,
      spanCount: 0,
      bytes: 0,
      traceIds: [],
      oldestStartTimeMs: null,
      newestStartTimeMs: null,
    });
  },
);

/** How traces are removed, and which stay. */
export const removalConformance: readonly ConformanceCase[] = [removal, bytes, pins, traceAge];
