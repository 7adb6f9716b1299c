import type { HrTime } from '@opentelemetry/api';
import type { ConfigNode } from '../config-node.ts';
import type { Policy, TraceView } from '../policy.ts';

/** `latency`: how long the trace takes, from its earliest start to its latest end. */
export interface LatencySettings {
  /** In milliseconds. Reached or passed; with an upper threshold, passed. @defaultValue 0 */
  readonly threshold_ms?: number;
  /** In milliseconds; reached at most. @defaultValue 0, which is none */
  readonly upper_threshold_ms?: number;
}

/** `span_count`: how many spans the trace has, both bounds included. */
export interface SpanCountSettings {
  /** @defaultValue 0 */
  readonly min_spans?: number;
  /** @defaultValue 0, which is none */
  readonly max_spans?: number;
}

const readWhole = (node: ConfigNode): number => node.integer();

export function readLatency(node: ConfigNode): LatencySettings {
  const fields = node.fields('threshold_ms', 'upper_threshold_ms');
  return {
    ...fields.optional('threshold_ms', readWhole),
    ...fields.optional('upper_threshold_ms', readWhole),
  };
}

export function latencyPolicy(settings: LatencySettings): Policy {
  const { threshold_ms: lower = 0, upper_threshold_ms: upper = 0 } = settings;
  return {
    matches(trace) {
      const wholeMs = Math.floor(durationMs(trace));
      return upper === 0 ? wholeMs >= lower : wholeMs > lower && wholeMs <= upper;
    },
    isLasting: upper === 0,
    isStateful: false,
  };
}

/** Known so far: of a trace that is open this is at least the time since its first span was started. */
function durationMs({ spans, open }: TraceView): number {
  let start = open?.from;
  let end = open?.until;
  for (const span of spans) {
    if (start === undefined || isBefore(span.startTime, start)) start = span.startTime;
    if (end === undefined || isBefore(end, span.endTime)) end = span.endTime;
  }
  return start === undefined || end === undefined ? 0 : (end[0] - start[0]) * 1e3 + (end[1] - start[1]) / 1e6;
}

function isBefore(time: HrTime, other: HrTime): boolean {
  return time[0] < other[0] || (time[0] === other[0] && time[1] < other[1]);
}

export function readSpanCount(node: ConfigNode): SpanCountSettings {
  const fields = node.fields('min_spans', 'max_spans');
  return { ...fields.optional('min_spans', readWhole), ...fields.optional('max_spans', readWhole) };
}

export function spanCountPolicy(settings: SpanCountSettings): Policy {
  const { min_spans: min = 0, max_spans: max = 0 } = settings;
  return {
    matches: ({ spans }) => spans.length >= min && (max === 0 || spans.length <= max),
    isLasting: max === 0,
    isStateful: false,
  };
}
