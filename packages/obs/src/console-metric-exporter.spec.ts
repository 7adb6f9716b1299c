import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { startMetrics } from '@tta/obs-metrics';
import { createResource } from '@tta/obs-tracing';
import { consoleMetricExporter } from './console-metric-exporter.ts';

const resource = createResource({ serviceName: 'shop', instanceId: 'i' }, { attributes: {} });

describe('consoleMetricExporter', () => {
  it('writes each metric as a line of JSON, as often as metrics are sent', async () => {
    const stream = new PassThrough();
    const metrics = startMetrics({ resource, exporters: [{ exporter: consoleMetricExporter(stream) }] });
    const meter = metrics.getMeter('spec');
    const counter = meter.createCounter('books', { unit: '{book}' });
    counter.add(3, { shelf: 'top' });
    meter.createHistogram('pages').record(7);
    await metrics.flush();
    counter.add(1, { shelf: 'top' });
    await metrics.shutdown();
    const lines = String(stream.read()).trim().split('\n');
    const point = {
      attributes: { shelf: 'top' },
      start: expect.any(String),
      end: expect.stringMatching(/T.*Z$/),
    };
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { scope: 'spec', name: 'books', unit: '{book}', points: [{ ...point, value: 3 }] },
      { scope: 'spec', name: 'pages', points: [{ attributes: {}, value: { count: 1, sum: 7 } }] },
      { name: 'books', points: [{ value: 4 }] },
      { name: 'pages' },
    ]);
  });
});
