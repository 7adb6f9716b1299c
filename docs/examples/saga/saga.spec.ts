import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { observed } from '@tta/obs-testing';
import { matchers } from '@tta/obs-testing/jest';
import { ExampleProgram, stableText } from '../test/program.ts';
import { travelServices } from './travel-services.ts';
import { bookTrip } from './workflow.ts';

expect.extend(matchers);

let program: ExampleProgram;
beforeAll(async () => {
  program = await ExampleProgram.bundle('saga');
});
afterAll(() => program.remove());

describe('the example saga', () => {
  it('books a trip, and undoes another', async () => {
    const { exitCode, stdout, stderr, trace } = await program.observe();

    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stableText(stdout)).toMatchInlineSnapshot(`
      "booked: Ada's seat, Ada's room, Ada's payment, Ada's documents
      not booked: the passport of Ben is out of date; Ben's seat, room and payment are undone

      ✓ trip of Ada  … ms
      ✗ trip of Ben  error, … ms
      to see them as trees: npx tta-obs run --exit -- node dist/saga/main.js
      "
    `);
    expect(trace).toHaveSpanTree(`
        primitive.saga.execute "book trip" success
        ├─ primitive.saga.forward_seat "bookSeat" success
        │  └─ primitive.lambda.execute "bookSeat" success
        ├─ primitive.saga.forward_room "bookRoom" success
        │  └─ primitive.lambda.execute "bookRoom" success
        ├─ primitive.saga.forward_payment "charge" success
        │  └─ primitive.lambda.execute "charge" success
        └─ primitive.saga.forward_documents "issue" success
           └─ primitive.lambda.execute "issue" success
        primitive.saga.execute "book trip" error
        ├─ primitive.saga.forward_seat "bookSeat" success
        │  └─ primitive.lambda.execute "bookSeat" success
        ├─ primitive.saga.forward_room "bookRoom" success
        │  └─ primitive.lambda.execute "bookRoom" success
        ├─ primitive.saga.forward_payment "charge" success
        │  └─ primitive.lambda.execute "charge" success
        ├─ primitive.saga.forward_documents "issue" error
        │  └─ primitive.lambda.execute "issue" error
        ├─ primitive.saga.compensate_payment "refund" success
        │  └─ primitive.lambda.execute "refund" success
        ├─ primitive.saga.compensate_room "cancelRoom" error
        │  └─ primitive.lambda.execute "cancelRoom" error
        ├─ primitive.saga.compensate_room "cancelRoom" success
        │  └─ primitive.lambda.execute "cancelRoom" success
        └─ primitive.saga.compensate_seat "cancelSeat" success
           └─ primitive.lambda.execute "cancelSeat" success
      `);
  });

  it(
    'keeps what it has booked where every step succeeds',
    observed(async (trace) => {
      const services = travelServices();
      const booked = await bookTrip(services).execute({
        traveller: 'Ada',
        city: 'Oslo',
        passportValid: true,
      });

      expect(Object.values(booked).sort()).toEqual(services.given().sort());
      expect(services.given()).toHaveLength(4);
      expect(trace).toHaveCompensated([]);
    }),
  );

  it(
    'undoes what was done, the last first, and again what could not be undone at first',
    observed(
      async (trace) => {
        const trip = { traveller: 'Ben', city: 'Rome', passportValid: false };
        const pending = bookTrip(travelServices()).tryExecute(trip);
        await trace.clock.advance(1_000);

        expect(await pending).toMatchObject({
          ok: false,
          info: { message: 'the passport of Ben is out of date' },
        });
        expect(trace).toHaveCompensated(['payment', 'room', 'seat']);
        expect(trace).toHaveMetric('recovery.events', {
          labels: { 'primitive.name': 'book trip', 'recovery.kind': 'compensation' },
          value: 3,
        });
      },
      { clock: 'manual' },
    ),
  );
});
