import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationType, InstrumentType, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { prometheusFamilies } from './prometheus-families.ts';
import { prometheusText } from './prometheus-text.ts';

class TestReader extends MetricReader {
  protected override onForceFlush = (): Promise<void> => Promise.resolve();
  protected override onShutdown = (): Promise<void> => Promise.resolve();
}

function metering(reader = new TestReader()): { provider: MeterProvider; text: () => Promise<string> } {
  const resource = resourceFromAttributes({ 'service.name': 'shop', 'host.ip': ['::1'] });
  return {
    provider: new MeterProvider({ resource, readers: [reader] }),
    text: async () => {
      const { resourceMetrics } = await reader.collect();
      return prometheusText(prometheusFamilies(resourceMetrics, () => undefined));
    },
  };
}

describe('prometheusText', () => {
  it('writes what a scraper expects, to the letter', async () => {
    const { provider, text } = metering();
    const meter = provider.getMeter('spec');
    meter
      .createCounter('sold', { description: 'Of\nall \\ kinds', unit: '1' })
      .add(3, { shelf: '"\\\n', n: 7 });
    meter.createGauge('heat').record(Number.POSITIVE_INFINITY);
    meter.createGauge('cold').record(Number.NEGATIVE_INFINITY);
    meter.createGauge('odd').record(Number.NaN, { yes: true });
    const wait = meter.createHistogram('wait', { advice: { explicitBucketBoundaries: [1, 2.5] } });
    for (const ms of [1, 2, 3]) wait.record(ms, { shelf: 'top' });
    expect(await text()).toBe(
      [
        '# HELP target_info Target metadata',
        '# TYPE target_info gauge',
        String.raw`target_info{service_name="shop",host_ip="[\"::1\"]"} 1`,
        String.raw`# HELP sold_total Of\nall \\ kinds`,
        '# TYPE sold_total counter',
        String.raw`sold_total{shelf="\"\\\n",n="7"} 3`,
        '# TYPE heat gauge',
        'heat +Inf',
        '# TYPE cold gauge',
        'cold -Inf',
        '# TYPE odd gauge',
        'odd{yes="true"} NaN',
        '# TYPE wait histogram',
        'wait_bucket{shelf="top",le="1"} 1',
        'wait_bucket{shelf="top",le="2.5"} 2',
        'wait_bucket{shelf="top",le="+Inf"} 3',
        'wait_sum{shelf="top"} 6',
        'wait_count{shelf="top"} 3',
        '',
      ].join('\n'),
    );
  });

  it('says of what goes up and down no sum of a histogram, and nothing of exponential histograms', async () => {
    const { provider, text } = metering(
      new TestReader({
        aggregationSelector: (type) =>
          type === InstrumentType.HISTOGRAM
            ? { type: AggregationType.EXPONENTIAL_HISTOGRAM }
            : { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: [0] } },
      }),
    );
    const meter = provider.getMeter('spec');
    meter.createUpDownCounter('open').add(-1);
    meter.createHistogram('wait').record(1);
    const lines = (await text()).split('\n').filter((line) => /^(open|wait)/.test(line));
    expect(lines).toEqual(['open_bucket{le="0"} 1', 'open_bucket{le="+Inf"} 1', 'open_count 1']);
  });

  it('names and counts as the exporter of OpenTelemetry does', async () => {
    const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);
    const letters = (extra: string): fc.Arbitrary<string> =>
      fc
        .string({ unit: fc.constantFrom(...'abcxyzABC019', ...extra), maxLength: 12 })
        .map((rest) => `m${rest}`);
    const number = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });
    const instrument = fc.record({
      kind: fc.constantFrom('counter', 'upDown', 'gauge', 'histogram'),
      name: letters('._-/'),
      points: fc.array(fc.tuple(number, fc.dictionary(letters(''), fc.string({ unit: 'binary' })))),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(instrument, { selector: ({ name }) => name.toLowerCase().replaceAll(/\W|_/g, '') }),
        async (instruments) => {
          const reader = new TestReader();
          const { provider, text } = metering(reader);
          const meter = provider.getMeter('spec');
          for (const { kind, name, points } of instruments) {
            const counter = kind === 'counter' ? meter.createCounter(name) : meter.createUpDownCounter(name);
            const gauge =
              kind === 'gauge' ? meter.createGauge(`${name}_g`) : meter.createHistogram(`${name}_h`);
            for (const [value, labels] of points) {
              counter.add(value, labels);
              gauge.record(value, labels);
            }
          }
          const samples = (output: string): readonly string[] =>
            output
              .split('\n')
              .filter(
                (line) => line !== '' && !line.startsWith('# HELP') && line !== '# no registered metrics',
              );
          const theirs = serializer.serialize((await reader.collect()).resourceMetrics);
          expect(samples(await text()).toSorted()).toEqual(samples(theirs).toSorted());
        },
      ),
      { numRuns: 60 },
    );
  });
});
