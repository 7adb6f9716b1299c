import type { Attributes } from '@opentelemetry/api';
import type { OtlpAnyValue, OtlpKeyValue } from './otlp-messages.ts';

/** Attributes as they were recorded. */
export function attributesOf(list: readonly OtlpKeyValue[] = []): Attributes {
  // OTLP carries more than the type of the API has: nested values, and bytes.
  return objectOf(list) as Attributes;
}

/**
 * A value as it was recorded: lists, objects, `Uint8Array`; `null` where it is empty. A whole number that a number does
 * not hold exactly stays the text that it is in JSON.
 */
export function valueOf(value: OtlpAnyValue = {}): unknown {
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.boolValue !== undefined) return value.boolValue;
  if (value.intValue !== undefined) return wholeNumber(value.intValue);
  if (value.doubleValue !== undefined) return value.doubleValue;
  if (value.arrayValue) return value.arrayValue.values.map(valueOf);
  if (value.kvlistValue) return objectOf(value.kvlistValue.values);
  if (value.bytesValue !== undefined) return new Uint8Array(Buffer.from(value.bytesValue, 'base64'));
  return null;
}

function objectOf(list: readonly OtlpKeyValue[]): Record<string, unknown> {
  return Object.fromEntries(list.map(({ key, value }) => [key, valueOf(value)]));
}

function wholeNumber(text: string): number | string {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}
