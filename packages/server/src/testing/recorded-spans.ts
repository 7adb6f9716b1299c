import { readdirSync, readFileSync } from 'node:fs';
import type { MessageLog } from '../conventions/message-events.ts';
import type { SourceSpan } from '../conventions/source-span.ts';
import { decodeJsonLogs } from '../otlp/decode-json-logs.ts';
import { decodeJsonTraces } from '../otlp/decode-json-traces.ts';
import { decodedSpans } from './decoded-spans.ts';

/** A span that an SDK sent, as the service reads it. */
export interface RecordedSpan extends SourceSpan {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly logs: readonly MessageLog[];
}

interface Recording {
  readonly sdks: Readonly<Record<string, string>>;
  readonly traces: unknown;
  readonly logs?: unknown;
}

const folder = new URL('../conventions/fixtures/', import.meta.url);

/** Names of all recordings that `tools/convention-fixtures` made. */
export const recordingNames: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length));

/** The spans of a recording in the order of their beginnings, read by the decoders of the service. */
export function recordedSpans(name: string): readonly RecordedSpan[] {
  const { traces, logs } = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Recording;
  const records = logs === undefined ? [] : decodeJsonLogs(bytes(logs)).groups.flatMap(({ items }) => items);
  return decodedSpans(decodeJsonTraces(bytes(traces)))
    .map((span) => ({
      ...span,
      startTimeUnixNano: String(span.startTimeUnixNano),
      events: span.events as SourceSpan['events'],
      logs: records.filter(({ spanId }) => spanId === span.spanId),
    }))
    .sort((a, b) => a.startTimeUnixNano.localeCompare(b.startTimeUnixNano));
}

/** The requests of a recording with one span each, in the order of their ends: that in which exporters send them. */
export function recordedRequests(name: string): readonly Uint8Array[] {
  const { traces } = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as {
    readonly traces: { readonly resourceSpans: readonly ResourceSpans[] };
  };
  const requests = traces.resourceSpans.flatMap(({ scopeSpans, ...resource }) =>
    scopeSpans.flatMap(({ spans, ...scope }) =>
      spans.map((span) => ({
        endTime: span.endTimeUnixNano,
        request: { resourceSpans: [{ ...resource, scopeSpans: [{ ...scope, spans: [span] }] }] },
      })),
    ),
  );
  return requests
    .toSorted((one, other) => one.endTime.localeCompare(other.endTime))
    .map(({ request }) => bytes(request));
}

interface ResourceSpans {
  readonly scopeSpans: readonly { readonly spans: readonly { readonly endTimeUnixNano: string }[] }[];
}

function bytes(request: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(request));
}
