import { checkDepth, doubleToJson, int64ToJson, ValueBudget } from './attribute-value.ts';
import { AttributeKeys, jsonKey, type AttributeKey } from './attribute-keys.ts';
import type { ByteWriter } from './byte-writer.ts';
import {
  ANY_ARRAY,
  ANY_BOOL,
  ANY_BYTES,
  ANY_DOUBLE,
  ANY_INT,
  ANY_KVLIST,
  ANY_STRING,
  KEY_VALUE_KEY,
  KEY_VALUE_VALUE,
  LIST_VALUES,
} from './protobuf-fields.ts';
import { PlainAscii } from './plain-ascii.ts';
import type { Redaction } from './redaction.ts';
import { REDACTED_VALUE } from './secret-redaction.ts';
import type { SpanBatchBuilder } from './span-batch-builder.ts';
import type { SpanFacts } from './span-facts.ts';
import { TEXT_BYTES, textOf } from './text-limit.ts';
import { WireReader } from './wire-reader.ts';

const VALUES: ReadonlySet<number> = new Set([
  ANY_STRING,
  ANY_BOOL,
  ANY_INT,
  ANY_DOUBLE,
  ANY_ARRAY,
  ANY_KVLIST,
  ANY_BYTES,
]);

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Keys are the same in all requests. */
const keys = new AttributeKeys();

/**
 * Turns `KeyValue` and `AnyValue` messages into JSON, byte by byte where they are plain text, and hands every
 * text on to the search. `protobuf-values.ts` does the same into objects, for signals that are less frequent.
 */
export class ProtobufDocument {
  readonly reader: WireReader;
  readonly #source: Buffer;
  readonly #plain: PlainAscii;
  readonly #batch: SpanBatchBuilder;
  readonly #out: ByteWriter;
  readonly #redactText: Redaction['text'];
  /** Whether values go whose key names a secret. */
  readonly #redactsKeys: boolean;
  readonly #redactedKeys = new WeakMap<AttributeKey, Buffer>();
  readonly #budget = new ValueBudget();

  /** @param redaction - `null` keeps secrets. */
  constructor(source: Buffer, batch: SpanBatchBuilder, redaction: Redaction | null) {
    this.reader = new WireReader(source);
    this.#source = source;
    this.#plain = new PlainAscii(source);
    this.#batch = batch;
    this.#out = batch.document;
    this.#redactText = redaction?.text ?? null;
    this.#redactsKeys = redaction !== null;
  }

  /** Counts one more thing that the request makes us allocate. */
  spend(): void {
    this.#budget.spend();
  }

  /** Counts one more span. */
  record(): void {
    this.#budget.record();
  }

  /** The text of a field, without its secrets. */
  text(): string {
    const text = this.reader.text();
    return this.#redactText === null ? text : this.#redactText(text);
  }

  /**
   * Enters a message and writes the `KeyValue`s that it has under `attributesTag` as one JSON object. All other
   * fields go to `field`; those that it does not take are skipped.
   */
  object(attributesTag: number, facts: SpanFacts | null, field?: (tag: number) => boolean, depth = 0): void {
    const { reader } = this;
    const end = reader.enter();
    let isFirst = true;
    this.#out.byte(OPEN_BRACE);
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === attributesTag) {
        this.keyValue(facts, isFirst, depth);
        isFirst = false;
      } else if (field?.(tag) !== true) reader.skip(tag & 7);
    }
    reader.leave(end);
    this.#out.byte(CLOSE_BRACE);
  }

  /** What `write` writes, as text and not as part of a span. */
  aside(write: () => void): string {
    const begin = this.#out.length;
    const searchBegin = this.#batch.searchLength;
    write();
    const text = this.#out.since(begin);
    this.#out.length = begin;
    this.#batch.searchLength = searchBegin;
    return text;
  }

  /** Writes one `KeyValue` as `"key":value`; those of `facts` are also kept there. */
  keyValue(facts: SpanFacts | null, isFirst: boolean, depth = 0): void {
    const { reader } = this;
    const end = reader.enter();
    let keyStart = end;
    let keyEnd = end;
    let valueStart = -1;
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === KEY_VALUE_KEY) {
        keyEnd = reader.enter();
        keyStart = reader.position;
        reader.position = keyEnd;
      } else if (tag === KEY_VALUE_VALUE) {
        valueStart = reader.position;
        reader.position = reader.enter();
      } else reader.skip(tag & 7);
    }
    reader.leave(end);
    const key = keys.at(this.#source, keyStart, keyEnd);
    // Of several attributes with one key the last counts, as in JSON.
    forgetFact(key, facts);
    if (key.isAi) this.#batch.markAi();
    if (!isFirst) this.#out.byte(COMMA);
    const json = this.#redactText === null ? key.json : this.#redactedKey(key, this.#redactText);
    this.#out.copy(json, 0, json.length);
    if (valueStart === -1) {
      // A key without a value is an attribute as well.
      this.#budget.spend();
      this.#out.ascii('null');
    } else {
      reader.position = valueStart;
      this.#anyValue(key, facts, depth);
    }
    reader.position = end;
  }

  /** The key without its secrets, as JSON. */
  #redactedKey(key: AttributeKey, redactText: (text: string) => string): Buffer {
    let json = this.#redactedKeys.get(key);
    if (json === undefined) {
      json = jsonKey(redactText(key.text));
      this.#redactedKeys.set(key, json);
    }
    return json;
  }

  #array(depth: number): void {
    const { reader } = this;
    const end = reader.enter();
    let isFirst = true;
    this.#out.byte(OPEN_BRACKET);
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === LIST_VALUES) {
        if (!isFirst) this.#out.byte(COMMA);
        isFirst = false;
        this.#anyValue(null, null, depth);
      } else reader.skip(tag & 7);
    }
    reader.leave(end);
    this.#out.byte(CLOSE_BRACKET);
  }

  /** Of several values in one message the last counts, as protobuf demands. */
  #anyValue(key: AttributeKey | null, facts: SpanFacts | null, depth: number): void {
    this.#budget.spend();
    checkDepth(depth);
    const { reader } = this;
    const end = reader.enter();
    const out = this.#out;
    const begin = out.length;
    const searchBegin = this.#batch.searchLength;
    while (reader.position < end) {
      const tag = reader.tag();
      if (out.length !== begin && VALUES.has(tag)) {
        out.length = begin;
        this.#batch.searchLength = searchBegin;
        forgetFact(key, facts);
      }
      switch (tag) {
        case ANY_STRING:
          this.#string(key, facts);
          break;
        case ANY_BOOL:
          out.ascii(reader.varint32() === 0 ? 'false' : 'true');
          break;
        case ANY_INT:
          this.#scalar(int64ToJson(reader.int64()));
          break;
        case ANY_DOUBLE:
          this.#scalar(doubleToJson(reader.double()));
          break;
        case ANY_ARRAY:
          this.#array(depth + 1);
          break;
        case ANY_KVLIST:
          this.object(LIST_VALUES, null, undefined, depth + 1);
          break;
        case ANY_BYTES:
          this.#batch.leaveOutText();
          out.byte(QUOTE);
          out.utf8(reader.base64());
          out.byte(QUOTE);
          break;
        default:
          reader.skip(tag & 7);
      }
    }
    reader.leave(end);
    if (out.length === begin) out.ascii('null');
    else if (key?.isSecret === true && this.#redactsKeys && !out.isLiteralAt(begin)) {
      out.length = begin;
      this.#batch.searchLength = searchBegin;
      out.utf8(JSON.stringify(REDACTED_VALUE));
    }
  }

  #scalar(value: ReturnType<typeof int64ToJson>): void {
    if (typeof value === 'string') this.#batch.leaveOutText();
    this.#out.ascii(typeof value === 'string' ? `"${value}"` : String(value));
  }

  #string(key: AttributeKey | null, facts: SpanFacts | null): void {
    const end = this.reader.enter();
    const start = this.reader.position;
    this.reader.position = end;
    const isFact = key !== null && key.fact !== null && facts !== null && start !== end;
    const isWhole = this.#redactText === null && end - start <= TEXT_BYTES;
    if (isWhole && this.#out.asciiString(this.#plain, start, end)) {
      this.#batch.searchable(this.#source, start, end);
      if (isFact) facts[key.fact] = this.#source.toString('latin1', start, end);
      return;
    }
    const received = textOf(this.#source, start, end);
    const text = this.#redactText === null ? received : this.#redactText(received);
    this.#out.utf8(JSON.stringify(text));
    this.#batch.searchableText(text);
    if (isFact) facts[key.fact] = text;
  }
}

function forgetFact(key: AttributeKey | null, facts: SpanFacts | null): void {
  if (key === null || key.fact === null || facts === null) return;
  if (facts[key.fact] !== undefined) delete facts[key.fact];
}
