import { type Attributes, type AttributeValue, diag, DiagLogLevel } from '@opentelemetry/api';
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

  it('adds up what several scopes and names come to, so that no series changes with those to come', async () => {
    const { provider, reader } = metering();
    provider.getMeter('front', '2').createCounter('books.sold').add(1, { shelf: 'top' });
    expect(await samples(reader)).toEqual(['books_sold_total{shelf="top"} 1']);
    const back = provider.getMeter('back');
    back.createCounter('books_sold').add(2, { shelf: 'top' });
    back.createCounter('books.sold.total').add(4, { shelf: 'top' });
    back.createCounter('books_sold').add(8);
    back.createCounter('other').add(3);
    expect(await samples(reader)).toEqual([
      'books_sold_total{shelf="top"} 7',
      'books_sold_total 8',
      'other_total 3',
    ]);
    expect((await reader.text()).match(/^# TYPE books_sold_total /gm)).toHaveLength(1);
  });

  it('adds up label sets that Prometheus does not tell apart', async () => {
    const { provider, reader } = metering();
    const counter = provider.getMeter('spec').createCounter('sold');
    for (const labels of [{ status: 200 }, { status: '200' }, { status: 200, user: '' }])
      counter.add(1, labels);
    for (const labels of [{ 'http.route': '/a' }, { http_route: '/a' }]) counter.add(10, labels);
    for (const labels of [{}, { user: undefined }, { user: '' }]) counter.add(100, labels);
    for (const labels of [
      { b: 'y', 'a.b': 'x' },
      { b: 'y', a_b: 'x' },
    ])
      counter.add(1000, labels);
    for (let scrape = 0; scrape < 2; scrape++) {
      expect(await samples(reader)).toEqual([
        'sold_total{status="200"} 3',
        'sold_total{http_route="/a"} 20',
        'sold_total 300',
        'sold_total{a_b="x",b="y"} 2000',
      ]);
    }
  });

  it('keeps the sum of a counter whatever its labels are', async () => {
    const values = fc.constantFrom<AttributeValue[]>('', '1', 'true', '["1"]', 1, true, ['1']);
    const labels = fc.dictionary(fc.constantFrom('a.b', 'a_b', 'a-b', 'c', ''), values);
    await fc.assert(
      fc.asyncProperty(fc.array(labels, { minLength: 1 }), async (sets) => {
        const { provider, reader } = metering();
        const counter = provider.getMeter('spec').createCounter('sold');
        for (const set of sets) counter.add(1, set);
        const series = new Map((await samples(reader)).map((line) => line.split(' ') as [string, string]));
        expect([...series.values()].reduce((sum, value) => sum + Number(value), 0)).toBe(sets.length);
      }),
    );
  });

  it('takes the last value of gauges, and the sum of what goes up and down', async () => {
    const { provider, reader } = metering();
    const meter = provider.getMeter('spec');
    meter.createGauge('load').record(5, { cpu: 1 });
    meter.createGauge('load').record(3, { cpu: '1' });
    meter.createUpDownCounter('open').add(5, { shop: 1 });
    meter.createUpDownCounter('open').add(-3, { shop: '1' });
    expect(await samples(reader)).toEqual(['load{cpu="1"} 3', 'open{shop="1"} 2']);
  });

  it('adds up histograms at the bounds that they share', async () => {
    const { provider, reader } = metering();
    const record = (scope: string, bounds: number[], values: readonly number[]): void => {
      const histogram = provider
        .getMeter(scope)
        .createHistogram('wait', { advice: { explicitBucketBoundaries: bounds } });
      for (const value of values) histogram.record(value);
    };
    record('one', [1, 5, 10], [1, 4, 7, 99]);
    record('two', [1, 2, 10, 20], [0, 2, 10, 15, 99]);
    expect(await samples(reader)).toEqual([
      'wait_count 9',
      'wait_sum 237',
      'wait_bucket{le="1"} 2',
      'wait_bucket{le="10"} 6',
      'wait_bucket{le="+Inf"} 9',
    ]);
  });

  it('leaves out a metric whose name another kind of metric has, and says so once', async () => {
    const lines: string[] = [];
    const say = (message: string): void => void lines.push(message);
    diag.setLogger({ verbose: say, debug: say, info: say, warn: say, error: say }, DiagLogLevel.WARN);
    const { provider, reader } = metering();
    provider.getMeter('one').createGauge('load').record(1);
    provider.getMeter('two').createHistogram('load').record(1);
    provider.getMeter('three').createUpDownCounter('load').add(5);
    for (let scrape = 0; scrape < 2; scrape++) expect(await samples(reader)).toEqual(['load 1']);
    expect(lines).toEqual([expect.stringMatching(/^Prometheus does not get load: .* Rename one\.$/)]);
  });

  it.each(['target.info', 'wait.count', 'wait.sum', 'wait_bucket'])(
    'leaves out the gauge %s, which would be taken for the sample of another metric',
    async (name) => {
      const lines: string[] = [];
      const say = (message: string): void => void lines.push(message);
      diag.setLogger({ verbose: say, debug: say, info: say, warn: say, error: say }, DiagLogLevel.WARN);
      const { provider, reader } = metering();
      const meter = provider.getMeter('spec');
      meter.createHistogram('wait', { advice: { explicitBucketBoundaries: [] } }).record(3);
      meter.createGauge(name).record(99);
      expect(await samples(reader)).toEqual(['wait_count 1', 'wait_sum 3', 'wait_bucket{le="+Inf"} 1']);
      expect(await reader.text()).not.toContain('99');
      expect(lines).toEqual([expect.stringContaining(`Prometheus does not get ${name}: `)]);
    },
  );

  it('leaves out a histogram whose samples would be taken for another metric', async () => {
    const { provider, reader } = metering();
    const meter = provider.getMeter('spec');
    meter.createGauge('wait.count').record(99);
    meter.createHistogram('wait').record(3);
    expect(await samples(reader)).toEqual(['wait_count 99']);
  });

  it.each([
    ['1st', '_1st'],
    ['a..b', 'a_b'],
    ['a\nb', 'a_b'],
  ])('makes one metric of %j and %s', async (one, other) => {
    const { provider, reader } = metering();
    const meter = provider.getMeter('spec');
    meter.createCounter(one).add(1);
    meter.createCounter(other).add(2);
    expect(await samples(reader)).toEqual([`${other}_total 3`]);
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

  it('copes with values that are none', async () => {
    const labels = { a: Symbol('x'), b: null, c: 'z' } as unknown as Attributes;
    expect(await labelsOf(labels)).toBe('sold_total{b="null",c="z"} 1');
  });

  it('waits for what the resource still has to find out, and takes its labels as they come', async () => {
    const { provider, reader } = metering(
      resourceFromAttributes({ '1.host': Promise.resolve('box'), 'a.b': 1, a_b: 2 }),
    );
    provider.getMeter('spec').createCounter('sold').add(1);
    expect(await reader.text()).toContain('target_info{_1_host="box",a_b="1;2"} 1');
  });
});
