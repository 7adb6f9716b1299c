import { type Attributes, diag, DiagLogLevel } from '@opentelemetry/api';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PrometheusReader } from './prometheus-reader.ts';

function metering(resource: Resource = resourceFromAttributes({ 'service.name': 'shop' })): {
  provider: MeterProvider;
  reader: PrometheusReader;
} {
  const reader = new PrometheusReader();
  return { provider: new MeterProvider({ resource, readers: [reader] }), reader };
}

/** The samples, without what the resource says. */
async function samples(reader: PrometheusReader): Promise<string[]> {
  const lines = (await reader.text()).split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('target_info'));
}

async function labelsOf(labels: Attributes): Promise<string> {
  const { provider, reader } = metering();
  provider.getMeter('spec').createCounter('sold').add(1, labels);
  return (await samples(reader)).join('\n');
}

afterEach(() => diag.disable());

describe('PrometheusReader', () => {
  it('gives the names that the catalogue of metrics tells', async () => {
    const { provider, reader } = metering();
    const meter = provider.getMeter('tta.primitives', '1.0');
    for (const name of ['primitive.execution.count', 'llm.tokens.total', 'cache.hits', 'cache.total']) {
      meter.createCounter(name, { unit: '1' }).add(1, { 'primitive.name': 'fetch page' });
    }
    meter.createUpDownCounter('agent.workflows.active').add(2);
    meter
      .createHistogram('primitive.execution.duration', {
        unit: 'ms',
        advice: { explicitBucketBoundaries: [10] },
      })
      .record(5);
    expect(await samples(reader)).toEqual([
      'primitive_execution_count_total{primitive_name="fetch page"} 1',
      'llm_tokens_total{primitive_name="fetch page"} 1',
      'cache_hits_total{primitive_name="fetch page"} 1',
      'cache_total{primitive_name="fetch page"} 1',
      'agent_workflows_active 2',
      'primitive_execution_duration_count 1',
      'primitive_execution_duration_sum 5',
      'primitive_execution_duration_bucket{le="10"} 1',
      'primitive_execution_duration_bucket{le="+Inf"} 1',
    ]);
  });

  it('ends with a line break even when there is nothing to tell', async () => {
    const { reader } = metering();
    expect(await reader.text()).toMatch(/target_info\{service_name="shop"\} 1\n.*\n$/);
  });

  it('makes one metric of those that several scopes name alike, and says whose points are whose', async () => {
    const { provider, reader } = metering();
    provider.getMeter('front', '2').createCounter('books.sold').add(1, { shelf: 'top' });
    provider.getMeter('back').createCounter('books_sold').add(2);
    provider.getMeter('back').createCounter('other').add(3);
    expect(await samples(reader)).toEqual([
      'books_sold_total{shelf="top",otel_scope_name="front",otel_scope_version="2"} 1',
      'books_sold_total{otel_scope_name="back"} 2',
      'other_total 3',
    ]);
    expect((await reader.text()).match(/^# TYPE books_sold_total /gm)).toHaveLength(1);
  });

  it('leaves out a metric whose name another kind of metric has, and says so once', async () => {
    const lines: string[] = [];
    const say = (message: string): void => void lines.push(message);
    diag.setLogger({ verbose: say, debug: say, info: say, warn: say, error: say }, DiagLogLevel.WARN);
    const { provider, reader } = metering();
    provider.getMeter('one').createGauge('load').record(1);
    provider.getMeter('two').createHistogram('load').record(1);
    provider.getMeter('three').createUpDownCounter('load').add(5);
    for (let scrape = 0; scrape < 2; scrape++) {
      expect(await samples(reader)).toEqual([
        'load{otel_scope_name="one"} 1',
        'load{otel_scope_name="three"} 5',
      ]);
    }
    expect(lines).toEqual([expect.stringMatching(/^Prometheus does not get load: .* Rename one\.$/)]);
  });

  it.each<[string, Attributes, string]>([
    ['begins with a digit', { '1st': 'a' }, 'sold_total{_1st="a"} 1'],
    ['is empty', { '': 'a' }, 'sold_total{_="a"} 1'],
    ['has the same name as another', { 'a.b': 'x', a_b: 2, 'a-b': true }, 'sold_total{a_b="true;x;2"} 1'],
    ['has a value of several lines', { a: '1\n"2"\\' }, String.raw`sold_total{a="1\n\"2\"\\"} 1`],
    [
      'is called as what objects have',
      { constructor: 'a', toString: 'b' },
      'sold_total{constructor="a",toString="b"} 1',
    ],
    ['has a list', { a: ['x', 'y'] }, String.raw`sold_total{a="[\"x\",\"y\"]"} 1`],
  ])('copes with a label that %s', async (_what, labels, line) => {
    expect(await labelsOf(labels)).toBe(line);
  });

  it('leaves the label of the buckets alone', async () => {
    const { provider, reader } = metering();
    provider
      .getMeter('spec')
      .createHistogram('wait', { advice: { explicitBucketBoundaries: [1] } })
      .record(1, { le: 'mine' });
    expect(await samples(reader)).toContain('wait_bucket{exported_le="mine",le="1"} 1');
  });

  it('gives valid and different label names whatever the program calls them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })),
        async (labels) => {
          const line = await labelsOf(labels);
          const body = /^sold_total(?:\{(.*)\})? 1$/s.exec(line)?.[1] ?? '';
          const names = [...body.matchAll(/(\w+)="(?:\\.|[^"\\])*"(?:,|$)/gs)].map(([, name]) => name);
          expect(body.replaceAll(/[A-Za-z_]\w*="(?:\\.|[^"\\\n])*"(?:,|$)/g, '')).toBe('');
          expect(new Set(names).size).toBe(names.length);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('waits for what the resource still has to find out, and takes its labels as they come', async () => {
    const { provider, reader } = metering(
      resourceFromAttributes({ '1.host': Promise.resolve('box'), 'a.b': 1, a_b: 2 }),
    );
    provider.getMeter('spec').createCounter('sold').add(1);
    expect(await reader.text()).toContain('target_info{_1_host="box",a_b="1;2"} 1');
  });
});
