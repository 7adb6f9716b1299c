import { DecodeError } from './decode-error.ts';
import { base64Of, limitedText } from './text-limit.ts';

/* What a field of an OTLP message in JSON holds; each function throws DecodeError and names the field. */

const LEAST_SIGNED = -(2n ** 63n);
const MOST_SIGNED = 2n ** 63n - 1n;
const MOST_UNSIGNED = 2n ** 64n - 1n;

export type JsonObject = Readonly<Record<string, unknown>>;

/** Protobuf's JSON mapping lets `null` stand for an absent field. */
export function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

export function asObject(value: unknown, what: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new DecodeError(`${what} must be an object, but is ${nameOf(value)}`);
}

export function optionalObject(value: unknown, what: string): JsonObject {
  return isSet(value) ? asObject(value, what) : {};
}

export function asList(value: unknown, what: string): readonly unknown[] {
  if (!isSet(value)) return [];
  if (Array.isArray(value)) return value;
  throw new DecodeError(`${what} must be an array, but is ${nameOf(value)}`);
}

export function text(value: unknown, what: string): string {
  return limitedText(string(value, what));
}

/** Bytes, which are base64 in JSON as well. */
export function base64(value: unknown, what: string): string {
  const bytes = Buffer.from(string(value, what), 'base64');
  return base64Of(bytes, 0, bytes.length);
}

export function truth(value: unknown, what: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new DecodeError(`${what} must be a boolean, but is ${nameOf(value)}`);
}

/** Of 64 bits, signed or unsigned. */
export function integer(value: unknown, what: string): bigint {
  if (!isSet(value) || value === '') return 0n;
  const result = integerOf(value, what);
  if (result >= LEAST_SIGNED && result <= MOST_UNSIGNED) return result;
  throw new DecodeError(`${what} must be an integer of 64 bits, but is ${nameOf(value)}`);
}

/** Of 64 bits, signed. */
export function signedInteger(value: unknown, what: string): bigint {
  const result = integer(value, what);
  if (result <= MOST_SIGNED) return result;
  throw new DecodeError(`${what} must be an integer of 64 bits, but is ${nameOf(value)}`);
}

/** The lower 32 bits, unsigned. */
export function uint32(value: unknown, what: string): number {
  return Number(BigInt.asUintN(32, integer(value, what)));
}

export function double(value: unknown, what: string): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && value.trim() !== '' && (value === 'NaN' || !Number.isNaN(Number(value)))) {
    return Number(value);
  }
  throw new DecodeError(`${what} must be a number, but is ${nameOf(value)}`);
}

/** An integer, also as text, or one of `names`, which stand for 0, 1, 2 and so on. */
export function enumValue(value: unknown, names: readonly string[], what: string): number {
  if (!isSet(value)) return 0;
  const number = enumOf(value, names);
  if (number !== undefined) return number;
  throw new DecodeError(`${what} must be an integer or one of ${names.join(', ')}, but is ${nameOf(value)}`);
}

/** Like {@link enumValue}; an unknown name says as little as an unknown number, and is 0. */
export function lenientEnumValue(value: unknown, names: readonly string[], what: string): number {
  return typeof value === 'string' ? (enumOf(value, names) ?? 0) : enumValue(value, names, what);
}

function enumOf(value: unknown, names: readonly string[]): number | undefined {
  if (typeof value === 'number' && Number.isInteger(value)) return value >>> 0;
  if (typeof value !== 'string') return undefined;
  if (/^[0-9]{1,9}$/.test(value)) return Number(value);
  const index = names.indexOf(value);
  return index === -1 ? undefined : index;
}

function integerOf(value: unknown, what: string): bigint {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^[+-]?[0-9]{1,20}$/.test(value)) return BigInt(value.replace('+', ''));
  throw new DecodeError(`${what} must be an integer, but is ${nameOf(value)}`);
}

function string(value: unknown, what: string): string {
  if (!isSet(value)) return '';
  if (typeof value === 'string') return value;
  throw new DecodeError(`${what} must be a string, but is ${nameOf(value)}`);
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (value === undefined) return 'missing';
  const shown = JSON.stringify(value);
  return shown.length <= 40 ? shown : `${shown.slice(0, 40)}…`;
}
