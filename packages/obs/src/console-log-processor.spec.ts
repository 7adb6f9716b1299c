import { PassThrough } from 'node:stream';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { startLogging } from '@tta/obs-logging';
import { createResource } from '@tta/obs-tracing';
import { consoleLogProcessor } from './console-log-processor.ts';

const resource = createResource({ serviceName: 'shop', instanceId: 'i' }, { attributes: {} });

describe('consoleLogProcessor', () => {
  it('writes each record as a line of JSON, with the ids of its span', async () => {
    const stream = new PassThrough();
    const logging = startLogging({ resource, processors: [consoleLogProcessor(stream)] });
    const spanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
    const logger = logging.getLogger('spec');
    logger.emit({
      timestamp: [1_700_000_000, 5_000_000],
      severityText: 'warn',
      body: 'two\nlines',
      attributes: { shelf: 'top' },
      context: trace.setSpanContext(ROOT_CONTEXT, spanContext),
    });
    logger.emit({ body: 'bare' });
    await logging.shutdown();
    const lines = String(stream.read()).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      {
        timestamp: '2023-11-14T22:13:20.005Z',
        severity: 'warn',
        body: 'two\nlines',
        traceId: spanContext.traceId,
        spanId: spanContext.spanId,
        attributes: { shelf: 'top' },
      },
      { timestamp: expect.any(String), body: 'bare', attributes: {} },
    ]);
  });
});
