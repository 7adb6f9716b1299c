import { readFileSync } from 'node:fs';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { JsonLogsSerializer, JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';

export const resource = resourceFromAttributes({ 'service.name': 'weather' });

/** A provider that keeps its spans, registered as the global one. */
export function recordingProvider({ processor } = {}) {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({
    resource,
    spanProcessors: [processor ? processor(exporter) : new SimpleSpanProcessor(exporter)],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  propagation.disable();
  return { provider, exporter };
}

/** Writes what was recorded, with the versions of the packages that told it, as one line of JSON for `record.mjs`. */
export function report(packages, spans, logs = []) {
  if (spans.length === 0) throw new Error('nothing was recorded');
  const recording = {
    sdks: Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
    traces: normalized(parsed(JsonTraceSerializer.serializeRequest(spans))),
    ...(logs.length > 0 && { logs: normalized(parsed(JsonLogsSerializer.serializeRequest(logs))) }),
  };
  process.stdout.write(JSON.stringify(recording));
}

const parsed = (bytes) => JSON.parse(new TextDecoder().decode(bytes));

/** The version that is installed here, of our own packages that of the workspace. */
function versionOf(name) {
  const folder = name.startsWith('@tta/obs') ? '../../node_modules' : 'node_modules';
  return JSON.parse(readFileSync(new URL(`${folder}/${name}/package.json`, import.meta.url), 'utf8')).version;
}

/** Ids and times, and what is made of them, are the same in every recording. */
function normalized(request) {
  settleTimes(request);
  const walk = (key, value) => {
    // Of a resource nothing but its service: the rest is this machine.
    if (key === 'resource') {
      const named = value.attributes.filter((one) => one.key === 'service.name');
      return { attributes: named, droppedAttributesCount: 0 };
    }
    if (key === 'attributes' && Array.isArray(value))
      return value.map((one) => walk('', settledAttribute(one)));
    if (Array.isArray(value)) return value.map((one) => walk('', one));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, walk(name, one)]));
    }
    if (/^(trace|span|parentSpan)Id$/.test(key) && value) return idOf(value);
    return typeof value === 'string' ? settled(value) : value;
  };
  return walk('', request);
}

/**
 * Spans begin a second after each other, in the order in which they did, and take half of one: how long they really took,
 * and which of two ended first, is another each time.
 */
function settleTimes(request) {
  const spans = (request.resourceSpans ?? []).flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap((one) => one.spans),
  );
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const depthOf = (span) => (span ? 1 + depthOf(byId.get(span.parentSpanId)) : 0);
  const begun = spans.map((span) => ({ span, at: BigInt(span.startTimeUnixNano), depth: depthOf(span) }));
  begun.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.depth - b.depth));
  for (const [index, { span }] of begun.entries()) {
    span.startTimeUnixNano = timeAt(index * 1000);
    span.endTimeUnixNano = timeAt(index * 1000 + 500);
    for (const [count, event] of (span.events ?? []).entries())
      event.timeUnixNano = timeAt(index * 1000 + count + 1);
  }
  const records = (request.resourceLogs ?? []).flatMap(({ scopeLogs }) =>
    scopeLogs.flatMap((one) => one.logRecords),
  );
  for (const [index, record] of records.entries()) {
    record.timeUnixNano = timeAt(index);
    record.observedTimeUnixNano = timeAt(index);
  }
}

function timeAt(ms) {
  return String(1_750_000_000_000_000_000n + BigInt(ms) * 1_000_000n);
}

/** Measured times and ports. */
function settledAttribute({ key, value }) {
  if (key === 'server.port') return { key, value: { intValue: 4000 } };
  if (value.doubleValue === undefined || key.startsWith('cost.')) return { key, value };
  return { key, value: { doubleValue: 0.25 } };
}

/** Ports, ids that are made anew, and dates. */
function settled(text) {
  return text
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:4000')
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, uuidOf)
    .replaceAll(/"(created|createdAt)":\d+/g, '"$1":1750000000')
    .replaceAll(/\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '2025-06-15T15:06:40.000Z');
}

const ids = new Map();
function idOf(id) {
  if (!ids.has(id)) ids.set(id, (ids.size + 1).toString(16).padStart(id.length, '0'));
  return ids.get(id);
}

const uuids = new Map();
function uuidOf(uuid) {
  if (!uuids.has(uuid))
    uuids.set(uuid, `00000000-0000-4000-8000-${String(uuids.size + 1).padStart(12, '0')}`);
  return uuids.get(uuid);
}
