import type { AttributeJson, NumberJson } from '@tta/obs-protocol';
import {
  checkDepth,
  doubleToJson,
  int64ToJson,
  setAttribute,
  ValueBudget,
  type MutableAttributes,
} from './attribute-value.ts';
import {
  asList,
  asObject,
  base64,
  double,
  isSet,
  optionalObject,
  signedInteger,
  text,
  truth,
  type JsonObject,
} from './json-fields.ts';

/** Reads what all signals have in common: lists of `KeyValue`, and `AnyValue`. */
export class JsonValues {
  readonly #budget = new ValueBudget();
  #notTexts = new Set<string>();

  /** Counts one more thing that the request makes us allocate. */
  spend(): void {
    this.#budget.spend();
  }

  /** Counts one more span, log record or data point. */
  record(): void {
    this.#budget.record();
  }

  /** Texts that bytes and numbers have become since this was asked last. */
  takeNotTexts(): ReadonlySet<string> {
    const taken = this.#notTexts;
    if (taken.size > 0) this.#notTexts = new Set();
    return taken;
  }

  /** The `attributes` of a message; `path` names the message, empty for the record itself. */
  attributes(owner: JsonObject, path: string): MutableAttributes {
    return this.keyValues(owner['attributes'], path === '' ? 'attributes' : `${path}.attributes`);
  }

  /** A list of `KeyValue`; `path` names it. */
  keyValues(list: unknown, path: string, depth = 0): MutableAttributes {
    const attributes: MutableAttributes = {};
    for (const item of asList(list, path)) {
      const entry = asObject(item, `an entry of ${path}`);
      const key = text(entry['key'], `a key of ${path}`);
      const value = entry['value'];
      setAttribute(
        attributes,
        key,
        this.anyValue(optionalObject(value, `the value of ${path} "${key}"`), depth),
      );
    }
    return attributes;
  }

  anyValue(value: JsonObject, depth = 0): AttributeJson {
    this.spend();
    checkDepth(depth);
    const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = value;
    if (isSet(stringValue)) return text(stringValue, 'stringValue');
    if (isSet(boolValue)) return truth(boolValue, 'boolValue');
    if (isSet(intValue)) return this.#notText(intToJson(intValue));
    if (isSet(doubleValue)) return this.#notText(doubleToJson(double(doubleValue, 'doubleValue')));
    if (isSet(bytesValue)) return this.#notText(base64(bytesValue, 'bytesValue'));
    if (isSet(arrayValue)) {
      const items = asList(asObject(arrayValue, 'arrayValue')['values'], 'arrayValue.values');
      return items.map((item) => this.anyValue(optionalObject(item, 'an array item'), depth + 1));
    }
    if (isSet(kvlistValue)) {
      return this.keyValues(asObject(kvlistValue, 'kvlistValue')['values'], 'kvlistValue', depth + 1);
    }
    return null;
  }

  #notText(value: NumberJson): NumberJson {
    if (typeof value === 'string') this.#notTexts.add(value);
    return value;
  }
}

/** Some senders write every whole number as `intValue`, also those beyond 64 bits: these are doubles. */
function intToJson(value: unknown): NumberJson {
  const isDouble = typeof value === 'number' && (value >= 2 ** 63 || value < -(2 ** 63));
  return isDouble ? doubleToJson(value) : int64ToJson(signedInteger(value, 'intValue'));
}
