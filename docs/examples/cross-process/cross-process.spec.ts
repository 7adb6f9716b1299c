import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { observed } from '@tta/obs-testing';
import { matchers } from '@tta/obs-testing/jest';
import { ExampleProgram, stableText } from '../test/program.ts';
import { placeOrder, reserveStock } from './workflow.ts';

expect.extend(matchers);

let program: ExampleProgram;
beforeAll(async () => {
  program = await ExampleProgram.bundle('cross-process', 'warehouse-service');
});
afterAll(() => program.remove());

describe('the example cross-process', () => {
  it('is one trace of two processes', async () => {
    const { exitCode, stdout, stderr, trace, services } = await program.observe();

    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stableText(stdout)).toMatchInlineSnapshot(`
      "2 kettles from shelf B7; there are 10 left
      trace of the shop:      …
      trace of the warehouse: …

      ✓ order  … ms
      to see them as trees: npx tta-obs run --exit -- node dist/cross-process/main.js
      "
    `);
    expect(trace).toHaveSpanTree(`
        primitive.sequential.execute "place order" success
        ├─ primitive.sequential.step_0 "check order" success
        │  └─ primitive.lambda.execute "check order" success
        └─ primitive.sequential.step_1 "ask warehouse" success
           └─ primitive.retry.execute "ask warehouse" success
              └─ primitive.retry.attempt_1 "ask warehouse" success
                 └─ primitive.timeout.execute "ask warehouse" success
                    └─ primitive.lambda.execute "ask warehouse" success
                       └─ primitive.sequential.execute "reserve stock" success
                          ├─ primitive.sequential.step_0 "find shelf" success
                          │  └─ primitive.lambda.execute "find shelf" success
                          └─ primitive.sequential.step_1 "take from shelf" success
                             └─ primitive.lambda.execute "take from shelf" success
      `);
    expect(new Set(trace.spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(new Set(services)).toEqual(new Set(['shop', 'warehouse']));
  });

  it(
    'takes no order that the warehouse cannot fill',
    observed(async (trace) => {
      const shelves = new Map([['kettle', { shelf: 'B7', left: 1 }]]);
      await expect(reserveStock(shelves).execute({ article: 'kettle', count: 2 })).rejects.toThrow(
        'there are no 2 of kettle',
      );
      expect(trace).toHaveSpan('primitive.lambda.execute "find shelf" error', 1);
    }),
  );

  it('takes from the shelf what it reserves', async () => {
    const kettles = { shelf: 'B7', left: 3 };
    const reserve = reserveStock(new Map([['kettle', kettles]]));
    expect(await reserve.execute({ article: 'kettle', count: 2 })).toEqual({ shelf: 'B7', left: 1 });
    expect(kettles.left).toBe(1);
  });

  it('hands an order of something on as it is', async () => {
    const asked: unknown[] = [];
    const order = placeOrder((given) => {
      asked.push(given);
      return { shelf: 'B7', left: 0, traceId: undefined };
    });
    await order.execute({ article: 'kettle', count: 2 });
    expect(asked).toEqual([{ article: 'kettle', count: 2 }]);
  });

  it('asks the warehouse nothing about an order of nothing', async () => {
    const order = placeOrder(() => Promise.reject(new Error('asked')));
    await expect(order.execute({ article: 'kettle', count: 0 })).rejects.toThrow(
      'an order has to be of something',
    );
  });
});
