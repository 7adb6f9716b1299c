import { beforeAll, describe, expect, it } from '@jest/globals';
import { custom } from '../test/custom.ts';
import { enableContexts, Observed } from '../test/observed.ts';

beforeAll(enableContexts);

/** A run that has something to tell of everything. */
async function eventfulRun(observed: Observed): Promise<void> {
  const step = custom('step', (_: number, scope) => {
    scope.usage({
      provider: 'p',
      model: 'm',
      inputTokens: 1,
      outputTokens: 1,
      cachedInputTokens: 1,
      costUsd: 1,
    });
    scope.cost(1, 'saved');
    scope.record({ type: 'recovery', kind: 'retry' });
    scope.record({ type: 'cache', outcome: 'hit', cacheType: 'memory' });
    scope.record({ type: 'circuit', state: 'open', previous: 'closed' });
    scope.record({ type: 'wait', for: 'slot', ms: 1 });
    scope.record({ type: 'decision', choice: 'then', reason: 'condition' });
    scope.usage({ provider: 'p', model: 'm', inputTokens: -1 });
  });
  const root = custom('root', (input: number, scope) => scope.step('step_0', step, input));
  await observed.run(() => root.execute(0));
}

const milliseconds = [10, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];
const seconds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];

describe('the metrics of a run', () => {
  it.each<[string, string, readonly number[] | undefined, ...string[]]>([
    ['primitive.execution.count', '1', undefined, 'execution.status', 'primitive.name', 'primitive.type'],
    [
      'primitive.execution.duration',
      'ms',
      milliseconds,
      'execution.status',
      'primitive.name',
      'primitive.type',
    ],
    ['primitive.connection.count', '1', undefined, 'connection.type', 'source.primitive', 'target.primitive'],
    ['primitive.in_flight', '1', undefined, 'primitive.name', 'primitive.type'],
    ['primitive.decisions', '1', undefined, 'decision.choice', 'decision.reason', 'primitive.name'],
    ['primitive.queue.wait', 'ms', milliseconds, 'primitive.name', 'wait.for'],
    ['primitive.circuit_breaker.state', '1', undefined, 'primitive.name'],
    [
      'llm.tokens.total',
      '{token}',
      undefined,
      'llm.model_name',
      'llm.provider',
      'llm.token_type',
      'primitive.name',
    ],
    ['llm.cost.usd', '{USD}', undefined, 'llm.model_name', 'llm.provider', 'primitive.name'],
    ['cost.savings.usd', '{USD}', undefined, 'primitive.name'],
    ['agent.workflows.active', '1', undefined],
    ['cache.hits', '1', undefined, 'cache.type', 'primitive.name'],
    ['cache.total', '1', undefined, 'cache.type', 'primitive.name'],
    ['recovery.events', '1', undefined, 'primitive.name', 'recovery.kind'],
    ['obs.telemetry.faults', '1', undefined],
    [
      'gen_ai.client.inference.duration',
      's',
      seconds,
      'gen_ai.operation.name',
      'gen_ai.provider.name',
      'gen_ai.response.model',
    ],
    ...['input_tokens', 'output_tokens', 'cache_read.input_tokens'].map(
      (tokens): [string, string, undefined, ...string[]] => [
        `gen_ai.client.inference.usage.${tokens}`,
        '{token}',
        undefined,
        'gen_ai.operation.name',
        'gen_ai.provider.name',
        'gen_ai.response.model',
        'gen_ai.token.modality',
      ],
    ),
  ])('have %s in %s, with its labels and no others', async (name, unit, bounds, ...labels) => {
    const observed = new Observed();
    await eventfulRun(observed);
    const metric = await observed.metric(name);
    expect(metric).toMatchObject({ unit, bounds });
    const labelSets = Object.keys(metric.points).map((point) =>
      [...point.matchAll(/([\w.]+)=/g)].map(([, label]) => label),
    );
    expect(labelSets.length).toBeGreaterThan(0);
    for (const found of labelSets) expect(found).toEqual(labels);
  });
});
