import {
  asList,
  asObject,
  enumeration,
  id,
  optionalObject,
  text,
  unsigned32,
  unsigned64,
  type JsonObject,
} from './json-fields.ts';
import { readKeyValues } from './any-value.ts';
import { parseJson } from './parse-json.ts';
import { defaultLimitLength, type TraceReaderOptions, type TraceSource } from './text-chunks.ts';
import { textLines } from './text-lines.ts';
import { FieldError, invalid, type TraceRecord } from './trace-problem.ts';
import type { TraceEvent, TraceLink, TraceResource, TraceScope, TraceSpan } from './trace-span.ts';

const kinds = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
  (name) => `SPAN_KIND_${name}`,
);
const statusCodes = ['UNSET', 'OK', 'ERROR'].map((name) => `STATUS_CODE_${name}`);

/** Other signals that the file exporter writes in the same way. */
const otherSignals: Readonly<Record<string, string>> = {
  resourceLogs: 'logs',
  resourceMetrics: 'metrics',
  resourceProfiles: 'profiles',
};

/**
 * Reads OTLP in JSON, one `ExportTraceServiceRequest` a line, as the OpenTelemetry Collector's file exporter writes
 * it (OTLP File Exporter specification). Ids are hex in either case, 64-bit integers text or numbers, enums
 * integers or names; fields that OTLP does not know are left out. Lines of logs, metrics and profiles are
 * counted and named in one problem at the end. No more than a line is held in memory.
 */
export async function* readOtlpLines(
  source: TraceSource,
  { limitLength = defaultLimitLength }: TraceReaderOptions = {},
): AsyncGenerator<TraceRecord> {
  const skipped = new Map<string, number>();
  for await (const { number, text: json } of textLines(source, limitLength)) {
    const where = `line ${number}`;
    if (json === null) {
      yield invalid(where, new FieldError(`it is longer than ${limitLength} characters; raise limitLength`));
      continue;
    }
    const records: TraceRecord[] = [];
    attempt(records, where, () => {
      const request = asObject(parseJson(json), 'it');
      const signal = Object.keys(otherSignals).find((key) => Object.hasOwn(request, key));
      if (signal !== undefined) skipped.set(signal, (skipped.get(signal) ?? 0) + 1);
      if (signal === undefined || Object.hasOwn(request, 'resourceSpans'))
        readRequest(request, where, records);
    });
    yield* records;
  }
  if (skipped.size > 0) {
    const counts = [...skipped].map(([signal, lines]) => `${lines} of ${otherSignals[signal]}`).join(', ');
    yield { problem: 'skipped', message: `lines that hold no traces were skipped: ${counts}` };
  }
}

function readRequest(request: JsonObject, where: string, records: TraceRecord[]): void {
  if (!Object.hasOwn(request, 'resourceSpans') && Object.keys(request).length > 0) {
    throw new FieldError('it has no resourceSpans, so it is no OTLP request of traces');
  }
  each(request, 'resourceSpans', `${where}: `, records, (owner, ownerPath) => {
    const resource = readResource(owner);
    each(owner, 'scopeSpans', `${ownerPath}.`, records, (scopeOwner, scopePath) => {
      const scope = readScope(scopeOwner);
      each(scopeOwner, 'spans', `${scopePath}.`, records, (span) => {
        records.push(readOtlpSpan(span, resource, scope));
      });
    });
  });
}

/** What is wrong with an entry of the list costs this entry. */
function each(
  owner: JsonObject,
  key: string,
  prefix: string,
  records: TraceRecord[],
  visit: (item: JsonObject, path: string) => void,
): void {
  for (const [index, item] of asList(owner[key], key).entries()) {
    const path = `${prefix}${key}[${index}]`;
    attempt(records, path, () => visit(asObject(item, 'it'), path));
  }
}

function attempt(records: TraceRecord[], where: string, read: () => void): void {
  try {
    read();
  } catch (error) {
    records.push(invalid(where, error));
  }
}

function readResource(owner: JsonObject): TraceResource {
  const resource = optionalObject(owner['resource'], 'resource');
  return {
    attributes: readKeyValues(resource['attributes'], 'a resource attribute'),
    droppedAttributesCount: unsigned32(resource['droppedAttributesCount'], 'droppedAttributesCount'),
    schemaUrl: text(owner['schemaUrl'], 'schemaUrl'),
  };
}

function readScope(owner: JsonObject): TraceScope {
  const scope = optionalObject(owner['scope'], 'scope');
  return {
    name: text(scope['name'], 'scope.name'),
    version: text(scope['version'], 'scope.version'),
    attributes: readKeyValues(scope['attributes'], 'a scope attribute'),
    droppedAttributesCount: unsigned32(scope['droppedAttributesCount'], 'droppedAttributesCount'),
    schemaUrl: text(owner['schemaUrl'], 'schemaUrl'),
  };
}

function readOtlpSpan(span: JsonObject, resource: TraceResource, scope: TraceScope): TraceSpan {
  const status = optionalObject(span['status'], 'status');
  const parentSpanId = text(span['parentSpanId'], 'parentSpanId');
  return {
    traceId: id(span['traceId'], 32, 'traceId'),
    spanId: id(span['spanId'], 16, 'spanId'),
    parentSpanId: /^0*$/.test(parentSpanId) ? null : id(parentSpanId, 16, 'parentSpanId'),
    name: text(span['name'], 'name'),
    kind: enumeration(span['kind'], kinds, 'kind'),
    startTimeUnixNano: unsigned64(span['startTimeUnixNano'], 'startTimeUnixNano'),
    endTimeUnixNano: unsigned64(span['endTimeUnixNano'], 'endTimeUnixNano'),
    statusCode: enumeration(status['code'], statusCodes, 'status.code'),
    statusMessage: text(status['message'], 'status.message'),
    traceState: text(span['traceState'], 'traceState'),
    flags: unsigned32(span['flags'], 'flags'),
    attributes: readKeyValues(span['attributes'], 'attributes'),
    events: asList(span['events'], 'events').map(readEvent),
    links: asList(span['links'], 'links').map(readLink),
    droppedAttributesCount: unsigned32(span['droppedAttributesCount'], 'droppedAttributesCount'),
    droppedEventsCount: unsigned32(span['droppedEventsCount'], 'droppedEventsCount'),
    droppedLinksCount: unsigned32(span['droppedLinksCount'], 'droppedLinksCount'),
    resource,
    scope,
  };
}

function readEvent(item: unknown): TraceEvent {
  const event = asObject(item, 'an event');
  return {
    name: text(event['name'], 'event name'),
    timeUnixNano: unsigned64(event['timeUnixNano'], 'event timeUnixNano'),
    attributes: readKeyValues(event['attributes'], 'an event attribute'),
    droppedAttributesCount: unsigned32(event['droppedAttributesCount'], 'event droppedAttributesCount'),
  };
}

function readLink(item: unknown): TraceLink {
  const link = asObject(item, 'a link');
  return {
    traceId: id(link['traceId'], 32, 'link traceId'),
    spanId: id(link['spanId'], 16, 'link spanId'),
    traceState: text(link['traceState'], 'link traceState'),
    flags: unsigned32(link['flags'], 'link flags'),
    attributes: readKeyValues(link['attributes'], 'a link attribute'),
    droppedAttributesCount: unsigned32(link['droppedAttributesCount'], 'link droppedAttributesCount'),
  };
}
