#!/usr/bin/env node
import assert from 'node:assert/strict';
import { initializeObservability } from '@tta/obs';
import { runExample } from '../program/run-example.ts';
import { Archive, Source } from './archive.ts';
import { lanes, storeReadings } from './workflow.ts';

const about = `Stores the readings of a fast source in a slow archive, no faster than the archive takes them.

  node docs/examples/dist/batch/main.js [--help]
`;

// What is logged of failures that belong to the example goes to its page, not between its lines.
const obs = initializeObservability({ serviceName: 'batch', logLevel: 'silent' });
await runExample(obs, about, async () => {
  const archive = new Archive();
  const source = new Source(archive);

  const places = await storeReadings(archive.store).execute(source.readings(21), { workflowName: 'batch' });

  console.log(
    `21 readings: ${places.length} stored, ${21 - places.length} skipped because they cannot be used`,
  );
  console.log(`at most ${source.mostOnTheirWay} of them were on their way at a time`);
  assert.equal(places.length, 18, 'three of 21 readings cannot be used, and all others have to be stored');
  assert.equal(archive.size, 18, `the archive has ${archive.size} readings instead of 18`);
  assert(source.mostOnTheirWay <= lanes, `the source was read faster than ${lanes} lanes can store`);
});
