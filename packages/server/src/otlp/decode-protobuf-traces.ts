import { UnusableRecordError } from './decode-error.ts';
import { EventsAndLinks } from './protobuf-events-and-links.ts';
import { ProtobufDocument } from './protobuf-document.ts';
import { bytesField, fixed32Field, fixed64Field, varintField } from './protobuf-fields.ts';
import type { Redaction } from './redaction.ts';
import { SpanBatchBuilder } from './span-batch-builder.ts';
import type { SpanBatch, SpanFields } from './span-batch.ts';
import { checkSpan } from './span-draft.ts';
import type { SpanFacts } from './span-facts.ts';

const REQUEST_RESOURCES = bytesField(1);
const RESOURCE_RESOURCE = bytesField(1);
const RESOURCE_SCOPES = bytesField(2);
const RESOURCE_ATTRIBUTES = bytesField(1);
const SCOPES_SCOPE = bytesField(1);
const SCOPES_SPANS = bytesField(2);
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
const SPAN_DROPPED_ATTRIBUTES = varintField(10);
const SPAN_EVENTS = bytesField(11);
const SPAN_DROPPED_EVENTS = varintField(12);
const SPAN_LINKS = bytesField(13);
const SPAN_DROPPED_LINKS = varintField(14);
const SPAN_STATUS = bytesField(15);
const SPAN_FLAGS = fixed32Field(16);
const STATUS_MESSAGE = bytesField(2);
const STATUS_CODE = varintField(3);

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Decodes an OTLP `ExportTraceServiceRequest` straight into columns; unknown fields, and known ones in
 * another wire type, are skipped. Spans that cannot be stored are counted in the result.
 *
 * @param redaction - `null` keeps secrets.
 * @throws DecodeError when the bytes are no such message, TooManyValuesError when they hold too much.
 */
export function decodeProtobufTraces(bytes: Buffer, redaction: Redaction | null = null): SpanBatch {
  return new TraceDecoder(bytes, redaction).decode();
}

class TraceDecoder {
  readonly #batch = new SpanBatchBuilder();
  readonly #document: ProtobufDocument;
  readonly #eventsAndLinks: EventsAndLinks;

  constructor(bytes: Buffer, redaction: Redaction | null) {
    this.#document = new ProtobufDocument(bytes, this.#batch, redaction);
    this.#eventsAndLinks = new EventsAndLinks(this.#document, this.#batch);
  }

  decode(): SpanBatch {
    const { reader } = this.#document;
    let count = 0;
    while (reader.position < reader.length) {
      const tag = reader.tag();
      if (tag === REQUEST_RESOURCES) this.#resourceSpans(`resourceSpans[${count++}]`);
      else reader.skip(tag & 7);
    }
    return this.#batch.finish();
  }

  /** The resource may follow its spans on the wire. */
  #resourceSpans(path: string): void {
    const { reader } = this.#document;
    const end = reader.enter();
    this.#document.spend();
    const resource = this.#batch.addResource();
    let count = 0;
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === RESOURCE_RESOURCE) this.#resource(resource);
      else if (tag === RESOURCE_SCOPES) this.#scopeSpans(`${path}.scopeSpans[${count++}]`, resource);
      else reader.skip(tag & 7);
    }
    reader.leave(end);
  }

  #resource(resource: number): void {
    const facts: SpanFacts = {};
    const attributes = this.#document.aside(() => this.#document.object(RESOURCE_ATTRIBUTES, facts));
    this.#batch.mergeResource(resource, attributes, facts['service.name']);
  }

  #scopeSpans(path: string, resource: number): void {
    const { reader } = this.#document;
    const end = reader.enter();
    this.#document.spend();
    const scope = this.#batch.addScope();
    let count = 0;
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === SCOPES_SPANS) {
        const index = count++;
        this.#span(() => `${path}.spans[${index}]`, resource, scope);
      } else if (tag === SCOPES_SCOPE) this.#scope(scope);
      else reader.skip(tag & 7);
    }
    reader.leave(end);
  }

  #scope(scope: number): void {
    let name = '';
    let version = '';
    const attributes = this.#document.aside(() =>
      this.#document.object(SCOPE_ATTRIBUTES, null, (tag) => {
        if (tag === SCOPE_NAME) name = this.#document.text();
        else if (tag === SCOPE_VERSION) version = this.#document.text();
        else return false;
        return true;
      }),
    );
    this.#batch.mergeScope(scope, { name, version, attributes });
  }

  #span(path: () => string, resource: number, scope: number): void {
    const end = this.#document.reader.enter();
    try {
      this.#batch.add(this.#readSpan(end), resource, scope);
    } catch (error) {
      if (!(error instanceof UnusableRecordError)) throw error;
      this.#batch.discard(() => `${path()}: ${error.message}`);
      this.#document.reader.position = end;
    }
  }

  /** A plain loop with a switch: this is where ingest spends its time. */
  #readSpan(end: number): SpanFields {
    const document = this.#document;
    const out = this.#batch.document;
    const { reader } = document;
    document.record();
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
    let droppedAttributes = 0;
    let droppedEvents = 0;
    let droppedLinks = 0;
    let isFirst = true;
    const facts: SpanFacts = {};
    this.#eventsAndLinks.begin();
    out.byte(OPEN_BRACE);
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
          traceState = document.text();
          break;
        case SPAN_NAME:
          name = document.text();
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
          document.keyValue(facts, isFirst);
          isFirst = false;
          break;
        case SPAN_EVENTS:
          this.#eventsAndLinks.passEvent();
          break;
        case SPAN_LINKS:
          this.#eventsAndLinks.passLink();
          break;
        case SPAN_DROPPED_ATTRIBUTES:
          droppedAttributes = reader.varint32();
          break;
        case SPAN_DROPPED_EVENTS:
          droppedEvents = reader.varint32();
          break;
        case SPAN_DROPPED_LINKS:
          droppedLinks = reader.varint32();
          break;
        case SPAN_STATUS: {
          const statusEnd = reader.enter();
          while (reader.position < statusEnd) {
            const field = reader.tag();
            if (field === STATUS_CODE) statusCode = reader.varint32();
            else if (field === STATUS_MESSAGE) statusMessage = document.text();
            else reader.skip(field & 7);
          }
          reader.leave(statusEnd);
          break;
        }
        default:
          reader.skip(tag & 7);
      }
    }
    reader.leave(end);
    out.byte(CLOSE_BRACE);
    this.#batch.endPart();
    this.#eventsAndLinks.write(facts);
    reader.position = end;
    return checkSpan({
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
      droppedAttributes,
      droppedEvents,
      droppedLinks,
      facts,
    });
  }
}
