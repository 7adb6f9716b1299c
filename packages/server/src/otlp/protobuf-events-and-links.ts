import type { ProtobufDocument } from './protobuf-document.ts';
import { bytesField, fixed32Field, fixed64Field, varintField } from './protobuf-fields.ts';
import type { SpanBatchBuilder } from './span-batch-builder.ts';
import { isLink } from './span-draft.ts';
import { noteException, type SpanFacts } from './span-facts.ts';
import { LENGTH_DELIMITED } from './wire-reader.ts';

const EVENT_TIME = fixed64Field(1);
const EVENT_NAME = bytesField(2);
const EVENT_ATTRIBUTES = bytesField(3);
const EVENT_DROPPED_ATTRIBUTES = varintField(4);
const LINK_TRACE_ID = bytesField(1);
const LINK_SPAN_ID = bytesField(2);
const LINK_TRACE_STATE = bytesField(3);
const LINK_ATTRIBUTES = bytesField(4);
const LINK_DROPPED_ATTRIBUTES = varintField(5);
const LINK_FLAGS = fixed32Field(6);

const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const CLOSE_BRACE = 0x7d;

/** The events and links of the span at hand: they are passed first, and written when its attributes are complete. */
export class EventsAndLinks {
  readonly #document: ProtobufDocument;
  readonly #batch: SpanBatchBuilder;
  /** Where they begin. */
  readonly #events: number[] = [];
  readonly #links: number[] = [];

  constructor(document: ProtobufDocument, batch: SpanBatchBuilder) {
    this.#document = document;
    this.#batch = batch;
  }

  /** Has to be called for each span. */
  begin(): void {
    this.#events.length = 0;
    this.#links.length = 0;
  }

  passEvent(): void {
    this.#events.push(this.#document.reader.position);
    this.#document.reader.skip(LENGTH_DELIMITED);
  }

  passLink(): void {
    this.#links.push(this.#document.reader.position);
    this.#document.reader.skip(LENGTH_DELIMITED);
  }

  /** Writes both as JSON, each as a part of the span; the reader is left anywhere. @param facts - Get what events say of the span. */
  write(facts: SpanFacts): void {
    this.#list(this.#events, (isNext) => this.#event(facts, isNext));
    this.#list(this.#links, (isNext) => this.#link(isNext));
  }

  /** Writes what stands at `positions` as one JSON array; `write` says whether it wrote an item. */
  #list(positions: readonly number[], write: (isNext: boolean) => boolean): void {
    const out = this.#batch.document;
    if (positions.length > 0) {
      const begin = out.length;
      let isNext = false;
      out.byte(OPEN_BRACKET);
      for (const position of positions) {
        this.#document.reader.position = position;
        if (write(isNext)) isNext = true;
      }
      if (isNext) out.byte(CLOSE_BRACKET);
      else out.length = begin;
    }
    this.#batch.endPart();
  }

  #event(facts: SpanFacts, isNext: boolean): boolean {
    const document = this.#document;
    document.spend();
    let name = '';
    let timeUnixNano = 0n;
    let dropped = 0;
    const eventFacts: SpanFacts = {};
    const out = this.#batch.document;
    out.ascii(isNext ? ',{"attributes":' : '{"attributes":');
    document.object(EVENT_ATTRIBUTES, eventFacts, (tag) => {
      if (tag === EVENT_TIME) timeUnixNano = document.reader.fixed64();
      else if (tag === EVENT_NAME) name = document.text();
      else if (tag === EVENT_DROPPED_ATTRIBUTES) dropped = document.reader.varint32();
      else return false;
      return true;
    });
    out.utf8(`,"name":${JSON.stringify(name)},"timeUnixNano":"${timeUnixNano}"`);
    if (dropped > 0) out.ascii(`,"droppedAttributesCount":${dropped}`);
    out.byte(CLOSE_BRACE);
    noteException(facts, name, eventFacts);
    return true;
  }

  /** Links that point nowhere are left out. */
  #link(isNext: boolean): boolean {
    const document = this.#document;
    document.spend();
    let traceId = '';
    let spanId = '';
    let traceState = '';
    let flags = 0;
    let dropped = 0;
    const out = this.#batch.document;
    const begin = out.length;
    const searchBegin = this.#batch.searchLength;
    out.ascii(isNext ? ',{"attributes":' : '{"attributes":');
    document.object(LINK_ATTRIBUTES, null, (tag) => {
      if (tag === LINK_TRACE_ID) traceId = document.reader.hex();
      else if (tag === LINK_SPAN_ID) spanId = document.reader.hex();
      else if (tag === LINK_TRACE_STATE) traceState = document.text();
      else if (tag === LINK_FLAGS) flags = document.reader.fixed32();
      else if (tag === LINK_DROPPED_ATTRIBUTES) dropped = document.reader.varint32();
      else return false;
      return true;
    });
    if (isLink(traceId, spanId)) {
      out.ascii(`,"traceId":"${traceId}","spanId":"${spanId}"`);
      if (traceState !== '') out.utf8(`,"traceState":${JSON.stringify(traceState)}`);
      if (flags > 0) out.ascii(`,"flags":${flags}`);
      if (dropped > 0) out.ascii(`,"droppedAttributesCount":${dropped}`);
      out.byte(CLOSE_BRACE);
      return true;
    }
    out.length = begin;
    this.#batch.searchLength = searchBegin;
    return false;
  }
}
