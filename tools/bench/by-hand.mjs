import { SpanStatusCode } from '@opentelemetry/api';

const boundaries = [10, 50, 100, 250, 500, 1000, 2500, 5000, 10000];

/**
 * What somebody writes who emits the same as one primitive by hand: a span with five attributes, a counter, a
 * histogram, and two levels that are read at collection.
 *
 * @param {{ tracer: import('@opentelemetry/api').Tracer, meter: import('@opentelemetry/api').Meter }} sdk
 * @returns {(step: (input: unknown) => Promise<unknown>) => (input: unknown) => Promise<unknown>}
 */
export function handWritten({ tracer, meter }) {
  const count = meter.createCounter('hand.count');
  const duration = meter.createHistogram('hand.duration', {
    unit: 'ms',
    advice: { explicitBucketBoundaries: boundaries },
  });
  const levels = { inFlight: 0, active: 0 };
  for (const level of Object.keys(levels)) {
    meter
      .createObservableUpDownCounter(`hand.${level}`)
      .addCallback((result) => result.observe(levels[level]));
  }
  return (step) => (input) => {
    const startedAt = performance.now();
    const attributes = {
      'primitive.name': 'bare',
      'primitive.type': 'lambda',
      'primitive.action': 'execute',
    };
    return tracer.startActiveSpan('primitive.lambda.execute', { attributes }, async (span) => {
      levels.inFlight++;
      levels.active++;
      let status = 'success';
      try {
        return await step(input);
      } catch (error) {
        status = 'error';
        span.recordException(error);
        span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
        throw error;
      } finally {
        const ms = performance.now() - startedAt;
        span.setAttribute('execution.status', status);
        span.setAttribute('execution.duration_ms', ms);
        span.end();
        const labels = { 'primitive.name': 'bare', 'primitive.type': 'lambda', 'execution.status': status };
        count.add(1, labels);
        duration.record(ms, labels);
        levels.inFlight--;
        levels.active--;
      }
    });
  };
}
