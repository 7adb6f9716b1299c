import type { AttributeJson, AttributesJson, NumberJson } from '@tta/obs-protocol';
import { TooManyValuesError, UnusableRecordError } from './decode-error.ts';

/** OpenTelemetry's `AttributeValueDepthLimit`. */
const DEPTH_LIMIT = 64;

/** Two bytes of protobuf can stand for a whole object; this bounds what 64 MiB of them may become. */
const VALUE_LIMIT = 2_000_000;
/** So many that say anything do not fit into 64 MiB, or make others wait: each is some statements for the writer. */
const RECORD_LIMIT = 200_000;

export type MutableAttributes = Record<string, AttributeJson>;

/** Counts what one request makes us allocate, before it is allocated. */
export class ValueBudget {
  #values = VALUE_LIMIT;
  #records = RECORD_LIMIT;

  /** Counts a value, or whatever else records consist of and lie in. */
  spend(): void {
    if (--this.#values < 0) throw new TooManyValuesError(VALUE_LIMIT);
  }

  /** Counts a span, log record or data point. */
  record(): void {
    if (--this.#records < 0) throw new TooManyValuesError(RECORD_LIMIT, 'records');
  }
}

export function checkDepth(depth: number): void {
  if (depth > DEPTH_LIMIT) {
    throw new UnusableRecordError(`an attribute value is nested deeper than ${DEPTH_LIMIT} levels`);
  }
}

/** Sets an own property whatever the key is: plain assignment to `__proto__` would change the prototype. */
export function setAttribute(attributes: MutableAttributes, key: string, value: AttributeJson): void {
  if (key === '__proto__') {
    Object.defineProperty(attributes, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    attributes[key] = value;
  }
}

/** JSON has no NaN and no infinities: they become text. */
export function doubleToJson(value: number): NumberJson {
  return Number.isFinite(value) ? value : String(value);
}

/** Integers that a JavaScript number cannot hold exactly become decimal text. */
export function int64ToJson(value: bigint): NumberJson {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

export function textAttribute(attributes: AttributesJson, key: string): string | null {
  const value = Object.hasOwn(attributes, key) ? attributes[key] : undefined;
  return typeof value === 'string' && value !== '' ? value : null;
}
