import { metrics } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { AlwaysOffSampler, BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { Instrumentation, setDefaultInstrumentation } from '@tta/obs-instrumentation';

class IdleReader extends MetricReader {
  onForceFlush() {
    return Promise.resolve();
  }
  onShutdown() {
    return Promise.resolve();
  }
}

/**
 * Registers the OpenTelemetry SDK and hands it to the primitives. Spans are batched and serialised by nobody:
 * every side ends at the same exporter, which throws them away.
 *
 * @param {{ sampledOut?: boolean, spanProcessors?: object[] }} options sampledOut: no trace is kept
 */
export function startRecordingSdk({ sampledOut = false, spanProcessors = [] } = {}) {
  let exported = 0;
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'bench' }),
    ...(sampledOut && { sampler: new AlwaysOffSampler() }),
    spanProcessors: [
      ...spanProcessors,
      new BatchSpanProcessor(
        {
          export: (spans, done) => {
            exported += spans.length;
            done({ code: 0 });
          },
          shutdown: () => Promise.resolve(),
        },
        { maxQueueSize: 100_000, maxExportBatchSize: 512, scheduledDelayMillis: 50 },
      ),
    ],
  });
  provider.register();
  const meterProvider = new MeterProvider({ readers: [new IdleReader()] });
  metrics.setGlobalMeterProvider(meterProvider);
  setDefaultInstrumentation(
    new Instrumentation({
      tracer: provider.getTracer('tta.primitives'),
      meter: meterProvider.getMeter('tta.primitives'),
    }),
  );
  return {
    tracer: provider.getTracer('bench'),
    meter: meterProvider.getMeter('bench'),
    flush: () => provider.forceFlush(),
    exported: () => exported,
  };
}
