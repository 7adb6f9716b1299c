import { writeKeyValues } from './any-value.ts';
import type { JsonObject } from './json-fields.ts';
import type { TraceEvent, TraceLink, TraceResource, TraceScope, TraceSpan } from './trace-span.ts';

/** A line ends at whichever is reached first. */
const spansOfLine = 512;
const lengthOfLine = 2 ** 20;

/**
 * Writes OTLP in JSON, one `ExportTraceServiceRequest` of at most 512 spans a line, as the OpenTelemetry
 * Collector's file receiver reads it. Nothing is lost. No more than a line is held in memory; within it, spans
 * of one resource and scope come together.
 */
export async function* writeOtlpLines(spans: AsyncIterable<TraceSpan>): AsyncGenerator<string> {
  let line = new OtlpLine();
  for await (const span of spans) {
    line.add(span);
    if (line.count >= spansOfLine || line.length >= lengthOfLine) {
      yield line.text();
      line = new OtlpLine();
    }
  }
  if (line.count > 0) yield line.text();
}

/** Spans as JSON by scope, and scopes by resource, both told apart by what they say. */
class OtlpLine {
  count = 0;
  length = 0;
  readonly #resources = new Map<string, Map<string, string[]>>();
  readonly #keys = new Map<TraceResource, string>();

  add(span: TraceSpan): void {
    const resource = this.#key(span.resource, resourceHead);
    const scope = this.#key(span.scope, (value) => scopeHead(value as TraceScope));
    let scopes = this.#resources.get(resource);
    if (scopes === undefined) this.#resources.set(resource, (scopes = new Map<string, string[]>()));
    let texts = scopes.get(scope);
    if (texts === undefined) scopes.set(scope, (texts = []));
    const text = JSON.stringify(writeSpan(span));
    texts.push(text);
    this.count++;
    this.length += text.length;
  }

  text(): string {
    const resources = [...this.#resources].map(([resource, scopes]) => {
      const scopeSpans = [...scopes].map(([scope, spans]) => `${scope}"spans":[${spans.join(',')}]}`);
      return `${resource}"scopeSpans":[${scopeSpans.join(',')}]}`;
    });
    return `{"resourceSpans":[${resources.join(',')}]}\n`;
  }

  #key(value: TraceResource, head: (value: TraceResource) => JsonObject): string {
    let key = this.#keys.get(value);
    if (key === undefined) {
      key = `${JSON.stringify(head(value)).slice(0, -1)},`;
      this.#keys.set(value, key);
    }
    return key;
  }
}

function resourceHead({ attributes, droppedAttributesCount, schemaUrl }: TraceResource): JsonObject {
  return {
    ...(schemaUrl !== '' && { schemaUrl }),
    resource: { attributes: writeKeyValues(attributes), ...count({ droppedAttributesCount }) },
  };
}

function scopeHead({ name, version, attributes, droppedAttributesCount, schemaUrl }: TraceScope): JsonObject {
  return {
    ...(schemaUrl !== '' && { schemaUrl }),
    scope: {
      name,
      version,
      ...(Object.keys(attributes).length > 0 && { attributes: writeKeyValues(attributes) }),
      ...count({ droppedAttributesCount }),
    },
  };
}

function writeSpan(span: TraceSpan): JsonObject {
  const { droppedAttributesCount, droppedEventsCount, droppedLinksCount } = span;
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.traceState !== '' && { traceState: span.traceState }),
    ...(span.parentSpanId !== null && { parentSpanId: span.parentSpanId }),
    flags: span.flags,
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: span.startTimeUnixNano.toString(),
    endTimeUnixNano: span.endTimeUnixNano.toString(),
    attributes: writeKeyValues(span.attributes),
    ...(span.events.length > 0 && { events: span.events.map(writeEvent) }),
    ...(span.links.length > 0 && { links: span.links.map(writeLink) }),
    status: {
      ...(span.statusMessage !== '' && { message: span.statusMessage }),
      ...count({ code: span.statusCode }),
    },
    ...count({ droppedAttributesCount, droppedEventsCount, droppedLinksCount }),
  };
}

function writeEvent({ name, timeUnixNano, attributes, droppedAttributesCount }: TraceEvent): JsonObject {
  return {
    timeUnixNano: timeUnixNano.toString(),
    name,
    attributes: writeKeyValues(attributes),
    ...count({ droppedAttributesCount }),
  };
}

function writeLink({ attributes, traceState, flags, droppedAttributesCount, ...ids }: TraceLink): JsonObject {
  return {
    traceId: ids.traceId,
    spanId: ids.spanId,
    ...(traceState !== '' && { traceState }),
    flags,
    attributes: writeKeyValues(attributes),
    ...count({ droppedAttributesCount }),
  };
}

/** The numbers that are not 0. */
function count(numbers: Readonly<Record<string, number>>): JsonObject {
  return Object.fromEntries(Object.entries(numbers).filter(([, number]) => number !== 0));
}
