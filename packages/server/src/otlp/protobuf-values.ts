import type { AttributeJson } from '@tta/obs-protocol';
import {
  checkDepth,
  doubleToJson,
  int64ToJson,
  setAttribute,
  ValueBudget,
  type MutableAttributes,
} from './attribute-value.ts';
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
import { WireReader } from './wire-reader.ts';

/** Reads the messages that all signals have in common: `KeyValue` and `AnyValue`. */
export class ProtobufValues {
  readonly reader: WireReader;
  readonly #budget = new ValueBudget();

  constructor(bytes: Uint8Array) {
    this.reader = new WireReader(bytes);
  }

  /** Counts one more thing that the request makes us allocate. */
  spend(): void {
    this.#budget.spend();
  }

  /** Counts one more log record or data point. */
  record(): void {
    this.#budget.record();
  }

  keyValue(attributes: MutableAttributes, depth = 0): void {
    const { reader } = this;
    const end = reader.enter();
    let key = '';
    let value: AttributeJson | undefined;
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === KEY_VALUE_KEY) key = reader.text();
      else if (tag === KEY_VALUE_VALUE) value = this.anyValue(depth);
      else reader.skip(tag & 7);
    }
    reader.leave(end);
    // A key without a value is an attribute as well.
    if (value === undefined) this.#budget.spend();
    setAttribute(attributes, key, value ?? null);
  }

  anyValue(depth = 0): AttributeJson {
    this.#budget.spend();
    checkDepth(depth);
    const { reader } = this;
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

  /** Enters a message and hands each of its fields to `field`; those that it does not take are skipped. */
  message(field: (tag: number) => boolean): void {
    this.fields(this.reader.enter(), field);
  }

  /** Like {@link message}, for a message that was entered and reaches up to `end`. */
  fields(end: number, field: (tag: number) => boolean): void {
    const { reader } = this;
    while (reader.position < end) {
      const tag = reader.tag();
      if (!field(tag)) reader.skip(tag & 7);
    }
    reader.leave(end);
  }

  #array(depth: number): AttributeJson[] {
    const items: AttributeJson[] = [];
    this.message((tag) => {
      if (tag !== LIST_VALUES) return false;
      items.push(this.anyValue(depth));
      return true;
    });
    return items;
  }

  #map(depth: number): MutableAttributes {
    const attributes: MutableAttributes = {};
    this.message((tag) => {
      if (tag !== LIST_VALUES) return false;
      this.keyValue(attributes, depth);
      return true;
    });
    return attributes;
  }
}
