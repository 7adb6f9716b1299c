/**
 * One stream of a million chunks of a kilobyte, whose reader takes a turn of the event loop for each while its producer
 * waits for nothing: what the heap has grown by since the first ten thousand, and how far ahead the producer was.
 * Prints JSON. Flags: --expose-gc
 */
import { setImmediate } from 'node:timers/promises';
import { streaming } from '@tta/obs-primitives';
import { startRecordingSdk } from './recording-sdk.mjs';

startRecordingSdk();
let made = 0;
const endless = streaming('endless', async function* () {
  for (;;) yield `${++made} `.padEnd(1000, 'chunk ');
});

function heap() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

let taken = 0;
let ahead = 0;
let mark = 0;
for await (const chunk of endless.stream()) {
  if (!chunk.startsWith(`${++taken} `)) throw new Error(`chunk ${taken} is lost`);
  await setImmediate();
  ahead = Math.max(ahead, made - taken);
  if (taken === 10_000) mark = heap();
  if (taken === 1_000_000) break;
}
process.stdout.write(JSON.stringify({ ahead, grownMiB: (heap() - mark) / 2 ** 20 }));
process.exit();
