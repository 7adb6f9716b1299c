import { checkJsonSize } from './json-size.ts';
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
import { DecodeError, UnusableSpanError } from './decode-error.ts';
import { finishSpan } from './span-draft.ts';
import type { EventRecord, LinkRecord, ScopeRecord, SpanRecord, TraceBatch } from './trace-batch.ts';

type JsonObject = Readonly<Record<string, unknown>>;

const SPAN_KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
  (name) => `SPAN_KIND_${name}`,
);
const STATUS_CODES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'];

/**
 * Decodes an OTLP `ExportTraceServiceRequest` in its JSON encoding: hex ids in either case, 64-bit integers
 * as text or numbers, enums as integers or names, bytes as base64, unknown fields ignored. A span with a bad
 * field is counted in the result.
 *
 * @throws DecodeError when the text is no such message; the message names the path.
 */
export function decodeJsonTraces(bytes: Uint8Array): TraceBatch {
  return new JsonDecoder().request(parse(bytes));
}

function parse(bytes: Uint8Array): unknown {
  checkJsonSize(bytes);
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch (error) {
    throw new DecodeError(`the body is not JSON: ${(error as Error).message}`);
  }
}

class JsonDecoder {
  readonly #builder = new BatchBuilder();
  readonly #budget = new ValueBudget();

  request(body: unknown): TraceBatch {
    each(asObject(body, 'the body'), 'resourceSpans', '', (resourceSpans, path) => {
      const resource = this.#attributes(optionalObject(resourceSpans['resource'], `${path}.resource`), path);
      each(resourceSpans, 'scopeSpans', `${path}.`, (scopeSpans, scopePath) => {
        const scope = this.#scope(optionalObject(scopeSpans['scope'], `${scopePath}.scope`), scopePath);
        const spans: SpanRecord[] = [];
        const list = asList(scopeSpans['spans'], `${scopePath}.spans`);
        for (const [index, item] of list.entries()) {
          const span = this.#builder.span(
            () => `${scopePath}.spans[${index}]`,
            () => this.#span(item),
          );
          if (span !== null) spans.push(span);
        }
        this.#builder.group(resource, scope, spans);
      });
    });
    return this.#builder.batch();
  }

  #scope(scope: JsonObject, path: string): ScopeRecord {
    return {
      name: text(scope['name'], `${path}.scope.name`),
      version: text(scope['version'], `${path}.scope.version`),
      attributes: this.#attributes(scope, `${path}.scope`),
    };
  }

  /** Whatever is wrong inside a span costs that span alone: JSON is intact around it. */
  #span(item: unknown): SpanRecord {
    this.#budget.spend();
    try {
      const span = asObject(item, 'the span');
      const status = optionalObject(span['status'], 'status');
      return finishSpan({
        traceId: text(span['traceId'], 'traceId'),
        spanId: text(span['spanId'], 'spanId'),
        parentSpanId: text(span['parentSpanId'], 'parentSpanId'),
        name: text(span['name'], 'name'),
        kind: enumValue(span['kind'], SPAN_KINDS, 'kind'),
        startTimeUnixNano: integer(span['startTimeUnixNano'], 'startTimeUnixNano'),
        endTimeUnixNano: integer(span['endTimeUnixNano'], 'endTimeUnixNano'),
        statusCode: enumValue(status['code'], STATUS_CODES, 'status.code'),
        statusMessage: text(status['message'], 'status.message'),
        traceState: text(span['traceState'], 'traceState'),
        flags: Number(BigInt.asUintN(32, integer(span['flags'], 'flags'))),
        attributes: this.#attributes(span, ''),
        events: asList(span['events'], 'events').map((event) => this.#event(event)),
        links: asList(span['links'], 'links').map((link) => this.#link(link)),
      });
    } catch (error) {
      throw error instanceof DecodeError ? new UnusableSpanError(error.message) : error;
    }
  }

  #event(item: unknown): EventRecord {
    this.#budget.spend();
    const event = asObject(item, 'an event');
    return {
      name: text(event['name'], 'event name'),
      timeUnixNano: BigInt.asUintN(64, integer(event['timeUnixNano'], 'event timeUnixNano')),
      attributes: this.#attributes(event, 'event'),
    };
  }

  #link(item: unknown): LinkRecord {
    this.#budget.spend();
    const link = asObject(item, 'a link');
    return {
      traceId: text(link['traceId'], 'link traceId').toLowerCase(),
      spanId: text(link['spanId'], 'link spanId').toLowerCase(),
      attributes: this.#attributes(link, 'link'),
    };
  }

  #attributes(owner: JsonObject, path: string): MutableAttributes {
    return this.#keyValues(owner['attributes'], path === '' ? 'attributes' : `${path}.attributes`, 0);
  }

  #keyValues(list: unknown, path: string, depth: number): MutableAttributes {
    const attributes: MutableAttributes = {};
    for (const item of asList(list, path)) {
      const entry = asObject(item, `an entry of ${path}`);
      const key = text(entry['key'], `a key of ${path}`);
      const value = entry['value'];
      setAttribute(
        attributes,
        key,
        this.#anyValue(optionalObject(value, `the value of ${path} "${key}"`), depth),
      );
    }
    return attributes;
  }

  #anyValue(value: JsonObject, depth: number): AttributeJson {
    this.#budget.spend();
    checkDepth(depth);
    const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = value;
    if (isSet(stringValue)) return text(stringValue, 'stringValue');
    if (isSet(boolValue)) return truth(boolValue);
    if (isSet(intValue)) return intToJson(intValue);
    if (isSet(doubleValue)) return doubleToJson(double(doubleValue));
    if (isSet(bytesValue)) return Buffer.from(text(bytesValue, 'bytesValue'), 'base64').toString('base64');
    if (isSet(arrayValue)) {
      const items = asList(asObject(arrayValue, 'arrayValue')['values'], 'arrayValue.values');
      return items.map((item) => this.#anyValue(optionalObject(item, 'an array item'), depth + 1));
    }
    if (isSet(kvlistValue)) {
      return this.#keyValues(asObject(kvlistValue, 'kvlistValue')['values'], 'kvlistValue', depth + 1);
    }
    return null;
  }
}

/** Protobuf's JSON mapping lets `null` stand for an absent field. */
function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function each(
  owner: JsonObject,
  key: string,
  prefix: string,
  visit: (item: JsonObject, path: string) => void,
): void {
  for (const [index, item] of asList(owner[key], `${prefix}${key}`).entries()) {
    const path = `${prefix}${key}[${index}]`;
    visit(asObject(item, path), path);
  }
}

function asObject(value: unknown, what: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new DecodeError(`${what} must be an object, but is ${nameOf(value)}`);
}

function optionalObject(value: unknown, what: string): JsonObject {
  return isSet(value) ? asObject(value, what) : {};
}

function asList(value: unknown, what: string): readonly unknown[] {
  if (!isSet(value)) return [];
  if (Array.isArray(value)) return value;
  throw new DecodeError(`${what} must be an array, but is ${nameOf(value)}`);
}

function text(value: unknown, what: string): string {
  if (!isSet(value)) return '';
  if (typeof value === 'string') return value;
  throw new DecodeError(`${what} must be a string, but is ${nameOf(value)}`);
}

function truth(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new DecodeError(`boolValue must be a boolean, but is ${nameOf(value)}`);
}

function integer(value: unknown, what: string): bigint {
  if (!isSet(value) || value === '') return 0n;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^[+-]?[0-9]{1,20}$/.test(value)) return BigInt(value.replace('+', ''));
  throw new DecodeError(`${what} must be an integer, but is ${nameOf(value)}`);
}

/** Some senders write every whole number as `intValue`, also those beyond 64 bits: these are doubles. */
function intToJson(value: unknown): AttributeJson {
  const isDouble = typeof value === 'number' && (value >= 2 ** 63 || value < -(2 ** 63));
  return isDouble ? doubleToJson(value) : int64ToJson(integer(value, 'intValue'));
}

function double(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && value.trim() !== '' && (value === 'NaN' || !Number.isNaN(Number(value)))) {
    return Number(value);
  }
  throw new DecodeError(`doubleValue must be a number, but is ${nameOf(value)}`);
}

function enumValue(value: unknown, names: readonly string[], what: string): number {
  if (!isSet(value)) return 0;
  if (typeof value === 'number' && Number.isInteger(value)) return value >>> 0;
  const index = typeof value === 'string' ? names.indexOf(value) : -1;
  if (index >= 0) return index;
  throw new DecodeError(`${what} must be an integer or one of ${names.join(', ')}, but is ${nameOf(value)}`);
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (value === undefined) return 'missing';
  const shown = JSON.stringify(value);
  return shown.length <= 40 ? shown : `${shown.slice(0, 40)}…`;
}
