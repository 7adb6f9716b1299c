import type { AttributeJson, AttributesJson } from '@tta/obs-protocol';
import { sampleNowMs, sampleTraces, type SampleSpan } from '@tta/obs-protocol/query/samples';
import { decodeJsonLogs } from '../../otlp/decode-json-logs.ts';
import { decodeJsonTraces } from '../../otlp/decode-json-traces.ts';
import type { Storage } from '../storage.ts';

/**
 * Sends the sample traces of the query language, newest first, as OTLP with JSON, and pins those that are pinned.
 *
 * @param nowMs - When they are asked for: they are as old then as the samples are at `sampleNowMs`.
 */
export async function storeSampleTraces(
  { traces, logs }: Pick<Storage, 'traces' | 'logs'>,
  nowMs = sampleNowMs,
): Promise<void> {
  for (const { traceId, isPinned, spans } of sampleTraces) {
    const moved = spans.map((span) => ({ ...span, startMs: span.startMs + nowMs - sampleNowMs }));
    await traces.write(decodeJsonTraces(json({ resourceSpans: moved.map((span) => spanOf(traceId, span)) })));
    const resourceLogs = moved.filter((span) => span.logs.length > 0).map((span) => logsOf(traceId, span));
    if (resourceLogs.length > 0) await logs.write(decodeJsonLogs(json({ resourceLogs })).groups);
    if (isPinned) await traces.pin(traceId, true);
  }
}

function spanOf(traceId: string, span: SampleSpan) {
  const { spanId, parentSpanId, name, kind, startMs, durationMs, status, attributes } = span;
  return {
    resource: { attributes: keyValues(span.resource) },
    scopeSpans: [
      {
        scope: { name: span.scope },
        spans: [
          {
            traceId,
            spanId,
            ...(parentSpanId !== null && { parentSpanId }),
            name,
            kind,
            startTimeUnixNano: nanoseconds(startMs),
            endTimeUnixNano: nanoseconds(startMs + durationMs),
            attributes: keyValues({ ...attributes, 'execution.status': status }),
            status: { code: status === 'error' || status === 'timeout' ? 2 : 0 },
          },
        ],
      },
    ],
  };
}

function logsOf(traceId: string, { spanId, startMs, resource, scope, logs }: SampleSpan) {
  const logRecords = logs.map((body) => ({
    traceId,
    spanId,
    timeUnixNano: nanoseconds(startMs),
    severityNumber: 9,
    body: { stringValue: body },
  }));
  return {
    resource: { attributes: keyValues(resource) },
    scopeLogs: [{ scope: { name: scope }, logRecords }],
  };
}

const nanoseconds = (ms: number): string => String(BigInt(Math.round(ms * 1000)) * 1000n);
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

function keyValues(attributes: AttributesJson) {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: AttributeJson): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') {
    return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  }
  if (Array.isArray(value)) {
    return { arrayValue: { values: (value as readonly AttributeJson[]).map(anyValue) } };
  }
  return { kvlistValue: { values: keyValues(value as AttributesJson) } };
}
