import { resourceFromAttributes } from '@opentelemetry/resources';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { instrumentationScope } from '@tta/obs-context';
import { ManualClock, seededRandom } from '@tta/obs-context/manual';
import { Instrumentation, setDefaultInstrumentation } from '@tta/obs-instrumentation';
import { type Metrics, startMetrics } from '@tta/obs-metrics';
import { type Prometheus, type Sample, startPrometheus } from './prometheus.ts';
import { answerTickets, failOrders, holdRun, runsPerRound } from './workflows.ts';

let metrics: Metrics;
let prometheus: Prometheus;
let clock: ManualClock;
let release: () => Promise<void>;

const rounds = 5;
const runs = rounds * runsPerRound;

beforeAll(async () => {
  metrics = startMetrics({
    resource: resourceFromAttributes({ 'service.name': 'support', 'service.version': '1.2.3' }),
    prometheus: { port: 0 },
  });
  clock = new ManualClock();
  const instrumentation = new Instrumentation({
    meter: metrics.getMeter(instrumentationScope),
    clock,
    random: seededRandom(1),
  });
  setDefaultInstrumentation(instrumentation);
  for (let round = 1; round < rounds; round++) await answerTickets(clock);
  await failOrders(clock);
  release = holdRun(instrumentation);
  const url = await metrics.prometheusUrl;
  if (url === undefined) throw new Error('not served');
  prometheus = await startPrometheus(url);
  await prometheus.catchUp();
  // What grows between two scrapes has a rate.
  await answerTickets(clock);
  await prometheus.catchUp();
});

afterAll(async () => {
  setDefaultInstrumentation(undefined);
  await prometheus.close();
  await release();
  await metrics.shutdown();
});

/** The values by some of their labels, in the order of the labels. */
function by(samples: readonly Sample[], ...names: readonly string[]): Record<string, number> {
  const pairs = samples.map(({ labels, value }) => [
    names.map((name) => labels[name] ?? '-').join(' | '),
    value,
  ]);
  expect(new Set(pairs.map(([key]) => key)).size).toBe(pairs.length);
  return Object.fromEntries(pairs) as Record<string, number>;
}

describe('the queries of dashboards', () => {
  it('primitive_execution_count counts executions by primitive, status, workflow and error', async () => {
    const samples = await prometheus.query('primitive_execution_count');
    const labels = ['primitive_type', 'primitive_name', 'execution_status', 'workflow_name', 'error_type'];
    expect(by(samples, ...labels)).toEqual({
      'sequential | sequential | success | tickets | -': runs,
      'lambda | read ticket | success | tickets | -': runs,
      'retry | ask | success | tickets | -': runs,
      'lambda | ask model | success | tickets | -': runs,
      'lambda | ask model | error | tickets | Error': runs / 2,
      'parallel | parallel | success | tickets | -': runs,
      'lambda | review | success | tickets | -': runs,
      'lambda | look up | success | tickets | -': runs,
      'timeout | charge in time | timeout | - | OBS_ERR_TIMEOUT': 1,
      'lambda | charge card | cancelled | - | OBS_ERR_TIMEOUT': 1,
      'lambda | place order | error | orders | RangeError': 1,
    });
    expect(await prometheus.query('primitive_execution_count_total')).toHaveLength(samples.length);
  });

  it('histogram_quantile(0.95, …) gives the 95th percentile of each primitive', async () => {
    const samples = await prometheus.query('histogram_quantile(0.95, primitive_execution_duration_bucket)');
    // Half of the runs take 40 to 50 ms, the other half 200 to 210 ms: the percentile lies at 9/10 of the
    // second half, in the bucket from 100 to 250 ms.
    const halfAndHalf = 100 + (250 - 100) * ((0.95 - 0.5) / 0.5);
    // All in the first bucket, which begins at 0.
    const quick = 0.95 * 10;
    expect(by(rounded(samples), 'primitive_name', 'execution_status')).toEqual({
      'sequential | success': halfAndHalf,
      'read ticket | success': halfAndHalf,
      'ask | success': quick,
      'ask model | success': quick,
      'ask model | error': quick,
      'parallel | success': quick,
      'review | success': quick,
      'look up | success': quick,
      // 30 ms, in the bucket from 10 to 50 ms.
      'charge in time | timeout': 10 + 40 * 0.95,
      'charge card | cancelled': 10 + 40 * 0.95,
      'place order | error': quick,
    });
  });

  it('primitive_connection_count counts who came after whom', async () => {
    const samples = await prometheus.query('primitive_connection_count');
    expect(by(samples, 'source_primitive', 'target_primitive', 'connection_type')).toEqual({
      'read ticket | ask | sequential': runs,
      'ask | ask model | retry': runs * 1.5,
      'ask | parallel | sequential': runs,
      'parallel | review | parallel': runs,
      'parallel | look up | parallel': runs,
      'charge in time | charge card | timeout': 1,
    });
  });

  it('sum by (llm_model_name) (llm_tokens_total) adds up the tokens of each model', async () => {
    const samples = await prometheus.query('sum by (llm_model_name) (llm_tokens_total)');
    expect(by(samples, 'llm_model_name')).toEqual({ 'gpt-4o': runs * 120, 'claude-sonnet-4-5': runs * 33 });
    expect(by(await prometheus.query('llm_tokens_total{llm_provider="openai"}'), 'llm_token_type')).toEqual({
      prompt: runs * 100,
      completion: runs * 20,
    });
  });

  it('sum(rate(cache_hits[5m])) / sum(rate(cache_total[5m])) is the hit rate', async () => {
    // rate() extends what it has seen by about the time between two samples. One counter is scraped and the other
    // recorded, so that one may have a sample more: among 20 that is a four-hundredth. For the same reason some
    // seconds later, when neither is ahead by the age of its last sample.
    await prometheus.until(
      'count_over_time(cache_hits[5m]) >= 20 and count_over_time(cache_total[5m]) >= 20',
    );
    const [rate] = await prometheus.query('sum(rate(cache_hits[5m])) / sum(rate(cache_total[5m]))', 5);
    expect(rate?.value).toBeCloseTo(0.75, 2);
    const [exact] = await prometheus.query('sum(rate(cache_hits_total[5m])) / sum(rate(cache_total[5m]))');
    expect(exact?.value).toBeCloseTo(0.75, 12);
    expect(by(await prometheus.query('cache_total'), 'primitive_name', 'cache_type')).toEqual({
      'look up | memory': runs,
    });
    expect(by(await prometheus.query('cache_hits'), 'primitive_name', 'cache_type')).toEqual({
      'look up | memory': runs * 0.75,
    });
  });

  it('agent_workflows_active counts the runs that have begun and not ended', async () => {
    const active = async (): Promise<Record<string, number>> =>
      by(await prometheus.query('agent_workflows_active'), 'workflow_name', 'agent_type');
    expect(await active()).toEqual({ 'orders | -': 1, 'tickets | support': 0, '- | -': 0 });
    await release();
    await prometheus.catchUp();
    expect(await active()).toEqual({ 'orders | -': 0, 'tickets | support': 0, '- | -': 0 });
  });
});

describe('labels', () => {
  it('are the ones of the catalogue, and hold nothing of what an error says', async () => {
    const samples = await prometheus.query('{job="workflows"}');
    const text = JSON.stringify(samples);
    expect(text).not.toContain('no such order');
    expect(text).not.toContain('example.test');
    expect(text).not.toContain('injected');
    const names = new Set(samples.flatMap(({ labels }) => Object.keys(labels)));
    expect(
      [...names].filter((name) => !/^(__name__|job|instance|le)$|^(service|telemetry)_/.test(name)).sort(),
    ).toEqual([
      'agent_type',
      'cache_type',
      'connection_type',
      'error_category',
      'error_type',
      'execution_status',
      'gen_ai_operation_name',
      'gen_ai_provider_name',
      'gen_ai_response_model',
      'gen_ai_token_modality',
      'llm_model_name',
      'llm_provider',
      'llm_token_type',
      'primitive_name',
      'primitive_type',
      'recovery_kind',
      'source_primitive',
      'target_primitive',
      'workflow_name',
    ]);
  });

  it('say in target_info who is measured', async () => {
    const [target] = await prometheus.query('target_info');
    expect(target).toMatchObject({
      value: 1,
      labels: { service_name: 'support', service_version: '1.2.3', job: 'workflows' },
    });
  });
});

/** Without what binary fractions leave behind. */
function rounded(samples: readonly Sample[]): readonly Sample[] {
  return samples.map(({ labels, value }) => ({ labels, value: Math.round(value * 1e9) / 1e9 }));
}
