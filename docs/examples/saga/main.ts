#!/usr/bin/env node
import assert from 'node:assert/strict';
import { initializeObservability } from '@tta/obs';
import { runExample } from '../program/run-example.ts';
import { travelServices, type Trip } from './travel-services.ts';
import { bookTrip } from './workflow.ts';

const about = `Books two trips; of the second one the last step fails, and everything before it is undone.

  node docs/examples/dist/saga/main.js [--help]
`;

const ada: Trip = { traveller: 'Ada', city: 'Oslo', passportValid: true };
const ben: Trip = { traveller: 'Ben', city: 'Rome', passportValid: false };

// What is logged of failures that belong to the example goes to its page, not between its lines.
const obs = initializeObservability({ serviceName: 'saga', logLevel: 'silent' });
await runExample(obs, about, async () => {
  const services = travelServices();
  const book = bookTrip(services);

  const booked = await book.execute(ada, { workflowName: 'trip of Ada' });
  console.log(`booked: ${Object.values(booked).join(', ')}`);

  const outcome = await book.tryExecute(ben, { workflowName: 'trip of Ben' });
  assert(!outcome.ok, 'the trip of Ben was booked, though his passport is out of date');
  console.log(`not booked: ${outcome.info.message}; Ben's seat, room and payment are undone`);

  const left = services.given().filter((item) => item.includes('Ben'));
  assert.deepEqual(left, [], `not undone: ${left.join(', ')}`);
  assert.equal(services.given().length, 4, 'the trip of Ada is not what it was');
});
