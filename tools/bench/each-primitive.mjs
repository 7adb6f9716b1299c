/**
 * Each primitive that has a file in `primitives`, around the same step, in a process of its own for one setting. Prints
 * JSON. What a case allocates is the growth of the heap without a collection, hence the flags: see `measure.mjs`.
 *
 *   node <memoryFlags> each-primitive.mjs none|sampled-out|recording [primitive …]
 */
import { readdirSync } from 'node:fs';
import { handWritten } from './by-hand.mjs';
import { emittedBy } from './emitted.mjs';
import { interleave, median } from './interleave.mjs';
import { startRecordingSdk } from './recording-sdk.mjs';
import { rivals } from './rivals.mjs';

const [, , setting, ...wanted] = process.argv;
const names = readdirSync(new URL('primitives', import.meta.url))
  .map((file) => file.replace(/\.mjs$/, ''))
  .filter((name) => wanted.length === 0 || wanted.includes(name))
  .sort();

const step = async (input) => (typeof input === 'number' ? input + 1 : 1);
const made = {};
for (const name of names) {
  const { create } = await import(`./primitives/${name}.mjs`);
  made[name] = create(step);
}

const emitted = {};
if (setting !== 'none') {
  for (const name of names) {
    // What is kept from the first run is not what it emits ever after.
    await made[name].execute(1);
    emitted[name] = await emittedBy(() => made[name].execute(1));
  }
}
const sdk = setting === 'none' ? undefined : startRecordingSdk({ sampledOut: setting === 'sampled-out' });

const cases = { 'bare async call': step };
for (const name of names) {
  cases[name] = (i) => made[name].execute(i);
  if (sdk) {
    cases[`${name}, by hand`] = handWritten(sdk, emitted[name])(step);
  }
  if (setting === 'none') {
    for (const [rival, create] of Object.entries(rivals[name] ?? {}))
      cases[`${name}: ${rival}`] = create(step);
  }
}

async function bytesPerCall(operation) {
  const calls = 200;
  const samples = [];
  for (let round = 0; round < 7; round++) {
    await sdk?.flush();
    globalThis.gc();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < calls; i++) await operation(i);
    samples.push((process.memoryUsage().heapUsed - before) / calls);
  }
  return median(samples);
}

const times = await interleave(cases, { operations: setting === 'none' ? 1000 : 300, rounds: 15 });
const result = {};
for (const [name, time] of Object.entries(times)) {
  result[name] = { ...time, bytesPerOp: await bytesPerCall(cases[name]) };
}
await sdk?.flush();
if (setting === 'recording' && sdk.exported() === 0) throw new Error('no span reached the exporter');
if (setting === 'sampled-out' && sdk.exported() > 0) throw new Error('a span reached the exporter');
process.stdout.write(JSON.stringify({ result, emitted }));
process.exit();
