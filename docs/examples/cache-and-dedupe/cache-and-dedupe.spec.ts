import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { observed } from '@tta/obs-testing';
import { matchers } from '@tta/obs-testing/jest';
import { ExampleProgram, stableText } from '../test/program.ts';
import { offers } from './workflow.ts';

expect.extend(matchers);

let program: ExampleProgram;
beforeAll(async () => {
  program = await ExampleProgram.bundle('cache-and-dedupe');
});
afterAll(() => program.remove());

describe('the example cache-and-dedupe', () => {
  it('asks once what many want to know, and remembers what may be old', async () => {
    const { exitCode, stdout, stderr, trace } = await program.observe();

    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stableText(stdout)).toMatchInlineSnapshot(`
      "five at once:       the bank was asked 1×, the warehouse 1×
      and three in turn:  the bank was asked 1×, the warehouse 4×
      4 rates were shared and 3 remembered, which saved $0.07

      ✓ offer  … ms
      ✓ offer  … ms
      ✓ offer  … ms
      ✓ offer  … ms
      ✓ offer  … ms
      ✓ offer  … ms
      ✓ offer  … ms
      ✓ offer  … ms
      to see them as trees: npx tta-obs run --exit -- node dist/cache-and-dedupe/main.js
      "
    `);
    expect(trace).toHaveSpan('primitive.sequential.execute "make offer" success', 8);
    expect(trace).toHaveSpan('primitive.lambda.execute "ask the bank" success', 1);
    expect(trace).toHaveSpan('primitive.lambda.execute "ask the warehouse" success', 4);
    expect(trace).toHaveHitCache('ask the bank', 3);
    expect(trace).toHaveNoErrors();
  });

  it(
    'asks for the rate again after a minute',
    observed(
      async (trace) => {
        let rate = 1;
        const { makeOffer } = offers({
          rateOf: async () => rate++,
          stockOf: async () => 1,
          priceUsd: () => 10,
        });
        const question = { article: 'kettle', currency: 'EUR' };
        const first = await makeOffer.execute(question);
        await trace.clock.advance(59_999);
        const second = await makeOffer.execute(question);
        await trace.clock.advance(1);
        const third = await makeOffer.execute(question);

        expect([first.price, second.price, third.price]).toEqual([10, 10, 20]);
      },
      { clock: 'manual' },
    ),
  );
});
