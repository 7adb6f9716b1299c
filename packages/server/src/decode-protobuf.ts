import type { AttributeJson } from '@tta/obs-protocol';
import {
  checkDepth,
  doubleToJson,
  int64ToJson,
  setAttribute,
  ValueBudget,
  type MutableAttributes,
} from './attribute-value.ts';
import { BatchBuilder } from './batch-builder.ts';
import { finishSpan } from './span-draft.ts';
import type { EventRecord, LinkRecord, ScopeRecord, SpanRecord, TraceBatch } from './trace-batch.ts';
import { FIXED32, FIXED64, LENGTH_DELIMITED, VARINT, WireReader } from './wire-reader.ts';

/**
 * Decodes an OTLP `ExportTraceServiceRequest` straight from its bytes. Unknown fields, and known ones in
 * another wire type, are skipped; spans that cannot be stored are counted in the result.
 *
 * @throws DecodeError when the bytes are no such message.
 */
export function decodeProtobufTraces(bytes: Uint8Array): TraceBatch {
  const decoder = new ProtobufDecoder(bytes);
  return decoder.request();
}

/** Case labels: a field number with the wire type that the OTLP schema gives it. */
const bytesField = (field: number): number => (field << 3) | LENGTH_DELIMITED;
const varintField = (field: number): number => (field << 3) | VARINT;
const fixed64Field = (field: number): number => (field << 3) | FIXED64;
const fixed32Field = (field: number): number => (field << 3) | FIXED32;

const REQUEST_RESOURCE_SPANS = bytesField(1);
const RESOURCE_SPANS_RESOURCE = bytesField(1);
const RESOURCE_SPANS_SCOPE_SPANS = bytesField(2);
const RESOURCE_ATTRIBUTES = bytesField(1);
const SCOPE_SPANS_SCOPE = bytesField(1);
const SCOPE_SPANS_SPANS = bytesField(2);
const SCOPE_NAME = bytesField(1);
const SCOPE_VERSION = bytesField(2);
const SCOPE_ATTRIBUTES = bytesField(3);
const SPAN_TRACE_ID = bytesField(1);
const SPAN_SPAN_ID = bytesField(2);
const SPAN_TRACE_STATE = bytesField(3);
const SPAN_PARENT_SPAN_ID = bytesField(4);
const SPAN_NAME = bytesField(5);
const SPAN_KIND = varintField(6);
const SPAN_START = fixed64Field(7);
const SPAN_END = fixed64Field(8);
const SPAN_ATTRIBUTES = bytesField(9);
const SPAN_EVENTS = bytesField(11);
const SPAN_LINKS = bytesField(13);
const SPAN_STATUS = bytesField(15);
const SPAN_FLAGS = fixed32Field(16);
const STATUS_MESSAGE = bytesField(2);
const STATUS_CODE = varintField(3);
const EVENT_TIME = fixed64Field(1);
const EVENT_NAME = bytesField(2);
const EVENT_ATTRIBUTES = bytesField(3);
const LINK_TRACE_ID = bytesField(1);
const LINK_SPAN_ID = bytesField(2);
const LINK_ATTRIBUTES = bytesField(4);
const KEY_VALUE_KEY = bytesField(1);
const KEY_VALUE_VALUE = bytesField(2);
const ANY_STRING = bytesField(1);
const ANY_BOOL = varintField(2);
const ANY_INT = varintField(3);
const ANY_DOUBLE = fixed64Field(4);
const ANY_ARRAY = bytesField(5);
const ANY_KVLIST = bytesField(6);
const ANY_BYTES = bytesField(7);
const LIST_VALUES = bytesField(1);

class ProtobufDecoder {
  readonly #reader: WireReader;
  readonly #builder = new BatchBuilder();
  readonly #budget = new ValueBudget();

  constructor(bytes: Uint8Array) {
    this.#reader = new WireReader(bytes);
  }

  request(): TraceBatch {
    let index = 0;
    this.#fields(this.#reader.length, (tag) => {
      if (tag !== REQUEST_RESOURCE_SPANS) return false;
      this.#resourceSpans(index++);
      return true;
    });
    return this.#builder.batch();
  }

  #resourceSpans(resourceIndex: number): void {
    const resource: MutableAttributes = {};
    let scopeIndex = 0;
    this.#message((tag) => {
      if (tag === RESOURCE_SPANS_RESOURCE) this.#resource(resource);
      else if (tag === RESOURCE_SPANS_SCOPE_SPANS) {
        this.#scopeSpans(`resourceSpans[${resourceIndex}].scopeSpans[${scopeIndex++}]`, resource);
      } else return false;
      return true;
    });
  }

  #resource(attributes: MutableAttributes): void {
    this.#message((tag) => {
      if (tag !== RESOURCE_ATTRIBUTES) return false;
      this.#keyValue(attributes, 0);
      return true;
    });
  }

  /** The resource may follow its spans on the wire; the object is filled by then, so it is passed as it is. */
  #scopeSpans(path: string, resource: MutableAttributes): void {
    let scope: ScopeRecord = { name: '', version: '', attributes: {} };
    const spans: SpanRecord[] = [];
    let spanIndex = 0;
    this.#message((tag) => {
      if (tag === SCOPE_SPANS_SCOPE) scope = this.#scope();
      else if (tag === SCOPE_SPANS_SPANS) {
        const index = spanIndex++;
        const end = this.#reader.enter();
        const span = this.#builder.span(
          () => `${path}.spans[${index}]`,
          () => this.#span(end),
        );
        if (span === null) this.#reader.position = end;
        else spans.push(span);
      } else return false;
      return true;
    });
    this.#builder.group(resource, scope, spans);
  }

  #scope(): ScopeRecord {
    let name = '';
    let version = '';
    const attributes: MutableAttributes = {};
    this.#message((tag) => {
      if (tag === SCOPE_NAME) name = this.#reader.text();
      else if (tag === SCOPE_VERSION) version = this.#reader.text();
      else if (tag === SCOPE_ATTRIBUTES) this.#keyValue(attributes, 0);
      else return false;
      return true;
    });
    return { name, version, attributes };
  }

  /** A plain loop with a switch: this is where ingest spends its time. */
  #span(end: number): SpanRecord {
    this.#budget.spend();
    const reader = this.#reader;
    let traceId = '';
    let spanId = '';
    let parentSpanId = '';
    let traceState = '';
    let name = '';
    let kind = 0;
    let startTimeUnixNano = 0n;
    let endTimeUnixNano = 0n;
    let flags = 0;
    let statusCode = 0;
    let statusMessage = '';
    const attributes: MutableAttributes = {};
    const events: EventRecord[] = [];
    const links: LinkRecord[] = [];
    while (reader.position < end) {
      const tag = reader.tag();
      switch (tag) {
        case SPAN_TRACE_ID:
          traceId = reader.hex();
          break;
        case SPAN_SPAN_ID:
          spanId = reader.hex();
          break;
        case SPAN_PARENT_SPAN_ID:
          parentSpanId = reader.hex();
          break;
        case SPAN_TRACE_STATE:
          traceState = reader.text();
          break;
        case SPAN_NAME:
          name = reader.text();
          break;
        case SPAN_KIND:
          kind = reader.varint32();
          break;
        case SPAN_START:
          startTimeUnixNano = reader.fixed64();
          break;
        case SPAN_END:
          endTimeUnixNano = reader.fixed64();
          break;
        case SPAN_FLAGS:
          flags = reader.fixed32();
          break;
        case SPAN_ATTRIBUTES:
          this.#keyValue(attributes, 0);
          break;
        case SPAN_EVENTS:
          events.push(this.#event());
          break;
        case SPAN_LINKS:
          links.push(this.#link());
          break;
        case SPAN_STATUS:
          this.#message((field) => {
            if (field === STATUS_CODE) statusCode = reader.varint32();
            else if (field === STATUS_MESSAGE) statusMessage = reader.text();
            else return false;
            return true;
          });
          break;
        default:
          reader.skip(tag & 7);
      }
    }
    reader.leave(end);
    return finishSpan({
      traceId,
      spanId,
      parentSpanId,
      name,
      kind,
      startTimeUnixNano,
      endTimeUnixNano,
      statusCode,
      statusMessage,
      traceState,
      flags,
      attributes,
      events,
      links,
    });
  }

  #event(): EventRecord {
    this.#budget.spend();
    let name = '';
    let timeUnixNano = 0n;
    const attributes: MutableAttributes = {};
    this.#message((tag) => {
      if (tag === EVENT_TIME) timeUnixNano = this.#reader.fixed64();
      else if (tag === EVENT_NAME) name = this.#reader.text();
      else if (tag === EVENT_ATTRIBUTES) this.#keyValue(attributes, 0);
      else return false;
      return true;
    });
    return { name, timeUnixNano, attributes };
  }

  #link(): LinkRecord {
    this.#budget.spend();
    let traceId = '';
    let spanId = '';
    const attributes: MutableAttributes = {};
    this.#message((tag) => {
      if (tag === LINK_TRACE_ID) traceId = this.#reader.hex();
      else if (tag === LINK_SPAN_ID) spanId = this.#reader.hex();
      else if (tag === LINK_ATTRIBUTES) this.#keyValue(attributes, 0);
      else return false;
      return true;
    });
    return { traceId, spanId, attributes };
  }

  #keyValue(attributes: MutableAttributes, depth: number): void {
    // A key without a value is an attribute as well.
    this.#budget.spend();
    const reader = this.#reader;
    const end = reader.enter();
    let key = '';
    let value: AttributeJson = null;
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === KEY_VALUE_KEY) key = reader.text();
      else if (tag === KEY_VALUE_VALUE) value = this.#anyValue(depth);
      else reader.skip(tag & 7);
    }
    reader.leave(end);
    setAttribute(attributes, key, value);
  }

  #anyValue(depth: number): AttributeJson {
    this.#budget.spend();
    checkDepth(depth);
    const reader = this.#reader;
    const end = reader.enter();
    let value: AttributeJson = null;
    while (reader.position < end) {
      const tag = reader.tag();
      switch (tag) {
        case ANY_STRING:
          value = reader.text();
          break;
        case ANY_BOOL:
          value = reader.varint32() !== 0;
          break;
        case ANY_INT:
          value = int64ToJson(reader.int64());
          break;
        case ANY_DOUBLE:
          value = doubleToJson(reader.double());
          break;
        case ANY_ARRAY:
          value = this.#array(depth + 1);
          break;
        case ANY_KVLIST:
          value = this.#map(depth + 1);
          break;
        case ANY_BYTES:
          value = reader.base64();
          break;
        default:
          reader.skip(tag & 7);
      }
    }
    reader.leave(end);
    return value;
  }

  #array(depth: number): AttributeJson[] {
    const items: AttributeJson[] = [];
    this.#message((tag) => {
      if (tag !== LIST_VALUES) return false;
      items.push(this.#anyValue(depth));
      return true;
    });
    return items;
  }

  #map(depth: number): MutableAttributes {
    const attributes: MutableAttributes = {};
    this.#message((tag) => {
      if (tag !== LIST_VALUES) return false;
      this.#keyValue(attributes, depth);
      return true;
    });
    return attributes;
  }

  #message(field: (tag: number) => boolean): void {
    this.#fields(this.#reader.enter(), field);
  }

  /** Hands every field up to `end` to `field`, and skips those that it does not take. */
  #fields(end: number, field: (tag: number) => boolean): void {
    const reader = this.#reader;
    while (reader.position < end) {
      const tag = reader.tag();
      if (!field(tag)) reader.skip(tag & 7);
    }
    reader.leave(end);
  }
}
