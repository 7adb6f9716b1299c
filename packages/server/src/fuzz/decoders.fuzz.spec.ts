import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabaseFile } from '../storage/database-file.ts';
import { SqliteStorage, type WriteJob } from '../storage/sqlite-storage.ts';
import { checkInput } from './check-input.ts';
import { corpus } from './corpus.ts';
import type { FuzzInput } from './fuzz-input.ts';
import { makeInput } from './make-input.ts';
import { REGRESSIONS } from './regressions.ts';

/** `npm run soak -- fuzz` goes on for ten minutes. */
const seconds = Number(process.env['TTA_FUZZ_SECONDS'] ?? 10);
const firstSeed = Number(process.env['TTA_FUZZ_SEED'] ?? 1);
/** Of what is decoded this part is stored as well. */
const STORED_EVERY = 20;
/** Caches are full and code is compiled by then. */
const WARM_INPUTS = 1_000;
const FEWEST_INPUTS = 4_000;
/** Buffers that the decoders keep for the next request, and keys that they remember. */
const GROWTH_BYTES = 16 * 1024 * 1024;

const seeds = corpus();
let directory: string;
let storage: SqliteStorage;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-fuzz-'));
  storage = new SqliteStorage(await openDatabaseFile(join(directory, 'traces.db')));
});

afterAll(async () => {
  await storage.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('the decoders', () => {
  it.each(seeds.map((input) => [input.signal, input.encoding, input] as const))(
    'take the %s in %s of the corpus',
    (_, __, input) => {
      const job = checkInput(input, true);
      expect(job).toBeDefined();
      expect(() => storage.commit([job!])).not.toThrow();
    },
  );

  it.each(Object.entries(REGRESSIONS))('are past the time when %s', (_, input) => {
    for (const isRedacting of [false, true]) {
      expect(() => {
        const job = checkInput(input, isRedacting);
        if (job !== undefined) storage.commit([job]);
      }).not.toThrow();
    }
  });

  it(
    'decode or refuse whatever is made of it, in time and memory that the size of it allows',
    async () => {
      const figures = { inputs: 0, decoded: 0, stored: 0, bytes: 0 };
      let warmBytes: number | undefined;
      const endMs = performance.now() + seconds * 1000;
      while (performance.now() < endMs || figures.inputs < FEWEST_INPUTS) {
        const seed = firstSeed + figures.inputs++;
        const input = makeInput(seed, seeds);
        figures.bytes += input.bytes.length;
        const job = explained(seed, input, () => checkInput(input, seed % 3 > 0));
        if (job !== undefined && figures.decoded++ % STORED_EVERY === 0) {
          explained(seed, input, () => storage.commit([job]));
          await readBack(job);
          figures.stored++;
        }
        if (figures.inputs === WARM_INPUTS) warmBytes = bytesInUse();
      }
      const grownBytes = bytesInUse() - warmBytes!;
      if (seconds > 60) process.stderr.write(`${JSON.stringify({ ...figures, grownBytes })}\n`);
      expect(grownBytes).toBeLessThan(GROWTH_BYTES);
      expect(figures.decoded).toBeGreaterThan(figures.inputs / 10);
      expect(figures.decoded).toBeLessThan(figures.inputs * 0.9);
    },
    // A slow machine takes longer until it is warm.
    seconds * 1000 + 120_000,
  );
});

/** An error that says how to see it again, and what to keep among the regressions. */
function explained<Result>(seed: number, { signal, encoding, bytes }: FuzzInput, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const kept = bytes.length <= 20_000 ? bytes.toString('base64') : `${bytes.length} bytes`;
    throw new Error(`seed ${seed}, ${signal} in ${encoding}: ${(error as Error).message}\n${kept}`, {
      cause: error,
    });
  }
}

/** What was stored can be asked for. */
async function readBack(job: WriteJob): Promise<void> {
  if (job.kind === 'spans') {
    const { batch } = job;
    for (let index = 0; index < Math.min(batch.count, 3); index++) {
      const [traceId, spanId] = [batch.strings[batch.traceId[index]!]!, batch.strings[batch.spanId[index]!]!];
      const detail = await storage.traces.span(traceId, spanId);
      if (detail?.traceId !== traceId) throw new Error(`span ${spanId} was stored and is not there`);
    }
  } else if (job.kind === 'logs') await storage.logs.search({ limit: 5 });
  else await storage.metrics.points({ name: job.groups[0]?.items[0]?.name ?? '', limit: 5 });
}

function bytesInUse(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
