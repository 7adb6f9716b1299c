/**
 * Snapshots of three processes with 100 primitives each, merged, against the same histograms decoded, added and
 * encoded with hdr-histogram-js by hand. Prints JSON.
 */
import { createRequire } from 'node:module';
import { seededRandom } from '@tta/obs-context/manual';
import { mergeSnapshots, parseSnapshot, PrimitiveStatistics } from '@tta/obs-metrics';
import { interleave } from './interleave.mjs';

const hdr = createRequire(new URL('../../packages/metrics/package.json', import.meta.url))(
  'hdr-histogram-js',
);
const random = seededRandom(1);
const results = ['success', 'success', 'success', 'error'];

function snapshotOfAProcess() {
  const statistics = new PrimitiveStatistics();
  for (let i = 0; i < 100_000; i++) {
    const execution = { type: 'lambda', name: `step ${i % 100}` };
    statistics.onStart(execution);
    statistics.onEnd({
      ...execution,
      status: results[i % results.length],
      durationMs: Math.exp(random.next() * 8),
      errorCategory: i % results.length === 3 ? 'network' : undefined,
    });
  }
  return statistics.snapshot();
}

const snapshots = [snapshotOfAProcess(), snapshotOfAProcess(), snapshotOfAProcess()];
const texts = snapshots.map((snapshot) => JSON.stringify(snapshot));
const histograms = snapshots.map(({ primitives }) => primitives.map(({ latency }) => latency.histogram));
if (typeof histograms[0][0] !== 'string') throw new Error('a snapshot holds no encoded histogram');

const measured = await interleave(
  {
    'read and merge': () =>
      mergeSnapshots(texts.map((text) => parseSnapshot(JSON.parse(text)))).primitives.length,
    merge: () => mergeSnapshots(snapshots).primitives.length,
    'hdr-histogram-js: decode, add, encode': () =>
      histograms[0].map((_, index) => {
        const [first, ...others] = histograms.map((ofProcess) =>
          hdr.decodeFromCompressedBase64(ofProcess[index], 32),
        );
        for (const other of others) first.add(other);
        return hdr.encodeIntoCompressedBase64(first);
      }).length,
  },
  { operations: 3 },
);
const bytes = Math.max(...texts.map((text) => text.length));
process.stdout.write(
  JSON.stringify({ ...measured, 'read and merge': { ...measured['read and merge'], bytes } }),
);
