import { beforeAll, describe, expect, it } from '@jest/globals';
import { custom } from '../test/custom.ts';
import { enableContexts, Observed } from '../test/observed.ts';

beforeAll(enableContexts);

const model = { provider: 'openai', model: 'm' };
const labels = 'llm.model_name=m llm.provider=openai primitive.name=ask';

describe.each([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['a negative number', -1],
  ['a bigint', 5n as unknown as number],
  ['text', '5' as unknown as number],
])('%s', (_, bad) => {
  it('as a number of tokens is a fault, and leaves the sums as they are', async () => {
    const observed = new Observed();
    const asking = custom('ask', (_: number, scope) => {
      scope.usage({ ...model, inputTokens: 10, outputTokens: 2, cachedInputTokens: 1, costUsd: 1 });
      scope.usage({ ...model, inputTokens: bad, outputTokens: bad, cachedInputTokens: bad, costUsd: bad });
      scope.usage({ ...model, inputTokens: 10, outputTokens: bad });
    });
    await observed.run(() => asking.execute(0));
    expect(await observed.points('llm.tokens.total')).toEqual({
      'llm.model_name=m llm.provider=openai llm.token_type=prompt primitive.name=ask': 20,
      'llm.model_name=m llm.provider=openai llm.token_type=completion primitive.name=ask': 2,
    });
    expect(await observed.points('llm.cost.usd')).toEqual({ [labels]: 1 });
    expect(observed.spans[0]?.attributes).toMatchObject({
      'gen_ai.usage.input_tokens': 20,
      'gen_ai.usage.output_tokens': 2,
      'gen_ai.usage.cache_read.input_tokens': 1,
      'cost.usd': 1,
    });
    expect(observed.instrumentation.faults).toBe(5);
  });

  it('as a cost is a fault, also where it is an estimate', async () => {
    const estimates = [bad, 3];
    const observed = new Observed({ pricing: { estimateUsd: () => estimates.shift() } });
    const asking = custom('ask', (_: number, scope) => {
      scope.cost(bad);
      scope.cost(bad, 'saved');
      scope.cost(1);
      scope.cost(2, 'saved');
      scope.usage(model);
      scope.usage({ ...model, costUsd: bad });
    });
    await observed.run(() => asking.execute(0));
    expect(await observed.points('llm.cost.usd')).toEqual({ 'primitive.name=ask': 1, [labels]: 3 });
    expect(await observed.points('cost.savings.usd')).toEqual({ 'primitive.name=ask': 2 });
    expect(observed.spans[0]?.attributes).toMatchObject({ 'cost.usd': 4, 'cost.saved_usd': 2 });
    expect(observed.instrumentation.faults).toBe(4);
  });
});
