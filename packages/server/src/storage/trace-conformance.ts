import assert from 'node:assert/strict';
import { seededRandom } from '@tta/obs-context/manual';
import type { LiveChange, TraceSummary } from '@tta/obs-protocol';
import type { SpanRecord } from '../otlp/trace-batch.ts';
import {
  found,
  named,
  pruneAll,
  same,
  traceIds,
  type ConformanceCase,
  withStorage,
  write,
} from './conformance-case.ts';
import { hexId, sampleSpan } from './sample-records.ts';

/** What does not depend on when, and in which trace of the suite, the spans were written. */
function comparable({ traceId: _id, seq: _seq, ...summary }: TraceSummary) {
  return summary;
}

/** A run with all that makes a summary: a root that is late, failures, equal times, a suspension, a lost parent. */
const RUN: readonly SpanRecord[] = [
  sampleSpan(1, 1, { attributes: { 'workflow.name': 'nightly', 'execution.status': 'suspended' } }),
  sampleSpan(1, 2, { statusCode: 2, statusMessage: 'boom' }),
  sampleSpan(1, 3, { startTimeUnixNano: 5n, endTimeUnixNano: 5n, parentSpanId: hexId(2, 16) }),
  sampleSpan(1, 4, { startTimeUnixNano: 5n, endTimeUnixNano: 2n, parentSpanId: hexId(99, 16) }),
  sampleSpan(1, 5, { name: 'primitive.resumable.resume', attributes: { 'execution.status': 'timeout' } }),
  sampleSpan(1, 6, { name: 'primitive.resumable.resume', attributes: { 'execution.status': 'success' } }),
  sampleSpan(1, 7, { endTimeUnixNano: 9_000_000_000n, attributes: { 'primitive.name': 'ask' } }),
];

const orderedAndRepeated = withStorage(
  'makes the same trace of the same spans, in whatever order and batches and however often they arrive',
  async (storage) => {
    await write(storage, ...RUN);
    const expected = (await storage.traces.trace(hexId(1, 32)))!;
    assert.equal(expected.summary.status, 'success');
    assert.equal(expected.summary.spanCount, RUN.length);
    const random = seededRandom(8);
    for (let trace = 2; trace < 60; trace++) {
      const rest = [...RUN, ...RUN.slice(0, 3)].map((span) => ({ ...span, traceId: hexId(trace, 32) }));
      let last: LiveChange | undefined;
      while (rest.length > 0) {
        const batch = Array.from({ length: Math.ceil(random.next() * 4) }, () =>
          rest.splice(Math.floor(random.next() * rest.length), 1),
        ).flat();
        last = (await write(storage, ...batch)).at(-1) ?? last;
      }
      const { summary, services, spans } = (await storage.traces.trace(hexId(trace, 32)))!;
      same(comparable(summary), comparable(expected.summary));
      same({ services, spans }, { services: expected.services, spans: expected.spans });
      same(last, { type: 'trace', seq: summary.seq, trace: summary });
    }
  },
);

const visibleAtOnce = withStorage(
  'shows what was written as soon as it says so, everywhere',
  async (storage) => {
    for (let trace = 1; trace <= 20; trace++) {
      const changes = await write(storage, named(trace, `job ${trace}`), sampleSpan(trace, 2));
      same(
        changes.map(({ type, seq }) => [type, seq]),
        [['trace', trace]],
      );
      const traceId = hexId(trace, 32);
      assert.equal((await traceIds(storage))[0], traceId);
      assert.equal((await storage.traces.trace(traceId))?.spans.spanId.length, 2);
      assert.equal((await storage.traces.span(traceId, hexId(1, 16)))?.name, `job ${trace}`);
      same(await found(storage, `job ${trace}`), [`job ${trace}`]);
      same(await storage.traces.changesAfter(trace - 1, 10), changes);
      const [listed] = (await storage.traces.traces({ limit: 1 })).items;
      same(await storage.traces.summaries([hexId(99, 32), traceId]), [listed]);
      assert.equal(await storage.traces.newestSeq(), trace);
      same(await storage.traces.counts(), { traceCount: trace, spanCount: 2 * trace });
    }
    assert.equal(await storage.traces.trace(hexId(99, 32)), undefined);
    assert.equal(await storage.traces.span(hexId(1, 32), hexId(99, 16)), undefined);
  },
);

const paging = withStorage(
  'lists each trace once, newest first, page by page, while others are written and removed',
  async (storage) => {
    await write(storage, ...Array.from({ length: 100 }, (_, index) => sampleSpan(index + 1, 1)));
    // Equal times: the order is told by something else.
    await write(
      storage,
      ...Array.from({ length: 20 }, (_, index) => sampleSpan(201 + index, 1, { startTimeUnixNano: 7n })),
    );
    const listed: string[] = [];
    let cursor: string | null | undefined;
    for (let page = 1; cursor !== null; page++) {
      const list = await storage.traces.traces({ limit: 7, ...(cursor !== undefined && { cursor }) });
      listed.push(...list.items.map(({ traceId }) => traceId));
      cursor = list.nextCursor;
      await write(storage, sampleSpan(1000 + page, 1));
    }
    assert.equal(new Set(listed).size, listed.length);
    same(
      listed.slice(0, 100),
      Array.from({ length: 100 }, (_, index) => hexId(100 - index, 32)),
    );
    assert.equal(listed.length, 120);
    await assert.rejects(storage.traces.traces({ limit: 1, cursor: "1' OR 1=1" }), {
      name: 'InvalidCursorError',
    });
  },
);

const lateSpans = withStorage(
  'opens a removed trace anew for a late span, and marks it partial',
  async (storage) => {
    await write(storage, sampleSpan(1, 1), sampleSpan(1, 2));
    await pruneAll(storage, { maxTraces: 0 });
    const [change] = await write(storage, sampleSpan(1, 2), sampleSpan(2, 1));
    assert.ok(change?.type === 'trace');
    same([change.trace.spanCount, change.trace.hasRoot, change.trace.isPartial], [1, false, true]);
    assert.equal((await storage.traces.trace(hexId(1, 32)))?.summary.isPartial, true);
    assert.equal((await storage.traces.trace(hexId(2, 32)))?.summary.isPartial, false);
  },
);

const concurrency = withStorage(
  'answers questions from what is whole while much is written at once',
  async (storage) => {
    const sizes: number[] = [];
    const writes = Array.from({ length: 100 }, (_, index) =>
      write(
        storage,
        ...Array.from({ length: 10 }, (_span, id) => sampleSpan(1 + (index % 10), index * 10 + id + 1)),
      ),
    );
    let isWriting = true;
    const reading = (async () => {
      while (isWriting) {
        const trace = await storage.traces.trace(hexId(1, 32));
        if (trace !== undefined) {
          assert.equal(trace.summary.spanCount, trace.spans.spanId.length);
          sizes.push(trace.summary.spanCount);
        }
      }
    })();
    const seqs = (await Promise.all(writes)).flat().map(({ seq }) => seq);
    isWriting = false;
    await reading;
    same(
      seqs,
      seqs.toSorted((left, right) => left - right),
    );
    assert.equal(new Set(seqs).size, seqs.length);
    same(
      sizes,
      sizes.toSorted((left, right) => left - right),
    );
    same(await storage.traces.counts(), { traceCount: 10, spanCount: 1000 });
  },
);

/** How traces are stored and listed. */
export const traceConformance: readonly ConformanceCase[] = [
  orderedAndRepeated,
  visibleAtOnce,
  paging,
  lateSpans,
  concurrency,
];
