import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { Durations } from './durations.ts';
import { RollingLatency, slicesPerWindow } from './rolling-latency.ts';

const hourMs = 3_600_000;

/** What buffers hold after the garbage is gone, in bytes: their memory is given back a little later than they are. */
async function bufferBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  let bytes = Number.POSITIVE_INFINITY;
  for (let isStable = false; !isStable;) {
    collect();
    await new Promise(setImmediate);
    const now = process.memoryUsage().arrayBuffers;
    isStable = now === bytes;
    bytes = now;
  }
  return bytes;
}

describe('RollingLatency', () => {
  // 13 KiB each while something was recorded: 13 MB for a thousand.
  it('lets go of its memory once the window is empty', async () => {
    const scratch = new Durations();
    const latencies = Array.from({ length: 1000 }, () => new RollingLatency());
    const before = await bufferBytes();
    for (const latency of latencies) latency.record(0, hourMs);
    const used = (await bufferBytes()) - before;
    expect(used).toBeGreaterThan(5_000_000);
    for (const latency of latencies) latency.addTo(scratch, slicesPerWindow);
    expect(scratch.count).toBe(0);
    expect((await bufferBytes()) - before).toBeLessThan(used / 5);
    for (const latency of latencies) latency.record(slicesPerWindow, 1);
    for (const latency of latencies) latency.addTo(scratch, slicesPerWindow);
    expect(scratch.count).toBe(1000);
  });
});
