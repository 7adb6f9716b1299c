import { describe, expect, it } from '@jest/globals';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { encodeSpans } from './otlp-encoding.ts';

function spans(): ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop' }),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  provider
    .getTracer('spec')
    .startSpan('buy', { attributes: { count: 3 }, startTime: [1, 5] })
    .end([2, 7]);
  return exporter.getFinishedSpans();
}

describe('encodeSpans', () => {
  it('gives a JSON document for http/json', () => {
    const [span] = spans();
    const json = JSON.parse(
      Buffer.from(encodeSpans([span as ReadableSpan], 'http/json')).toString(),
    ) as unknown;
    expect(json).toMatchObject({
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
          scopeSpans: [
            {
              scope: { name: 'spec' },
              spans: [
                {
                  name: 'buy',
                  traceId: span?.spanContext().traceId,
                  startTimeUnixNano: '1000000005',
                  endTimeUnixNano: '2000000007',
                  attributes: [{ key: 'count', value: { intValue: 3 } }],
                },
              ],
            },
          ],
        },
      ],
    });
  });

  it.each(['http/protobuf', 'grpc'] as const)('gives a protobuf message for %s', (protocol) => {
    const all = spans();
    expect(encodeSpans(all, protocol)).toEqual(ProtobufTraceSerializer.serializeRequest(all));
    expect(Buffer.from(encodeSpans(all, protocol)).toString('utf8')).toContain('buy');
  });
});
