import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ExecutionResult } from '@tta/obs-context';
import { custom, outer } from '../test/custom.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import { withInstrumentation } from './current-instrumentation.ts';
import { Instrumentation } from './instrumentation.ts';

beforeAll(enableContexts);

const model = { provider: 'openai', model: 'm' };
const labels = 'llm.model_name=m llm.provider=openai primitive.name=ask';

describe.each([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['a negative number', -1],
  ['more than sums can hold', 1e308],
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

describe('a cost that is an estimate', () => {
  const call = { provider: 'openai', model: 'm', inputTokens: 1 };

  it('is told as one, with its table, beside what was charged for', async () => {
    const observed = new Observed({ pricing: { version: 'list 3', estimateUsd: () => 2 } });
    const asking = custom('ask', (_: number, { usage }) => {
      usage(call);
      usage({ ...call, costUsd: 5 });
    });
    await observed.run(() => asking.execute(0));
    expect(observed.spans[0]?.attributes).toMatchObject({
      'cost.usd': 7,
      'cost.estimated_usd': 2,
      'cost.price_table': 'list 3',
    });
  });

  it('is no part of what the provider charges', async () => {
    const observed = new Observed({ pricing: { estimateUsd: () => 2 } });
    await observed.run(() =>
      custom('paid', (_: number, { usage }) => usage({ ...call, costUsd: 5 })).execute(0),
    );
    await observed.run(() => custom('guessed', (_: number, { usage }) => usage(call)).execute(0));
    const [paid, guessed] = observed.spans.map(({ attributes }) => attributes);
    expect(paid).not.toHaveProperty(['cost.estimated_usd']);
    expect(guessed).toMatchObject({ 'cost.estimated_usd': 2 });
    expect(guessed).not.toHaveProperty(['cost.price_table']);
  });
});

describe('what a provider says', () => {
  it('is cut where it is longer than 256 characters, on spans and in metrics', async () => {
    const observed = new Observed();
    const long = 'x'.repeat(1_000_000);
    const kept = 'x'.repeat(256);
    const asking = custom('ask', (_: number, scope) => {
      scope.usage({
        provider: long,
        model: long,
        requestModel: long,
        operation: long,
        responseId: long,
        finishReasons: [long, ...Array.from({ length: 1_000 }, () => 'stop')],
        inputTokens: 1,
      });
    });
    await observed.run(() => asking.execute(0));
    const attributes = observed.spans[0]?.attributes ?? {};
    expect(attributes).toMatchObject({
      'llm.provider': kept,
      'llm.model_name': kept,
      'gen_ai.operation.name': kept,
      'gen_ai.request.model': kept,
      'gen_ai.response.model': kept,
      'gen_ai.response.id': kept,
    });
    const reasons = attributes['gen_ai.response.finish_reasons'] as string[];
    expect([reasons.length, reasons[0]]).toEqual([128, kept]);
    for (const metric of ['llm.tokens.total', 'gen_ai.client.operation.duration'])
      expect(Object.keys(await observed.points(metric)).join('').length).toBeLessThan(2_000);
  });

  it('of half a token is a fault', async () => {
    const observed = new Observed();
    const asking = custom('ask', (_: number, scope) => {
      scope.usage({ ...model, inputTokens: 1.5, outputTokens: 2 });
    });
    await observed.run(() => asking.execute(0));
    expect(Object.values(await observed.points('llm.tokens.total'))).toEqual([2]);
    expect(observed.instrumentation.faults).toBe(1);
  });
});

describe('what a listener hears of costs', () => {
  type Costs = Pick<ExecutionResult, 'costUsd' | 'totalCostUsd' | 'savedUsd'>;
  const costs = (observed: Observed): Record<string, Costs> => {
    const heard: Record<string, Costs> = {};
    observed.instrumentation.onExecution({
      onEnd: ({ name, costUsd, totalCostUsd, savedUsd }) =>
        void (heard[name] = { costUsd, totalCostUsd, savedUsd }),
    });
    return heard;
  };
  const spending = (name: string, usd: number) =>
    custom(name, async (_: number, scope) => {
      await Promise.resolve();
      scope.cost(usd);
    });
  const untold: Costs = { costUsd: undefined, totalCostUsd: undefined, savedUsd: undefined };

  it('is nothing where nothing was told', async () => {
    const observed = new Observed();
    const heard = costs(observed);
    await observed.run(() => outer(custom('free', () => 1)).execute(0));
    expect(heard).toEqual({ free: untold, outer: untold });
  });

  it('is the total of each execution with its steps, beside its own', async () => {
    const observed = new Observed();
    const heard = costs(observed);
    const middle = custom('middle', async (n: number, scope) => {
      await scope.step('step_0', spending('ask', 2), n);
      await scope.step(
        'step_1',
        custom('free', () => 1),
        n,
      );
      scope.usage({ ...model, costUsd: 1 });
    });
    await observed.run(() => outer(middle).execute(0));
    expect(heard).toEqual({
      ask: { ...untold, costUsd: 2, totalCostUsd: 2 },
      free: untold,
      middle: { ...untold, costUsd: 1, totalCostUsd: 3 },
      outer: { ...untold, totalCostUsd: 3 },
    });
  });

  it('is the total of all branches, and that of each branch apart', async () => {
    const observed = new Observed();
    const heard = costs(observed);
    const fork = custom('fork', (n: number, scope) =>
      Promise.all([
        scope.step('branch_a', spending('a', 1), n),
        scope.step('branch_b', spending('b', 2), n),
        scope.step('branch_c', spending('c', 4), n),
      ]),
    );
    await observed.run(() => fork.execute(0));
    expect(Object.fromEntries(Object.entries(heard).map(([name, one]) => [name, one.totalCostUsd]))).toEqual({
      a: 1,
      b: 2,
      c: 4,
      fork: 7,
    });
  });

  it('of a run inside a run is in the total of the run around, and of no other', async () => {
    const observed = new Observed();
    const heard = costs(observed);
    const around = custom('around', (n: number) => spending('inside', 3).execute(n, { workflowName: 'w' }));
    await observed.run(() => Promise.all([around.execute(0), spending('beside', 5).execute(0)]));
    expect(heard['around']).toEqual({ ...untold, totalCostUsd: 3 });
    expect(heard['beside']?.totalCostUsd).toBe(5);
  });

  it('has what a failed attempt spent in the total', async () => {
    const observed = new Observed();
    const heard = costs(observed);
    const failing = custom('failing', (_: number, scope) => {
      scope.cost(1);
      throw new Error('boom');
    });
    const again = custom('again', async (n: number, scope) => {
      await scope.step('attempt_1', failing, n).catch(() => undefined);
      await scope.step('attempt_2', spending('working', 1), n);
    });
    await observed.run(() => again.execute(0));
    expect(heard['again']?.totalCostUsd).toBe(2);
  });

  it('is told to the execution itself as it goes on, with that of its steps, also where nobody listens', async () => {
    const seen: (number | undefined)[] = [];
    const outer = custom('outer', async (_: number, scope) => {
      seen.push(scope.spentUsd);
      await scope.step('step_0', (__: number, { cost }) => cost(2), 0);
      seen.push(scope.spentUsd);
      scope.cost(1);
      scope.cost(5, 'saved');
      seen.push(scope.spentUsd);
    });
    await outer.execute(0);
    expect(seen).toEqual([undefined, 2, 3]);
  });

  it('keeps what was saved apart from what was spent', async () => {
    const observed = new Observed();
    const heard = costs(observed);
    const cached = custom('cached', (_: number, scope) => scope.cost(4, 'saved'));
    const both = custom('both', async (n: number, scope) => {
      await scope.step('step_0', cached, n);
      scope.cost(1);
      scope.cost(2, 'saved');
    });
    await observed.run(() => both.execute(0));
    expect(heard).toEqual({
      cached: { ...untold, savedUsd: 4 },
      both: { costUsd: 1, totalCostUsd: 1, savedUsd: 2 },
    });
  });
});

const secondsBounds = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];

describe('the metrics of the GenAI conventions', () => {
  const call = { ...model, inputTokens: 10, outputTokens: 2, cachedInputTokens: 4 };
  const labelsOf = (operation: string): string =>
    `gen_ai.operation.name=${operation} gen_ai.provider.name=openai gen_ai.response.model=m`;
  const tokens = 'gen_ai.client.inference.usage';

  it('count the tokens of model calls by operation, provider and model', async () => {
    const observed = new Observed();
    const asking = custom('ask', (_: number, scope) => {
      scope.usage(call);
      scope.usage({ ...call, cachedInputTokens: 0 });
      scope.usage({ ...model, operation: 'generate_content', inputTokens: 7 });
    });
    await observed.run(() => asking.execute(0));
    const chat = `${labelsOf('chat')} gen_ai.token.modality=unknown`;
    const generated = `${labelsOf('generate_content')} gen_ai.token.modality=unknown`;
    const counted = { unit: '{token}', bounds: undefined };
    expect(await observed.metric(`${tokens}.input_tokens`)).toEqual({
      ...counted,
      points: { [chat]: 20, [generated]: 7 },
    });
    expect(await observed.metric(`${tokens}.output_tokens`)).toEqual({ ...counted, points: { [chat]: 4 } });
    expect(await observed.metric(`${tokens}.cache_read.input_tokens`)).toEqual({
      ...counted,
      points: { [chat]: 4 },
    });
    expect(observed.spans[0]?.attributes['gen_ai.operation.name']).toBe('generate_content');
  });

  it('of a call that infers nothing have its duration alone', async () => {
    const observed = new Observed();
    const asking = custom('ask', (_: number, { usage }) =>
      usage({ ...model, operation: 'embeddings', inputTokens: 7, durationMs: 20 }),
    );
    await observed.run(() => asking.execute(0));
    expect(await observed.metric('gen_ai.client.operation.duration')).toEqual({
      unit: 's',
      bounds: secondsBounds,
      points: { [labelsOf('embeddings')]: { count: 1, sum: 0.02 } },
    });
    expect(await observed.points('gen_ai.client.inference.duration')).toEqual({});
    expect(await observed.points(`${tokens}.input_tokens`)).toEqual({});
    expect(await observed.points('llm.tokens.total')).toEqual({
      'llm.model_name=m llm.provider=openai llm.token_type=prompt primitive.name=ask': 7,
    });
    expect(observed.spans[0]?.attributes).toMatchObject({
      'gen_ai.operation.name': 'embeddings',
      'gen_ai.usage.input_tokens': 7,
    });
  });

  it('tell which model was asked, and which answered', async () => {
    const observed = new Observed();
    const asking = custom('ask', (_: number, { usage }) => usage({ ...call, requestModel: 'latest' }));
    await observed.run(() => asking.execute(0));
    expect(await observed.points('gen_ai.client.inference.duration')).toEqual({
      'gen_ai.operation.name=chat gen_ai.provider.name=openai gen_ai.request.model=latest gen_ai.response.model=m': 1,
    });
    expect(observed.spans[0]?.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'latest',
      'gen_ai.response.model': 'm',
    });
  });

  it('tell of a call that failed with which type of error, that no model answered and no token was used', async () => {
    const observed = new Observed();
    const error = Object.assign(new Error('429'), { code: 'rate_limit_exceeded' });
    const asking = custom('ask', (_: number, { usage }) => {
      usage({ ...model, error, durationMs: 30 });
      usage({ ...model, requestModel: 'latest', error, durationMs: 30, inputTokens: 5 });
    });
    await observed.run(() => asking.execute(0));
    const asked = (name: string): string =>
      `gen_ai.operation.name=chat gen_ai.provider.name=openai gen_ai.request.model=${name}`;
    expect(await observed.points('gen_ai.client.inference.duration')).toEqual({
      [`error.type=rate_limit_exceeded ${asked('m')}`]: 1,
      [`error.type=rate_limit_exceeded ${asked('latest')}`]: 1,
    });
    const counted = (name: string): string => `${asked(name)} gen_ai.token.modality=unknown`;
    expect(await observed.points(`${tokens}.input_tokens`)).toEqual({
      [counted('m')]: 0,
      [counted('latest')]: 5,
    });
    expect(await observed.points(`${tokens}.output_tokens`)).toEqual({
      [counted('m')]: 0,
      [counted('latest')]: 0,
    });
    expect(observed.spans[0]?.attributes).not.toHaveProperty('error.type');
  });

  const chunked = {
    ...call,
    cacheWriteInputTokens: 3,
    reasoningOutputTokens: 1,
    requestModel: 'latest',
    responseId: 'r1',
    finishReasons: ['stop'],
    timeToFirstChunkMs: 30,
    chunkTimesMs: [10, 20],
  };
  const askedLatest =
    'gen_ai.operation.name=chat gen_ai.provider.name=openai gen_ai.request.model=latest gen_ai.response.model=m';

  it('tell tokens of each kind, the response and the times of its chunks', async () => {
    const observed = new Observed();
    const asking = custom('ask', (_: number, { usage }) => usage(chunked));
    await observed.run(() => asking.execute(0));
    for (const [kind, count] of Object.entries({
      input_tokens: 10,
      output_tokens: 2,
      'cache_read.input_tokens': 4,
      'cache_write.input_tokens': 3,
      'reasoning.output_tokens': 1,
    })) {
      expect(await observed.points(`${tokens}.${kind}`)).toEqual({
        [`${askedLatest} gen_ai.token.modality=unknown`]: count,
      });
      expect(observed.spans[0]?.attributes[`gen_ai.usage.${kind}`]).toBe(count);
    }
    for (const [name, count, sum] of [
      ['time_to_first_chunk', 1, 0.03],
      ['time_per_output_chunk', 2, 0.03],
    ] as const) {
      expect(await observed.metric(`gen_ai.client.inference.${name}`)).toEqual({
        unit: 's',
        bounds: secondsBounds,
        points: { [askedLatest]: { count, sum } },
      });
    }
    expect(observed.spans[0]?.attributes).toMatchObject({
      'gen_ai.response.id': 'r1',
      'gen_ai.response.model': 'm',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.response.time_to_first_chunk': 0.03,
    });
  });

  it('tell of a call that failed behind the begin of its response which model answered, and what it used', async () => {
    const observed = new Observed();
    const error = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    const asking = custom('ask', (_: number, { usage }) => usage({ ...model, ...chunked, error }));
    await observed.run(() => asking.execute(0));
    const failed = `error.type=ECONNRESET ${askedLatest}`;
    expect(await observed.points('gen_ai.client.inference.time_to_first_chunk')).toEqual({ [failed]: 1 });
    expect(await observed.points('gen_ai.client.inference.duration')).toEqual({ [failed]: 1 });
    expect(await observed.points(`${tokens}.input_tokens`)).toEqual({
      [`${askedLatest} gen_ai.token.modality=unknown`]: 10,
    });
  });

  it('count none of each kind for a call that failed before', async () => {
    const observed = new Observed();
    const asking = custom('ask', (_: number, { usage }) => usage({ ...model, error: new Error('no') }));
    await observed.run(() => asking.execute(0));
    for (const kind of ['cache_read.input', 'cache_write.input', 'reasoning.output']) {
      expect(Object.values(await observed.points(`${tokens}.${kind}_tokens`))).toEqual([0]);
    }
  });

  it('count what is told when the span has ended, and leave the span as it is', async () => {
    const observed = new Observed();
    let late = (): void => undefined;
    const asking = custom('ask', (_: number, scope) => {
      late = () => {
        scope.usage({ ...call, costUsd: 2 });
        scope.cost(1, 'saved');
      };
    });
    await observed.run(() => asking.execute(0));
    late();
    expect(Object.values(await observed.points(`${tokens}.input_tokens`))).toEqual([10]);
    expect(await observed.points('llm.cost.usd')).toEqual({ [labels]: 2 });
    expect(observed.spans[0]?.attributes).not.toHaveProperty('gen_ai.usage.input_tokens');
    expect(observed.spans[0]?.attributes).not.toHaveProperty('cost.usd');
    expect(observed.instrumentation.faults).toBe(0);
  });

  it.each([Number.NaN, -1])('take no time of %d for that of a chunk', async (bad) => {
    const observed = new Observed();
    const asking = custom('ask', (_: number, { usage }) =>
      usage({ ...call, timeToFirstChunkMs: bad, chunkTimesMs: [bad, 10] }),
    );
    await observed.run(() => asking.execute(0));
    expect(await observed.points('gen_ai.client.inference.time_to_first_chunk')).toEqual({});
    expect(Object.values(await observed.points('gen_ai.client.inference.time_per_output_chunk'))).toEqual([
      1,
    ]);
    expect(observed.spans[0]?.attributes).not.toHaveProperty('gen_ai.response.time_to_first_chunk');
    expect(observed.instrumentation.faults).toBe(1);
  });

  it('have no more than 32 types of errors', async () => {
    const observed = new Observed();
    const asking = custom('ask', (n: number, { usage }) =>
      usage({ ...model, error: Object.assign(new Error('no'), { code: `E${n}` }) }),
    );
    await observed.run(async () => {
      for (let n = 0; n < 40; n++) await asking.execute(n);
    });
    const points = await observed.points('gen_ai.client.inference.duration');
    expect(Object.keys(points)).toHaveLength(33);
  });

  it.each([{}, { provider: undefined, model: undefined }, { provider: { a: 1 }, model: 7 }])(
    'call a provider that JavaScript left out _OTHER: %p',
    async (said) => {
      const observed = new Observed();
      const asking = custom('ask', (_: number, { usage }) => usage({ inputTokens: 3, ...said } as never));
      await observed.run(() => asking.execute(0));
      expect(await observed.points('gen_ai.client.inference.duration')).toEqual({
        'gen_ai.operation.name=chat gen_ai.provider.name=_OTHER': 1,
      });
      expect(await observed.points('llm.tokens.total')).toEqual({
        'llm.model_name=_OTHER llm.provider=_OTHER llm.token_type=prompt primitive.name=ask': 3,
      });
      expect(observed.instrumentation.faults).toBe(0);
    },
  );

  it('measure how long each call took: as it is told, else since the begin or the call before', async () => {
    const observed = new Observed();
    const asking = custom('ask', async (_: number, scope) => {
      await observed.clock.advance(200);
      scope.usage(call);
      await observed.clock.advance(50);
      scope.usage(call);
      scope.usage({ ...call, durationMs: 3000 });
      scope.usage({ ...call, durationMs: -1 });
    });
    await observed.run(() => asking.execute(0));
    expect(await observed.metric('gen_ai.client.inference.duration')).toEqual({
      unit: 's',
      bounds: secondsBounds,
      points: { [labelsOf('chat')]: { count: 3, sum: 3.25 } },
    });
    expect(observed.instrumentation.faults).toBe(1);
  });

  it('are not there without a meter', async () => {
    const observed = new Observed();
    const tracer = trace.getTracer('none');
    const instrumentation = new Instrumentation({ tracer, clock: observed.clock });
    const told = custom('ask', (_: number, scope) => scope.usage(call));
    await context.with(withInstrumentation(ROOT_CONTEXT, instrumentation), () => told.execute(0));
    expect(instrumentation.faults).toBe(0);
  });
});
