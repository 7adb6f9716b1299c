import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DurationHistogram } from '../statistics/duration-histogram.ts';
import { openDatabaseFile } from './database-file.ts';
import { batchOfGroups, hexId, sampleGroup, sampleSpan } from './sample-records.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import type { SqliteTraceStore } from './sqlite-trace-store.ts';
import { sqliteStores } from '../testing/sqlite-stores.ts';

const NOW_MS = 1_800_000_000_000;
const HOUR_MS = 3_600_000;
const SERVICES = ['web', 'shop', 'bank'] as const;

const span = fc.record({
  trace: fc.integer({ min: 1, max: 4 }),
  id: fc.integer({ min: 1, max: 5 }),
  service: fc.constantFrom(...SERVICES),
  agoMs: fc.integer({ min: 0, max: 3 * HOUR_MS }),
  durationMs: fc.integer({ min: 0, max: 200_000 }),
  status: fc.constantFrom('success', 'error', 'timeout', 'cancelled', 'suspended'),
});
/** What happens to a store, one after the other. */
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('write' as const), spans: fc.array(span, { maxLength: 4 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('fail' as const), spans: fc.array(span, { maxLength: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
);

function batchOf(spans: readonly (typeof span extends fc.Arbitrary<infer Value> ? Value : never)[]) {
  return batchOfGroups(
    spans.map(({ trace, id, service, agoMs, durationMs, status }) => {
      const startTimeUnixNano = BigInt(NOW_MS - agoMs) * 1_000_000n;
      const fields = {
        parentSpanId: id === 1 ? null : hexId(1, 16),
        startTimeUnixNano,
        endTimeUnixNano: startTimeUnixNano + BigInt(durationMs) * 1_000_000n,
        attributes: { 'execution.status': status },
      };
      return sampleGroup([sampleSpan(trace, id, fields)], { 'service.name': service });
    }),
  );
}

const DISK_IS_FULL = new Error('the disk is full');

/** The commit fails when everything is done. */
function failToStore(
  { connection, traces }: { readonly connection: SqliteConnection; readonly traces: SqliteTraceStore },
  spans: Parameters<typeof batchOf>[0],
): void {
  try {
    connection.transaction(() => {
      traces.apply([batchOf(spans)]);
      throw DISK_IS_FULL;
    });
  } catch (error) {
    if (error !== DISK_IS_FULL) throw error;
  }
}

describe('RunRollUps', () => {
  it('counts what the traces are in the end, whatever arrived, failed to be stored or was read again', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tta-run-roll-ups-'));
    let fileCount = 0;
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
          const path = join(directory, `${fileCount++}.db`);
          const open = async () => {
            const connection = new SqliteConnection(await openDatabaseFile(path));
            return { connection, ...sqliteStores(connection, () => NOW_MS) };
          };
          let stores = await open();
          for (const step of steps) {
            if (step.do === 'restart') {
              stores.connection.close();
              stores = await open();
            } else if (step.do === 'write') {
              await stores.traces.write(batchOf(step.spans));
            } else {
              failToStore(stores, step.spans);
            }
          }
          const { items } = await stores.traces.traces({ limit: 10 });
          for (const serviceName of [undefined, ...SERVICES]) {
            for (const windowMs of [HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS]) {
              const query = {
                sinceMs: NOW_MS - windowMs,
                untilMs: NOW_MS + 1,
                ...(serviceName && { serviceName }),
              };
              const told = await stores.statistics.runs(query);
              const runs = items.filter(
                (trace) =>
                  trace.startTimeMs >= told.sinceMs &&
                  (serviceName === undefined || trace.serviceName === serviceName),
              );
              const durations = new DurationHistogram();
              for (const { hasRoot, durationMs } of runs) if (hasRoot) durations.add(durationMs);
              expect([told.traceCount, told.errorCount, told.p50Ms, told.p99Ms]).toEqual([
                runs.length,
                runs.filter(({ status }) => status === 'error' || status === 'timeout').length,
                durations.percentile(0.5),
                durations.percentile(0.99),
              ]);
              expect(told.activeCount).toBe(
                items.filter(
                  ({ hasRoot, serviceName: of }) =>
                    !hasRoot && (serviceName === undefined || of === serviceName),
                ).length,
              );
            }
          }
          stores.connection.close();
        }),
        { numRuns: 30 },
      );
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
