import { exactAttributeText, readAttributeText } from './attribute-text.ts';
import { setEntry, type Attributes, type AttributesDraft } from './attribute-value.ts';
import { asObject, enumeration, id, shown, unsigned32, unsigned64, type JsonObject } from './json-fields.ts';
import { parseJson } from './parse-json.ts';
import { FieldError } from './trace-problem.ts';
import type { TraceEvent, TraceLink, TraceResource, TraceScope, TraceSpan } from './trace-span.ts';

/*
 * Other formats say less than OTLP: microseconds, text only, no types. What a span loses in one of them goes along
 * in a tag: the difference between the span and what a reader makes of its form in the format, as a JSON merge
 * patch (RFC 7396) over the fields below, all of which are text. A reader applies it, so the way back is exact
 * by construction, and short: where a format is exact, nothing is written.
 */

/** The tag or argument that holds what the format itself cannot say. */
export const remainderKey = 'tta.otlp';

/** Objects with text in them. In a patch, `null` takes an entry away. */
interface Fields {
  [key: string]: Field;
}
type Field = string | Fields | null;

/** What `reading` lacks of `span`; `null` for nothing. */
export function spanRemainder(span: TraceSpan, reading: TraceSpan): string | null {
  const before = spanFields(reading, span);
  const after = spanFields(span, reading);
  if (span.resource === reading.resource) return patchText(before, after);
  return patchText(
    { ...before, resource: resourceFields(reading.resource, span.resource) },
    { ...after, resource: resourceFields(span.resource, reading.resource) },
  );
}

/** @throws FieldError when it is not what {@link spanRemainder} wrote. */
export function withSpanRemainder(reading: TraceSpan, remainder: string): TraceSpan {
  const patch = readPatch(remainder);
  const fields = patched(spanFields(reading), patch);
  const scope = of(fields, 'scope');
  const parentSpanId = textOf(fields, 'parentSpanId');
  return {
    traceId: reading.traceId,
    spanId: reading.spanId,
    parentSpanId: parentSpanId === '' ? null : id(parentSpanId, 16, 'parentSpanId'),
    name: textOf(fields, 'name'),
    kind: enumeration(textOf(fields, 'kind'), ['0', '1', '2', '3', '4', '5'], 'kind'),
    startTimeUnixNano: unsigned64(textOf(fields, 'startTimeUnixNano'), 'startTimeUnixNano'),
    endTimeUnixNano: unsigned64(textOf(fields, 'endTimeUnixNano'), 'endTimeUnixNano'),
    statusCode: enumeration(textOf(fields, 'statusCode'), ['0', '1', '2'], 'statusCode'),
    statusMessage: textOf(fields, 'statusMessage'),
    traceState: textOf(fields, 'traceState'),
    flags: unsigned32(textOf(fields, 'flags'), 'flags'),
    attributes: attributesOf(fields),
    events: Object.values(of(fields, 'events')).map(eventOf),
    links: Object.values(of(fields, 'links')).map(linkOf),
    droppedAttributesCount: droppedOf(fields),
    droppedEventsCount: droppedOf(fields, 'droppedEventsCount'),
    droppedLinksCount: droppedOf(fields, 'droppedLinksCount'),
    resource: Object.hasOwn(patch, 'resource')
      ? resourceOf(patched(resourceFields(reading.resource), asObject(patch['resource'], 'resource')))
      : reading.resource,
    scope: { ...resourceOf(scope), name: textOf(scope, 'name'), version: textOf(scope, 'version') },
  };
}

/** The same for a resource, in formats that say it once for many spans. */
export function resourceRemainder(resource: TraceResource, reading: TraceResource): string | null {
  return patchText(resourceFields(reading), resourceFields(resource));
}

/** @throws FieldError when it is not what {@link resourceRemainder} wrote. */
export function withResourceRemainder(reading: TraceResource, remainder: string): TraceResource {
  return resourceOf(patched(resourceFields(reading), readPatch(remainder)));
}

function spanFields(span: TraceSpan, other?: TraceSpan): Fields {
  return {
    parentSpanId: span.parentSpanId ?? '',
    name: span.name,
    kind: String(span.kind),
    startTimeUnixNano: span.startTimeUnixNano.toString(),
    endTimeUnixNano: span.endTimeUnixNano.toString(),
    statusCode: String(span.statusCode),
    statusMessage: span.statusMessage,
    traceState: span.traceState,
    flags: String(span.flags),
    attributes: attributeFields(span.attributes, other?.attributes),
    events: listFields(span.events.map(eventFields)),
    links: listFields(span.links.map(linkFields)),
    droppedAttributesCount: String(span.droppedAttributesCount),
    droppedEventsCount: String(span.droppedEventsCount),
    droppedLinksCount: String(span.droppedLinksCount),
    scope: scopeFields(span.scope),
  };
}

function eventFields(event: TraceEvent): Fields {
  return {
    name: event.name,
    timeUnixNano: event.timeUnixNano.toString(),
    attributes: attributeFields(event.attributes),
    droppedAttributesCount: String(event.droppedAttributesCount),
  };
}

function eventOf(event: Field): TraceEvent {
  const fields = asFields(event);
  return {
    name: textOf(fields, 'name'),
    timeUnixNano: unsigned64(textOf(fields, 'timeUnixNano'), 'event timeUnixNano'),
    attributes: attributesOf(fields),
    droppedAttributesCount: droppedOf(fields),
  };
}

function linkFields(link: TraceLink): Fields {
  return {
    traceId: link.traceId,
    spanId: link.spanId,
    traceState: link.traceState,
    flags: String(link.flags),
    attributes: attributeFields(link.attributes),
    droppedAttributesCount: String(link.droppedAttributesCount),
  };
}

function linkOf(link: Field): TraceLink {
  const fields = asFields(link);
  return {
    traceId: id(textOf(fields, 'traceId'), 32, 'link traceId'),
    spanId: id(textOf(fields, 'spanId'), 16, 'link spanId'),
    traceState: textOf(fields, 'traceState'),
    flags: unsigned32(textOf(fields, 'flags'), 'link flags'),
    attributes: attributesOf(fields),
    droppedAttributesCount: droppedOf(fields),
  };
}

function resourceFields(
  { attributes, droppedAttributesCount, schemaUrl }: TraceResource,
  other?: TraceResource,
): Fields {
  return {
    attributes: attributeFields(attributes, other?.attributes),
    droppedAttributesCount: String(droppedAttributesCount),
    schemaUrl,
  };
}

function scopeFields(scope: TraceScope): Fields {
  return { ...resourceFields(scope), name: scope.name, version: scope.version };
}

function resourceOf(fields: Fields): TraceResource {
  return {
    attributes: attributesOf(fields),
    droppedAttributesCount: droppedOf(fields),
    schemaUrl: textOf(fields, 'schemaUrl'),
  };
}

/** Values that are the same on both sides make no difference: these need no text. */
function attributeFields(attributes: Attributes, same: Attributes = {}): Fields {
  const fields: Fields = {};
  for (const [key, value] of Object.entries(attributes)) {
    if (Object.hasOwn(same, key) && Object.is(same[key], value)) continue;
    setEntry<Field>(fields, key, { ...exactAttributeText(value) });
  }
  return fields;
}

function attributesOf(owner: Fields): Attributes {
  const attributes: AttributesDraft = {};
  for (const [key, entry] of Object.entries(of(owner, 'attributes'))) {
    const fields = asFields(entry);
    setEntry(attributes, key, readAttributeText(textOf(fields, 'type'), textOf(fields, 'text'), `"${key}"`));
  }
  return attributes;
}

function droppedOf(fields: Fields, key = 'droppedAttributesCount'): number {
  return unsigned32(textOf(fields, key), key);
}

function textOf(fields: Fields, key: string): string {
  const value = own(fields, key) ?? '';
  if (typeof value === 'string') return value;
  throw new FieldError(`${key} in ${remainderKey} must be text, but is ${shown(value)}`);
}

function of(fields: Fields, key: string): Fields {
  return asFields(own(fields, key) ?? {});
}

function asFields(value: Field): Fields {
  if (typeof value === 'object' && value !== null) return value;
  throw new FieldError(`an entry of ${remainderKey} must be an object, but is ${shown(value)}`);
}

/** An own entry: keys of attributes may be those of every object. */
function own(fields: Fields, key: string): Field | undefined {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** By their places, so that a patch says what is different in one of them. */
function listFields(entries: readonly Fields[]): Fields {
  return Object.fromEntries(entries.entries());
}

function patchText(from: Fields, to: Fields): string | null {
  const patch = difference(from, to);
  return Object.keys(patch).length === 0 ? null : JSON.stringify(patch);
}

function difference(from: Fields, to: Fields): Fields {
  const patch: Fields = {};
  for (const [key, value] of Object.entries(to)) {
    const before = own(from, key);
    if (isFields(value) && isFields(before)) {
      const entries = difference(before, value);
      if (Object.keys(entries).length > 0) setEntry(patch, key, entries);
    } else if (value !== before) {
      setEntry(patch, key, value);
    }
  }
  for (const key of Object.keys(from)) if (!Object.hasOwn(to, key)) setEntry(patch, key, null);
  return patch;
}

function patched(fields: Fields, patch: JsonObject): Fields {
  const result = { ...fields };
  for (const [key, value] of Object.entries(patch)) {
    const before = own(result, key);
    if (value === null) delete result[key];
    else if (typeof value === 'string') setEntry<Field>(result, key, value);
    else setEntry<Field>(result, key, patched(isFields(before) ? before : {}, asObject(value, remainderKey)));
  }
  return result;
}

function isFields(value: Field | undefined): value is Fields {
  return typeof value === 'object' && value !== null;
}

function readPatch(remainder: string): JsonObject {
  try {
    return asObject(parseJson(remainder), 'it');
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    throw new FieldError(`its ${remainderKey} is not what was written there (${error.message}); take it out`);
  }
}
