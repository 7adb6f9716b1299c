import { describe, expect, it } from '@jest/globals';
import { stepping, traceOf, work } from '../../test/doubles.ts';
import { noColors } from '../drawing/marked-tree.ts';
import { checkCompensated } from './compensated.ts';

const saga = await traceOf(
  stepping('saga', 'book trip', {
    forward_flight: work('flight'),
    forward_hotel: work('hotel'),
    forward_payment: work('payment', 'card declined'),
    compensate_hotel: work('cancel hotel'),
    compensate_flight: work('cancel flight'),
  }),
);
const broken = await traceOf(
  stepping('saga', 'book trip', {
    forward_flight: work('flight'),
    compensate_flight: work('cancel', 'no answer'),
  }),
);
const noSaga = await traceOf(work('book trip'));

describe('toHaveCompensated', () => {
  it('passes for exactly what was compensated, in its order', () => {
    expect(checkCompensated(saga, ['hotel', 'flight']).pass).toBe(true);
  });

  it('passes for nothing where nothing was compensated with success', () => {
    expect(checkCompensated(noSaga, []).pass).toBe(true);
    expect(checkCompensated(broken, []).pass).toBe(true);
  });

  it('tells what is missing', () => {
    expect(checkCompensated(saga, ['payment', 'hotel', 'flight']).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveCompensated([ 'payment', 'hotel', 'flight' ])
      Compensated: "hotel", "flight"; expected: "payment", "hotel", "flight".

        primitive.saga.execute "book trip" success 0 ms
        ├─ primitive.saga.forward_flight "flight" success 0 ms
        │  └─ primitive.work.execute "flight" success 0 ms
        ├─ primitive.saga.forward_hotel "hotel" success 0 ms
        │  └─ primitive.work.execute "hotel" success 0 ms
        ├─ primitive.saga.forward_payment "payment" error 0 ms
        │  └─ primitive.work.execute "payment" error 0 ms: card declined
        ├─ primitive.saga.compensate_hotel "cancel hotel" success 0 ms
        │  └─ primitive.work.execute "cancel hotel" success 0 ms
        ├─ primitive.saga.compensate_flight "cancel flight" success 0 ms
        │  └─ primitive.work.execute "cancel flight" success 0 ms
      - └─ primitive.saga.compensate_payment

      - missing"
    `);
  });

  it('tells what was not expected', () => {
    expect(checkCompensated(saga, ['flight']).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveCompensated([ 'flight' ])
      Compensated: "hotel", "flight"; expected: "flight".

        primitive.saga.execute "book trip" success 0 ms
        ├─ primitive.saga.forward_flight "flight" success 0 ms
        │  └─ primitive.work.execute "flight" success 0 ms
        ├─ primitive.saga.forward_hotel "hotel" success 0 ms
        │  └─ primitive.work.execute "hotel" success 0 ms
        ├─ primitive.saga.forward_payment "payment" error 0 ms
        │  └─ primitive.work.execute "payment" error 0 ms: card declined
      + ├─ primitive.saga.compensate_hotel "cancel hotel" success 0 ms
        │  └─ primitive.work.execute "cancel hotel" success 0 ms
        └─ primitive.saga.compensate_flight "cancel flight" success 0 ms
           └─ primitive.work.execute "cancel flight" success 0 ms

      + unexpected"
    `);
  });

  it('tells another order', () => {
    expect(checkCompensated(saga, ['flight', 'hotel']).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveCompensated([ 'flight', 'hotel' ])
      Compensated: "hotel", "flight"; expected: "flight", "hotel".

        primitive.saga.execute "book trip" success 0 ms
        ├─ primitive.saga.forward_flight "flight" success 0 ms
        │  └─ primitive.work.execute "flight" success 0 ms
        ├─ primitive.saga.forward_hotel "hotel" success 0 ms
        │  └─ primitive.work.execute "hotel" success 0 ms
        ├─ primitive.saga.forward_payment "payment" error 0 ms
        │  └─ primitive.work.execute "payment" error 0 ms: card declined
        ├─ primitive.saga.compensate_hotel "cancel hotel" success 0 ms
        │  └─ primitive.work.execute "cancel hotel" success 0 ms
      + ├─ primitive.saga.compensate_flight "cancel flight" success 0 ms
        │  └─ primitive.work.execute "cancel flight" success 0 ms
      - └─ primitive.saga.compensate_flight

      + unexpected   - missing"
    `);
  });

  it('tells a compensation that failed', () => {
    expect(checkCompensated(broken, ['flight']).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveCompensated([ 'flight' ])
      Compensated: nothing; expected: "flight"; 1 compensation failed.

        primitive.saga.execute "book trip" success 0 ms
        ├─ primitive.saga.forward_flight "flight" success 0 ms
        │  └─ primitive.work.execute "flight" success 0 ms
      ≠ └─ primitive.saga.compensate_flight "cancel" error 0 ms
           └─ primitive.work.execute "cancel" error 0 ms: no answer

      ≠ different"
    `);
  });

  it('tells the first of many', () => {
    const names = Array.from({ length: 3000 }, (_, index) => `step ${index}`);
    const [, sentence = ''] = checkCompensated(saga, names).message(noColors).split('\n');
    expect(sentence).toMatch(/; expected: "step 0", .*"step 9" and 2990 more\.$/);
  });

  it('tells what is missing inside the saga that ran last', async () => {
    const two = await traceOf(
      stepping('saga', 'first', { forward_flight: work('flight') }),
      stepping('saga', 'second', { forward_hotel: work('hotel') }),
    );
    expect(checkCompensated(two, ['hotel']).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveCompensated([ 'hotel' ])
      Compensated: nothing; expected: "hotel".

        primitive.saga.execute "first" success 0 ms
        └─ primitive.saga.forward_flight "flight" success 0 ms
           └─ primitive.work.execute "flight" success 0 ms
        primitive.saga.execute "second" success 0 ms
        ├─ primitive.saga.forward_hotel "hotel" success 0 ms
        │  └─ primitive.work.execute "hotel" success 0 ms
      - └─ primitive.saga.compensate_hotel

      - missing"
    `);
  });

  it('tells that there was no saga', () => {
    expect(checkCompensated(noSaga, ['flight']).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveCompensated([ 'flight' ])
      Compensated: nothing; expected: "flight".

        primitive.work.execute "book trip" success 0 ms
      - primitive.saga.compensate_flight

      - missing"
    `);
  });

  it('tells after .not what was compensated', () => {
    expect(checkCompensated(saga, ['hotel', 'flight']).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).not.toHaveCompensated([ 'hotel', 'flight' ])
      Compensated: "hotel", "flight".

        primitive.saga.execute "book trip" success 0 ms
        ├─ primitive.saga.forward_flight "flight" success 0 ms
        │  └─ primitive.work.execute "flight" success 0 ms
        ├─ primitive.saga.forward_hotel "hotel" success 0 ms
        │  └─ primitive.work.execute "hotel" success 0 ms
        ├─ primitive.saga.forward_payment "payment" error 0 ms
        │  └─ primitive.work.execute "payment" error 0 ms: card declined
      + ├─ primitive.saga.compensate_hotel "cancel hotel" success 0 ms
        │  └─ primitive.work.execute "cancel hotel" success 0 ms
      + └─ primitive.saga.compensate_flight "cancel flight" success 0 ms
           └─ primitive.work.execute "cancel flight" success 0 ms

      + unexpected"
    `);
    expect(checkCompensated(noSaga, []).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).not.toHaveCompensated([])
      Compensated: nothing.

        primitive.work.execute "book trip" success 0 ms"
    `);
  });

  it.each<readonly [string, unknown]>([
    ['toHaveCompensated: "flight" is no list of the names', 'flight'],
    ['toHaveCompensated: undefined is no list of the names', undefined],
    [`toHaveCompensated: [ '' ] is no list of the names`, ['']],
    ['toHaveCompensated: [ 1 ] is no list of the names', [1]],
  ])('refuses: %s', (message, names) => {
    expect(() => checkCompensated(saga, names as string[])).toThrow(message);
  });
});
