import { context, SpanStatusCode, trace } from '@opentelemetry/api';

const boundaries = [10, 50, 100, 250, 500, 1000, 2500, 5000, 10000];

/** What one execution of a primitive emits, as far as somebody has to write it: see {@link handWritten}. */
const ofOnePrimitive = [{ attributes: 5, step: undefined, events: 0, points: 2 }];

/**
 * What somebody writes who emits by hand as many spans, attributes, events and points as primitives do: for each
 * execution a span that is current, around it the span of the step where there is one, counters and a histogram, and
 * two levels that are read at collection.
 *
 * @param {{ tracer: import('@opentelemetry/api').Tracer, meter: import('@opentelemetry/api').Meter }} sdk
 * @param {readonly { attributes: number, step: number | undefined, events: number, points: number }[]} executions
 * The outermost first; `attributes` of the execution's span, `step` those of the step's.
 * @returns {(step: (input: unknown) => unknown) => (input: unknown) => Promise<unknown>}
 */
export function handWritten({ tracer, meter }, executions = ofOnePrimitive) {
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
  const observe = ({ attributes, step, events, points }, inner) => {
    const atStart = someAttributes(attributes - 2);
    const ofStep = step === undefined ? undefined : someAttributes(step - 2);
    return (input) => {
      const startedAt = performance.now();
      const around = context.active();
      const stepSpan = ofStep && tracer.startSpan('hand.step', { attributes: ofStep }, around);
      const parent = stepSpan ? trace.setSpan(around, stepSpan) : around;
      return tracer.startActiveSpan('hand.execution', { attributes: atStart }, parent, async (span) => {
        levels.inFlight++;
        levels.active++;
        let status = 'success';
        try {
          return await inner(input);
        } catch (error) {
          status = 'error';
          span.recordException(error);
          span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
          throw error;
        } finally {
          const ms = performance.now() - startedAt;
          for (let event = 0; event < events; event++) span.addEvent('hand.event', { reason: status });
          for (const one of stepSpan ? [span, stepSpan] : [span]) {
            one.setAttribute('execution.status', status);
            one.setAttribute('execution.duration_ms', ms);
            one.end();
          }
          const labels = { 'primitive.name': 'bare', 'primitive.type': 'lambda', 'execution.status': status };
          for (let point = 1; point < points; point++) count.add(1, labels);
          duration.record(ms, labels);
          levels.inFlight--;
          levels.active--;
        }
      });
    };
  };
  return (step) => executions.reduceRight((inner, execution) => observe(execution, inner), step);
}

function someAttributes(many) {
  const names = ['primitive.name', 'primitive.type', 'primitive.action', 'step.index', 'step.name'];
  return Object.fromEntries(
    Array.from({ length: Math.max(0, many) }, (_, index) => [names[index] ?? `attribute.${index}`, 'bare']),
  );
}
