import { type Context, context, type Histogram, type Meter } from '@opentelemetry/api';

import { genAiMetricNames } from '@tta/obs-context';
import { hearerOf } from '@tta/obs-instrumentation';

/** As `@ai-sdk/otel` calls its meter. */
const aiSdkMeter = 'gen_ai';

/**
 * A meter that leaves out what the AI SDK measures of calls in executions: those put the durations of their calls into the
 * same metric, also of calls that have no spans.
 */
export function meterBesideExecutions(meter: Meter, name: string): Meter {
  if (name !== aiSdkMeter) return meter;
  const createHistogram: Meter['createHistogram'] = (metric, options) => {
    const histogram = meter.createHistogram(metric, options);
    return metric === genAiMetricNames.inferenceDuration ? besideExecutions(histogram) : histogram;
  };
  return new Proxy(meter, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (key === 'createHistogram') return createHistogram;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function besideExecutions(histogram: Histogram): Histogram {
  return {
    record(value, attributes, active: Context = context.active()) {
      if (!hearerOf(active)) histogram.record(value, attributes, active);
    },
  };
}
