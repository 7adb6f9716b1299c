/**
 * A million executions of all primitives in turns, in a process of its own: what the heap has grown by since the first
 * ten thousand. Prints JSON. Flags: --expose-gc
 *
 *   node --expose-gc heap-over-a-million.mjs none|recording
 */
import { readdirSync } from 'node:fs';
import { emittedBy } from './emitted.mjs';
import { startRecordingSdk } from './recording-sdk.mjs';

const [, , setting] = process.argv;
const step = async (input) => (typeof input === 'number' ? input + 1 : 1);
const all = [];
for (const file of readdirSync(new URL('primitives', import.meta.url)).sort()) {
  const { create } = await import(`./primitives/${file}`);
  all.push(create(step));
}
const turn = async (i) => {
  for (const primitive of all) await primitive.execute(i);
};
await turn(0);
const executionsPerTurn = (await emittedBy(() => turn(0))).length;
const sdk = setting === 'recording' ? startRecordingSdk() : undefined;

async function heapAfter(executions, from) {
  const turns = Math.ceil(executions / executionsPerTurn);
  for (let i = from; i < turns; i++) {
    await turn(i);
    // The queue of spans is bounded, and drops what comes faster than it is exported.
    if (i % 500 === 499) await sdk?.flush();
  }
  await sdk?.flush();
  await new Promise(setImmediate);
  globalThis.gc();
  globalThis.gc();
  return [process.memoryUsage().heapUsed, turns];
}

const [mark, turns] = await heapAfter(10_000, 0);
const [end] = await heapAfter(1_000_000, turns);
process.stdout.write(JSON.stringify({ mark, end, grownMiB: (end - mark) / 2 ** 20 }));
process.exit();
