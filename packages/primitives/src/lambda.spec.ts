import { describe, expect, it } from '@jest/globals';
import { observed } from '@tta/obs-testing';
import { describeOutcomes } from '../test/outcomes.ts';
import { lambda } from './lambda.ts';

describe('lambda', () => {
  it(
    'is a function with a name',
    observed(async (trace) => {
      const double = lambda('double', async (n: number) => n * 2);
      expect(await double.execute(2)).toBe(4);
      expect([double.name, double.type]).toEqual(['double', 'lambda']);
      expect(trace).toHaveSpanTree('primitive.lambda.execute "double" success');
    }),
  );

  it('refuses what is no function', () => {
    expect(() => lambda('x', 1 as never)).toThrow('lambda "x" needs a function');
  });
});

describeOutcomes(
  'lambda',
  (step) => lambda('ask', (input: never, scope) => scope.step('inner', step, input)),
  {
    output: 2,
    success: `
    primitive.lambda.execute "ask" success
    └─ primitive.mock.execute "step" success
  `,
    error: `
    primitive.lambda.execute "ask" error
    └─ primitive.mock.execute "step" error
  `,
    timeout: `
    primitive.lambda.execute "ask" timeout
    └─ primitive.timeout.execute "step" timeout
       └─ primitive.mock.execute "step" cancelled
  `,
    cancelled: `
    primitive.lambda.execute "ask" cancelled
    └─ primitive.mock.execute "step" cancelled
  `,
  },
);
