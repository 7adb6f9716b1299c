import assert from 'node:assert/strict';
import { join } from 'node:path';
import {
  found,
  gauges,
  named,
  pruneAll,
  same,
  traceIds,
  type ConformanceCase,
  withStorage,
  write,
  writeLogs,
} from './conformance-case.ts';
import { comparisonConformance } from './comparison-conformance.ts';
import { hexId, sampleSpan } from './sample-records.ts';
import { errorConformance } from './error-conformance.ts';
import { logConformance } from './log-conformance.ts';
import { metricConformance } from './metric-conformance.ts';
import { primitiveFactConformance } from './primitive-fact-conformance.ts';
import { queryConformance } from './query-conformance.ts';
import { removalConformance } from './removal-conformance.ts';
import { runConformance } from './run-conformance.ts';
import { serviceMapConformance } from './service-map-conformance.ts';
import { spanConformance } from './span-conformance.ts';
import { statisticsConformance } from './statistics-conformance.ts';
import { transcriptConformance } from './transcript-conformance.ts';
import { traceConformance } from './trace-conformance.ts';

export type { ConformanceCase, OpenStorage } from './conformance-case.ts';

const countsOn: ConformanceCase = {
  name: 'keeps everything over a restart, and counts changes on',
  run: async (open) => {
    let storage = await open();
    await write(storage, named(1, 'before'), sampleSpan(2, 1));
    await storage.traces.pin(hexId(1, 32), true);
    const seq = await storage.traces.newestSeq();
    await storage.close();
    storage = await open();
    assert.equal(await storage.traces.newestSeq(), seq);
    assert.equal((await storage.traces.trace(hexId(1, 32)))?.summary.isPinned, true);
    same(await write(storage, named(1, 'before')), []);
    const [change] = await write(storage, sampleSpan(1, 2));
    assert.equal(change?.seq, seq + 1);
    same(await found(storage, 'before'), ['before']);
    await storage.close();
  },
};

const space = withStorage(
  'takes space for what it keeps, and gives back most of what is removed',
  async (storage) => {
    const text = 'x'.repeat(100_000);
    for (let trace = 1; trace <= 40; trace++) {
      await write(storage, sampleSpan(trace, 1, { attributes: { text } }));
    }
    const full = await storage.usage();
    assert.ok(full.usedBytes >= 2_000_000 && full.fileBytes >= 2_000_000, JSON.stringify(full));
    await pruneAll(storage, { maxTraces: 1 });
    assert.ok((await storage.usage()).usedBytes < full.usedBytes / 2);
    let steps = 1;
    while (await storage.vacuum()) steps++;
    assert.ok(steps > 1, 'it is done in portions');
    assert.equal(await storage.vacuum(), false);
    same(await traceIds(storage), [hexId(40, 32)]);
  },
);

const shrinking: ConformanceCase = {
  name: 'is small again when what was removed was given back and it is closed',
  run: async (open) => {
    let storage = await open();
    const text = 'x'.repeat(100_000);
    for (let trace = 1; trace <= 40; trace++) {
      await write(storage, sampleSpan(trace, 1, { attributes: { text } }));
    }
    await storage.close();
    storage = await open();
    const { fileBytes } = await storage.usage();
    await pruneAll(storage, { maxTraces: 1 });
    while (await storage.vacuum());
    await storage.close();
    storage = await open();
    assert.ok((await storage.usage()).fileBytes < fileBytes / 2);
    await storage.close();
  },
};

const backups: ConformanceCase = {
  name: 'copies everything that is committed into a file that opens as a storage of its own',
  run: async (open, directory) => {
    const backupPath = join(directory, 'copy.db');
    const storage = await open();
    try {
      await write(storage, named(1, 'whale'), sampleSpan(1, 2));
      await storage.traces.pin(hexId(1, 32), true);
      await writeLogs(storage, [1, 'a line']);
      await storage.metrics.write([gauges('a', ['jobs'], 1, 3)]);
      await storage.backup(backupPath);
      await write(storage, sampleSpan(2, 1));
      await assert.rejects(storage.backup(backupPath), { code: 'OBS_ERR_BACKUP' });
      const copy = await open(backupPath);
      try {
        same(await traceIds(copy), [hexId(1, 32)]);
        same(await copy.traces.trace(hexId(1, 32)), await storage.traces.trace(hexId(1, 32)));
        same(await found(copy, 'whale'), ['whale']);
        same(await copy.logs.search({ limit: 10 }), await storage.logs.search({ limit: 10 }));
        same(
          await copy.metrics.points({ name: 'jobs', limit: 10 }),
          await storage.metrics.points({ name: 'jobs', limit: 10 }),
        );
      } finally {
        await copy.close();
      }
    } finally {
      await storage.close();
    }
  },
};

const closing: ConformanceCase = {
  name: 'ends what was asked for before it is closed',
  run: async (open) => {
    let storage = await open();
    const writes = Array.from({ length: 50 }, (_, index) => write(storage, sampleSpan(index + 1, 1)));
    const question = storage.traces.counts();
    await storage.close();
    await Promise.all([...writes, question]);
    storage = await open();
    assert.equal((await storage.traces.counts()).traceCount, 50);
    await storage.close();
  },
};

/** What every storage promises: each case is to be run on a storage of its own, by any test runner. */
export const storageConformance: readonly ConformanceCase[] = [
  ...traceConformance,
  ...spanConformance,
  ...transcriptConformance,
  ...primitiveFactConformance,
  ...queryConformance,
  ...removalConformance,
  ...statisticsConformance,
  ...comparisonConformance,
  ...runConformance,
  ...errorConformance,
  ...serviceMapConformance,
  ...logConformance,
  ...metricConformance,
  countsOn,
  space,
  shrinking,
  backups,
  closing,
];
