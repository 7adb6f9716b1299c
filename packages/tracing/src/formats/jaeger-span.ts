import { base64, writeDouble } from './any-value.ts';
import { attributeText, fromPlainNumber } from './attribute-text.ts';
import { setEntry, type Attributes, type AttributesDraft, type AttributeValue } from './attribute-value.ts';
import {
  asList,
  asObject,
  double,
  isObject,
  isSet,
  member,
  microseconds,
  shortId,
  signed64,
  text,
  upTo64,
  type JsonObject,
} from './json-fields.ts';
import { remainderKey } from './span-remainder.ts';
import { attribute, fieldTags, takeCount, takeFieldTags, takeOneOf, takeText } from './span-tags.ts';
import {
  noResource,
  type TraceEvent,
  type TraceLink,
  type TraceResource,
  type TraceSpan,
} from './trace-span.ts';

/* Spans in the JSON of Jaeger's HTTP API and back, without what only a remainder can say. */

/** A typed value (Jaeger `KeyValue`). */
export interface JaegerTag {
  readonly key: string;
  readonly type: 'string' | 'bool' | 'int64' | 'float64' | 'binary';
  readonly value: string | boolean | number;
}

export interface JaegerReference {
  readonly refType: 'CHILD_OF' | 'FOLLOWS_FROM';
  readonly traceID: string;
  readonly spanID: string;
}

export interface JaegerSpan {
  readonly traceID: string;
  readonly spanID: string;
  readonly flags: number;
  readonly operationName: string;
  readonly references: readonly JaegerReference[];
  /** Microseconds since 1970. */
  readonly startTime: number;
  /** Microseconds. */
  readonly duration: number;
  readonly tags: readonly JaegerTag[];
  readonly logs: readonly { readonly timestamp: number; readonly fields: readonly JaegerTag[] }[];
  readonly processID: string;
  readonly warnings: null;
}

export interface JaegerProcess {
  readonly serviceName: string;
  readonly tags: readonly JaegerTag[];
}

const kindKey = 'span.kind';
/** OTLP's kinds from 1; the specification writes no tag for the first. */
const kinds = ['internal', 'server', 'client', 'producer', 'consumer'];
const descriptionKey = 'otel.status_description';
const errorKey = 'error';
const eventKey = 'event';
const droppedEventAttributesKey = 'otel.event.dropped_attributes_count';

/**
 * @param references - Of its parent and links, those that are to be written.
 */
export function toJaegerSpan(
  span: TraceSpan,
  processID: string,
  references: readonly JaegerReference[],
): JaegerSpan {
  const fields = fieldTags(span);
  if (span.kind > 1) fields.push([kindKey, kinds[span.kind - 1] ?? '']);
  if (span.statusMessage !== '') fields.push([descriptionKey, span.statusMessage]);
  if (span.statusCode === 2) fields.push([errorKey, true]);
  // A key once: Jaeger UI warns of tags that are there twice.
  const said = new Set(fields.map(([key]) => key));
  const tags = [
    ...jaegerTags(span.attributes).filter(({ key }) => !said.has(key)),
    ...fields.map(([key, value]) => jaegerTag(key, value)),
  ];
  // Jaeger UI leaves out a span that starts at 0.
  const startTime = Math.max(1, microsecondsOf(span.startTimeUnixNano));
  return {
    traceID: span.traceId,
    spanID: span.spanId,
    // The others mean other things in Jaeger: its 2 is "debug".
    flags: span.flags & 1,
    operationName: span.name,
    references,
    startTime,
    duration: Math.max(0, microsecondsOf(span.endTimeUnixNano) - startTime),
    tags,
    logs: span.events.map(toJaegerLog),
    processID,
    warnings: null,
  };
}

/** Jaeger makes CHILD_OF of a parent and FOLLOWS_FROM of a link; the parent comes first. */
export function jaegerReferences({ traceId, parentSpanId, links }: TraceSpan): JaegerReference[] {
  const references = links.map((link): JaegerReference => ({
    refType: 'FOLLOWS_FROM',
    traceID: link.traceId,
    spanID: link.spanId,
  }));
  if (parentSpanId === null) return references;
  return [{ refType: 'CHILD_OF', traceID: traceId, spanID: parentSpanId }, ...references];
}

/** @throws FieldError */
export function fromJaegerSpan(span: JsonObject, resource: TraceResource): TraceSpan {
  const traceId = shortId(span['traceID'], 32, 'traceID');
  const attributes: AttributesDraft = readJaegerTags(span['tags'], 'tags');
  const kind = takeOneOf(attributes, kindKey, kinds);
  const { statusCode, ...fields } = takeFieldTags(attributes);
  const isError = takesError(attributes);
  const startTimeUnixNano = microseconds(span['startTime'], 'startTime');
  const duration = isSet(span['duration']) ? microseconds(span['duration'], 'duration') : 0n;
  const { flags } = span;
  return {
    traceId,
    spanId: shortId(span['spanID'], 16, 'spanID'),
    ...readReferences(span, traceId),
    name: text(span['operationName'], 'operationName'),
    kind: kind === null ? 1 : kind + 1,
    startTimeUnixNano,
    endTimeUnixNano: upTo64(startTimeUnixNano + duration),
    statusCode: statusCode ?? (isError ? 2 : 0),
    statusMessage: takeText(attributes, descriptionKey) ?? '',
    flags: typeof flags === 'number' ? flags & 1 : 0,
    attributes,
    events: asList(span['logs'], 'logs').map(fromJaegerLog),
    resource,
    ...fields,
  };
}

export function toJaegerProcess(resource: TraceResource, serviceName: string): JaegerProcess {
  const tags = jaegerTags(resource.attributes).filter(({ key }) => key !== 'service.name');
  return { serviceName, tags };
}

/** @throws FieldError */
export function fromJaegerProcess(process: unknown): TraceResource {
  if (!isSet(process)) return noResource;
  const { serviceName, tags } = asObject(process, 'a process');
  const attributes: AttributesDraft = {};
  const name = text(serviceName, 'serviceName');
  if (name !== '') attributes['service.name'] = name;
  for (const [key, value] of Object.entries(readJaegerTags(tags, 'the tags of a process'))) {
    setEntry(attributes, key, value);
  }
  return { ...noResource, attributes };
}

export function jaegerTag(key: string, value: AttributeValue): JaegerTag {
  const { type, text: valueText } = attributeText(value);
  if (typeof value === 'boolean') return { key, type: 'bool', value };
  if (typeof value === 'number') return { key, type: 'float64', value: writeDouble(value) };
  if (typeof value === 'bigint') {
    // As Jaeger itself writes them, which knows what JavaScript can hold.
    const number = Number(value);
    return { key, type: 'int64', value: Number.isSafeInteger(number) ? number : valueText };
  }
  if (type === 'bytes') return { key, type: 'binary', value: base64(value as Uint8Array) };
  return { key, type: 'string', value: valueText };
}

function jaegerTags(attributes: Attributes): JaegerTag[] {
  return Object.entries(attributes).map(([key, value]) => jaegerTag(key, value));
}

/** The text of the tag that holds a remainder, the last one of a list. */
export function jaegerRemainder(tags: unknown): string | null {
  const entries = asList(tags, 'tags');
  for (let index = entries.length - 1; index >= 0; index--) {
    const tag = entries[index];
    if (isObject(tag) && tag['key'] === remainderKey) return text(tag['value'], remainderKey);
  }
  return null;
}

function readJaegerTags(list: unknown, what: string): AttributesDraft {
  const attributes: AttributesDraft = {};
  for (const item of asList(list, what)) {
    const tag = asObject(item, `an entry of ${what}`);
    const key = text(tag['key'], `a key of ${what}`);
    if (key !== remainderKey) setEntry(attributes, key, readTagValue(tag, key));
  }
  return attributes;
}

/** Without a type, the value says what it is. */
function readTagValue(tag: JsonObject, key: string): AttributeValue {
  const value = member(tag, 'value');
  switch (tag['type']) {
    case 'int64':
      return signed64(value, `the tag "${key}"`);
    case 'float64':
      return double(value, `the tag "${key}"`);
    case 'binary':
      return Uint8Array.from(Buffer.from(text(value, `the tag "${key}"`), 'base64'));
    case 'bool':
      // From stores that keep tags as text.
      if (value === 'true' || value === 'false') return value === 'true';
  }
  if (typeof value === 'number') return fromPlainNumber(value);
  return typeof value === 'boolean' ? value : text(value, `the tag "${key}"`);
}

function toJaegerLog({ name, timeUnixNano, attributes, droppedAttributesCount: dropped }: TraceEvent) {
  const fields = jaegerTags(attributes).filter(
    ({ key }) => dropped === 0 || key !== droppedEventAttributesKey,
  );
  // The attribute wins, says the specification.
  if (!Object.hasOwn(attributes, eventKey)) fields.unshift(jaegerTag(eventKey, name));
  if (dropped > 0) fields.push(jaegerTag(droppedEventAttributesKey, BigInt(dropped)));
  return { timestamp: microsecondsOf(timeUnixNano), fields };
}

function fromJaegerLog(item: unknown): TraceEvent {
  const log = asObject(item, 'a log');
  const attributes = readJaegerTags(log['fields'], 'the fields of a log');
  return {
    name: takeText(attributes, eventKey) ?? '',
    timeUnixNano: microseconds(log['timestamp'], 'the timestamp of a log'),
    droppedAttributesCount: takeCount(attributes, droppedEventAttributesKey),
    attributes,
  };
}

/**
 * The parent is the first CHILD_OF within the trace, else the first FOLLOWS_FROM within it, as Jaeger has it;
 * all others are links.
 */
function readReferences(span: JsonObject, traceId: string) {
  const references = asList(span['references'], 'references').map((item) => {
    const reference = asObject(item, 'a reference');
    const { traceID } = reference;
    return {
      traceId: isSet(traceID) ? shortId(traceID, 32, 'traceID of a reference') : traceId,
      spanId: shortId(reference['spanID'], 16, 'spanID of a reference'),
      isParent: reference['refType'] === 'CHILD_OF',
    };
  });
  const within = references.filter((reference) => reference.traceId === traceId);
  const parent = within.find(({ isParent }) => isParent) ?? within[0];
  const links = references
    .filter((reference) => reference !== parent)
    .map((reference): TraceLink => ({
      traceId: reference.traceId,
      spanId: reference.spanId,
      traceState: '',
      flags: 0,
      attributes: {},
      droppedAttributesCount: 0,
    }));
  return { parentSpanId: parent?.spanId ?? null, links };
}

/** Takes the tag out that says what the status says. */
function takesError(attributes: AttributesDraft): boolean {
  const value = attribute(attributes, errorKey);
  const isError = value === true || value === 'true';
  if (isError) delete attributes[errorKey];
  return isError;
}

function microsecondsOf(nanoseconds: bigint): number {
  return Number(nanoseconds / 1000n);
}
