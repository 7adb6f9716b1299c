import { bytes, double, message, text, varint } from './protobuf-writer.ts';

/* `opentelemetry/proto/common/v1/common.proto`: what all signals have in common. */

/** A value of an attribute; integers are bigints, for numbers are doubles. */
export type Value =
  | string
  | boolean
  | bigint
  | number
  | Uint8Array
  | null
  | readonly Value[]
  | { readonly [key: string]: Value };

/** The fields of an `AnyValue`. */
export function anyValue(value: Value): Buffer {
  if (value === null) return Buffer.alloc(0);
  if (typeof value === 'string') return text(1, value);
  if (typeof value === 'boolean') return varint(2, value ? 1 : 0);
  if (typeof value === 'bigint') return varint(3, value);
  if (typeof value === 'number') return double(4, value);
  if (value instanceof Uint8Array) return bytes(7, value);
  if (isList(value)) return message(5, ...value.map((item) => message(1, anyValue(item))));
  return message(6, keyValues(1, value));
}

/** A repeated `KeyValue`. */
export function keyValues(
  field: number,
  attributes: Readonly<Record<string, Value>>,
  asMessage: typeof message = message,
): Buffer {
  return Buffer.concat(
    Object.entries(attributes).map(([key, value]) =>
      asMessage(field, text(1, key), asMessage(2, anyValue(value))),
    ),
  );
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
