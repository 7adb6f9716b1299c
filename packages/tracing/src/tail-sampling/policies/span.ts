import { SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import type { ConfigNode } from '../config-node.ts';
import { type Policy, someSpan } from '../policy.ts';

/** `status_code`: a span has one of these statuses. */
export interface StatusCodeSettings {
  readonly status_codes: readonly ('OK' | 'ERROR' | 'UNSET')[];
}

/** `trace_state`: the `tracestate` of a span has this key with one of these values. */
export interface TraceStateSettings {
  readonly key: string;
  readonly values: readonly string[];
}

export function readStatusCode(node: ConfigNode): StatusCodeSettings {
  return {
    status_codes: node
      .fields('status_codes')
      .node('status_codes')
      .list('status', (status) => status.oneOf('OK', 'ERROR', 'UNSET')),
  };
}

export function statusCodePolicy({ status_codes }: StatusCodeSettings): Policy {
  const codes = new Set(status_codes.map((name) => SpanStatusCode[name]));
  return someSpan((span) => codes.has(span.status.code));
}

export function readTraceState(node: ConfigNode): TraceStateSettings {
  const fields = node.fields('key', 'values');
  return {
    key: fields.node('key').string('give a key of tracestate'),
    values: fields.node('values').list('value', (value) => value.string()),
  };
}

export function traceStatePolicy({ key, values }: TraceStateSettings): Policy {
  return someSpan((span) => {
    const value = span.spanContext().traceState?.get(key);
    return value !== undefined && values.includes(value);
  });
}

/** `trace_flags`: the sampled flag of a span is set (W3C Trace Context Level 2 §3.2.2.5.1). It has no settings. */
export function traceFlagsPolicy(): Policy {
  return someSpan((span) => (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0);
}
