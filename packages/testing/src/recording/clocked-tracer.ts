import type { HrTime, Span, Tracer } from '@opentelemetry/api';
import type { Clock } from '@tta/obs-context';

/**
 * Has the spans of a tracer begin, end and get their events at the time of a clock, where they are not told another: the
 * SDK would take the machine's, which has nothing to do with that of a manual clock.
 *
 * @returns The same tracer.
 */
export function clockedTracer(tracer: Tracer, clock: Clock): Tracer {
  // Moved on by the clock that does not jump, which also counts more finely.
  const offsetMs = clock.now() - clock.monotonic();
  const now = (): HrTime => toHrTime(offsetMs + clock.monotonic());
  const startSpan = tracer.startSpan.bind(tracer);
  // Spans that are made active are started by this as well.
  tracer.startSpan = (name, options, parent) =>
    clockedSpan(startSpan(name, { ...options, startTime: options?.startTime ?? now() }, parent), now);
  return tracer;
}

function clockedSpan(span: Span, now: () => HrTime): Span {
  const end = span.end.bind(span);
  const addEvent = span.addEvent.bind(span);
  span.end = (time = now()) => end(time);
  // Exceptions are added by this as well.
  span.addEvent = (name, attributesOrTime, time) =>
    isTime(attributesOrTime)
      ? addEvent(name, attributesOrTime, time)
      : addEvent(name, attributesOrTime, time ?? now());
  return span;
}

/** OpenTelemetry's exact form of time: a number would be taken for a time since start when it is small. */
function toHrTime(epochMs: number): HrTime {
  const seconds = Math.floor(epochMs / 1000);
  return [seconds, Math.floor((epochMs - seconds * 1000) * 1e6)];
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' || value instanceof Date || Array.isArray(value);
}
