import { context, type Context, ROOT_CONTEXT } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { withExecution } from '@tta/obs-instrumentation';
import { startMetrics } from '@tta/obs-metrics';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { observe } from '@tta/obs-testing';
import { meterBesideExecutions } from './meter-beside-executions.ts';

const duration = 'gen_ai.client.inference.duration';

/** What is counted of a metric that is recorded once outside of executions, twice in one, and then outside of it for that. */
async function recorded(scope: string, metric: string): Promise<number> {
  const metrics = startMetrics({ resource: resourceFromAttributes({}), prometheus: { port: 0 } });
  const meter = meterBesideExecutions(metrics.getMeter(scope), scope);
  const record = (active?: Context) => meter.createHistogram(metric).record(1, {}, active);
  await observe(async () => {
    record();
    await withExecution({ type: 'lambda' }, () => {
      const inside = context.active();
      record();
      context.with(ROOT_CONTEXT, () => record(inside));
    });
  });
  meter.createCounter('others').add(1);
  const text = await (await fetch((await metrics.prometheusUrl) ?? '')).text();
  await metrics.shutdown();
  expect(text).toContain('others');
  const lines = text.split('\n').filter((line) => line.startsWith(`${metric.replaceAll('.', '_')}_count`));
  return Number(lines[0]?.split(' ')[1]);
}

describe('meterBesideExecutions', () => {
  it('leaves out durations of calls in executions that the AI SDK measures', async () => {
    expect(await recorded('gen_ai', duration)).toBe(1);
  });

  it('leaves out nothing else', async () => {
    expect(await recorded('gen_ai', 'another')).toBe(3);
    expect(await recorded('mine', duration)).toBe(3);
  });
});
