import { attributeText, fromPlainEntries, fromPlainJson, plainJson } from './attribute-text.ts';
import { setEntry, type Attributes, type AttributesDraft } from './attribute-value.ts';
import {
  asList,
  asObject,
  isObject,
  isSet,
  microseconds,
  optionalObject,
  shortId,
  text,
  upTo64,
  type JsonObject,
} from './json-fields.ts';
import { parseJson } from './parse-json.ts';
import { remainderKey } from './span-remainder.ts';
import { attribute, fieldTags, takeFieldTags, takeText } from './span-tags.ts';
import { FieldError } from './trace-problem.ts';
import {
  noResource,
  serviceName,
  type TraceEvent,
  type TraceResource,
  type TraceSpan,
} from './trace-span.ts';

/* Spans in Zipkin's JSON (API v2) and back, without what only a remainder can say. */

/** Zipkin `Endpoint`. */
export interface ZipkinEndpoint {
  readonly serviceName?: string;
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly port?: number;
}

/** Zipkin `Span`; times are microseconds. */
export interface ZipkinSpan {
  readonly traceId: string;
  readonly id: string;
  readonly parentId?: string;
  readonly name?: string;
  readonly kind?: string;
  readonly timestamp: number;
  readonly duration?: number;
  readonly localEndpoint?: ZipkinEndpoint;
  readonly remoteEndpoint?: ZipkinEndpoint;
  readonly annotations?: readonly { readonly timestamp: number; readonly value: string }[];
  readonly tags?: Readonly<Record<string, string>>;
}

/** Names the tags of a span that are attributes of its resource, as a list in JSON. */
export const resourceKeysKey = 'tta.resource_keys';
/** What belongs to no span. */
const ownKeys = new Set<string>([remainderKey, resourceKeysKey]);

const errorKey = 'error';
const peerServiceKey = 'peer.service';
/** Kinds of OTLP that Zipkin knows. */
const kinds = ['', '', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
/** Where the name of the other side is looked for, in this order (OpenTelemetry to Zipkin Transformation). */
const remoteNames = [
  peerServiceKey,
  'server.address',
  'net.peer.name',
  'peer.hostname',
  'peer.address',
  'db.name',
];

/** Tags of the resource come first, so that those of the span win. */
export function toZipkinSpan(span: TraceSpan): ZipkinSpan {
  const tags: Record<string, string> = {};
  for (const attributes of [span.resource.attributes, span.attributes]) {
    for (const [key, value] of Object.entries(attributes)) {
      const isSaid = attributes !== span.attributes && key === 'service.name';
      if (!isSaid && !ownKeys.has(key)) setEntry(tags, key, attributeText(value).text);
    }
  }
  for (const [key, value] of fieldTags(span)) tags[key] = attributeText(value).text;
  if (span.statusCode === 2) tags[errorKey] = span.statusMessage;
  else if (tags[errorKey] === 'false') delete tags[errorKey];
  const kind = kinds[span.kind] ?? '';
  const timestamp = Math.max(1, Number(span.startTimeUnixNano / 1000n));
  const nanoseconds = span.endTimeUnixNano - span.startTimeUnixNano;
  // Zipkin rounds what is less than one up, and has no zero.
  const duration = nanoseconds <= 0n ? 0 : Math.max(1, Number(nanoseconds / 1000n));
  const local = serviceName(span.resource);
  const remote = remoteEndpoint(span);
  return {
    traceId: span.traceId,
    id: span.spanId,
    ...(span.parentSpanId !== null && { parentId: span.parentSpanId }),
    ...(span.name !== '' && { name: span.name }),
    ...(kind !== '' && { kind }),
    timestamp,
    ...(duration > 0 && { duration }),
    ...(local !== '' && { localEndpoint: { serviceName: local } }),
    ...(remote !== null && { remoteEndpoint: remote }),
    ...(span.events.length > 0 && { annotations: span.events.map(toAnnotation) }),
    ...(Object.keys(tags).length > 0 && { tags }),
  };
}

/**
 * @param resourceKeys - Tags that are attributes of the resource.
 * @throws FieldError
 */
export function fromZipkinSpan(span: JsonObject, resourceKeys: ReadonlySet<string>): TraceSpan {
  const attributes: AttributesDraft = {};
  const resourceAttributes: AttributesDraft = {};
  const localEndpoint = optionalObject(span['localEndpoint'], 'localEndpoint');
  const service = text(localEndpoint['serviceName'], 'localEndpoint.serviceName');
  if (service !== '') resourceAttributes['service.name'] = service;
  for (const [key, value] of Object.entries(optionalObject(span['tags'], 'tags'))) {
    if (ownKeys.has(key)) continue;
    // Some writers put numbers and booleans there, which Zipkin does not.
    setEntry(
      resourceKeys.has(key) ? resourceAttributes : attributes,
      key,
      typeof value === 'string' ? value : fromPlainJson(value),
    );
  }
  const { statusCode, ...fields } = takeFieldTags(attributes);
  const error = statusCode === null || statusCode === 2 ? takeText(attributes, errorKey) : null;
  readRemoteEndpoint(span, attributes);
  const events = asList(span['annotations'], 'annotations').map(fromAnnotation);
  const startTimeUnixNano = startOf(span, events);
  const duration = isSet(span['duration']) ? microseconds(span['duration'], 'duration') : 0n;
  const kind = kinds.indexOf(text(span['kind'], 'kind'));
  return {
    traceId: shortId(span['traceId'], 32, 'traceId'),
    spanId: shortId(span['id'], 16, 'id'),
    parentSpanId: isSet(span['parentId']) ? shortId(span['parentId'], 16, 'parentId') : null,
    name: text(span['name'], 'name'),
    kind: kind > 1 ? kind : 1,
    startTimeUnixNano,
    endTimeUnixNano: upTo64(startTimeUnixNano + duration),
    statusCode: statusCode ?? (error === null ? 0 : 2),
    statusMessage: error ?? '',
    flags: 0,
    attributes,
    events,
    links: [],
    resource: resourceOf(resourceAttributes),
    ...fields,
  };
}

export function zipkinResourceKeys({ attributes }: TraceResource): string[] {
  return Object.keys(attributes).filter((key) => key !== 'service.name');
}

function resourceOf(attributes: Attributes): TraceResource {
  return Object.keys(attributes).length === 0 ? noResource : { ...noResource, attributes };
}

/** Zipkin allows spans without a time; such a span is placed by its annotations. */
function startOf(span: JsonObject, events: readonly TraceEvent[]): bigint {
  if (isSet(span['timestamp'])) return microseconds(span['timestamp'], 'timestamp');
  const times = events.map(({ timeUnixNano }) => timeUnixNano);
  const [first] = times.sort((a, b) => (a < b ? -1 : 1));
  if (first === undefined)
    throw new FieldError('it has no timestamp and no annotation that would tell its time');
  return first;
}

function remoteEndpoint({ kind, attributes }: TraceSpan): ZipkinEndpoint | null {
  if (kind !== 3 && kind !== 4) return null;
  const name = remoteNames
    .map((key) => attribute(attributes, key))
    .find((value) => typeof value === 'string');
  const address = attribute(attributes, 'network.peer.address');
  const port = attribute(attributes, 'network.peer.port');
  const endpoint = {
    ...(typeof name === 'string' && { serviceName: name }),
    ...(typeof address === 'string' && (address.includes(':') ? { ipv6: address } : { ipv4: address })),
    ...(typeof port === 'bigint' && port > 0n && port < 65_536n && { port: Number(port) }),
  };
  return Object.keys(endpoint).length === 0 ? null : endpoint;
}

/** What a tag says already, stays. */
function readRemoteEndpoint(span: JsonObject, attributes: AttributesDraft): void {
  const remote = optionalObject(span['remoteEndpoint'], 'remoteEndpoint');
  const { ipv4, ipv6, port } = remote;
  const name = text(remote['serviceName'], 'remoteEndpoint.serviceName');
  if (name !== '') attributes[peerServiceKey] ??= name;
  const address = text(ipv4, 'remoteEndpoint.ipv4') || text(ipv6, 'remoteEndpoint.ipv6');
  if (address !== '') attributes['network.peer.address'] ??= address;
  if (typeof port === 'number') attributes['network.peer.port'] ??= fromPlainJson(port);
}

/** `"name": {attributes}` as the specification has it; without attributes the name alone. */
function toAnnotation({ name, timeUnixNano, attributes }: TraceEvent) {
  const timestamp = Number(timeUnixNano / 1000n);
  if (Object.keys(attributes).length === 0) return { timestamp, value: name };
  return { timestamp, value: `${JSON.stringify(name)}: ${JSON.stringify(plainJson(attributes))}` };
}

function fromAnnotation(item: unknown): TraceEvent {
  const annotation = asObject(item, 'an annotation');
  return {
    timeUnixNano: microseconds(annotation['timestamp'], 'the timestamp of an annotation'),
    droppedAttributesCount: 0,
    ...readAnnotationValue(text(annotation['value'], 'the value of an annotation')),
  };
}

function readAnnotationValue(value: string): { readonly name: string; readonly attributes: Attributes } {
  const plain = { name: value, attributes: {} };
  if (!value.startsWith('"') || !value.endsWith('}')) return plain;
  try {
    const parsed = parseJson(`{${value}}`);
    const [entry, ...others] = isObject(parsed) ? Object.entries(parsed) : [];
    if (entry === undefined || others.length > 0 || !isObject(entry[1])) return plain;
    return { name: entry[0], attributes: fromPlainEntries(entry[1]) };
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    return plain;
  }
}
