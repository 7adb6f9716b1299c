import { FieldError } from './trace-problem.ts';

/* What a field of a JSON document holds. Each function throws FieldError and names the field. */

const leastSigned = -(2n ** 63n);
const mostSigned = 2n ** 63n - 1n;
const mostUnsigned = 2n ** 64n - 1n;

export type JsonObject = Readonly<Record<string, unknown>>;

/** An own member; `__proto__` and the like are no members that a document has not. */
export function member(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Protobuf's JSON mapping and most writers of JSON let `null` stand for what is not there. */
export function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asObject(value: unknown, what: string): JsonObject {
  if (isObject(value)) return value;
  throw new FieldError(`${what} must be an object, but is ${shown(value)}`);
}

export function optionalObject(value: unknown, what: string): JsonObject {
  return isSet(value) ? asObject(value, what) : {};
}

export function asList(value: unknown, what: string): readonly unknown[] {
  if (!isSet(value)) return [];
  if (Array.isArray(value)) return value;
  throw new FieldError(`${what} must be an array, but is ${shown(value)}`);
}

export function text(value: unknown, what: string): string {
  if (!isSet(value)) return '';
  if (typeof value === 'string') return value;
  throw new FieldError(`${what} must be a string, but is ${shown(value)}`);
}

export function truth(value: unknown, what: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new FieldError(`${what} must be true or false, but is ${shown(value)}`);
}

/** Of 64 bits with sign; also as decimal text, since a JSON number is not exact beyond 53. */
export function signed64(value: unknown, what: string): bigint {
  const integer = integerOf(value, what);
  if (integer >= leastSigned && integer <= mostSigned) return integer;
  throw new FieldError(`${what} must be an integer of 64 bits, but is ${shown(value)}`);
}

/** Of 64 bits without sign, 0 where it is missing. */
export function unsigned64(value: unknown, what: string): bigint {
  const integer = integerOf(value, what);
  if (integer >= 0n && integer <= mostUnsigned) return integer;
  throw new FieldError(
    `${what} must be a whole number of 64 bits that is not negative, but is ${shown(value)}`,
  );
}

/** Of 32 bits without sign, 0 where it is missing. */
export function unsigned32(value: unknown, what: string): number {
  const integer = integerOf(value, what);
  if (integer >= 0n && integer < 2n ** 32n) return Number(integer);
  throw new FieldError(
    `${what} must be a whole number of 32 bits that is not negative, but is ${shown(value)}`,
  );
}

/** A double; JSON has no numbers for `NaN`, infinities and -0, which are text. */
export function double(value: unknown, what: string): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && value.trim() !== '') {
    const number = Number(value);
    if (value === 'NaN' || !Number.isNaN(number)) return number;
  }
  throw new FieldError(`${what} must be a number, but is ${shown(value)}`);
}

/** Microseconds, whole or not, as nanoseconds. */
export function microseconds(value: unknown, what: string): bigint {
  if (typeof value === 'string') return upTo64(unsigned64(value, what) * 1000n);
  if (typeof value === 'number' && value >= 0 && value < 2 ** 55) {
    const whole = Math.floor(value);
    return upTo64(BigInt(whole) * 1000n + BigInt(Math.round((value - whole) * 1000)));
  }
  throw new FieldError(`${what} must be a number of microseconds, but is ${shown(value)}`);
}

/** A sum of times that leaves the 64 bits is their last nanosecond, in the year 2554. */
export function upTo64(nanoseconds: bigint): bigint {
  return nanoseconds < mostUnsigned ? nanoseconds : mostUnsigned;
}

/** An integer, or one of `names`, which stand for 0, 1, 2 and so on; what is beyond them is 0. */
export function enumeration(value: unknown, names: readonly string[], what: string): number {
  if (typeof value === 'string') {
    const index = names.indexOf(value);
    if (index !== -1) return index;
  }
  const number = unsigned32(value, `${what}, if not one of ${names.join(', ')},`);
  return number < names.length ? number : 0;
}

/** Hex digits in either case, as lower case; `digits` of them, not all zero. */
export function id(value: unknown, digits: 16 | 32, what: string): string {
  const hex = text(value, what).toLowerCase();
  if (hex.length === digits && /^[0-9a-f]+$/.test(hex) && !/^0+$/.test(hex)) return hex;
  throw new FieldError(`${what} must be ${digits} hex digits, not all zero, but is ${shown(value)}`);
}

/** The same, shorter where the writer left out zeros in front or has ids of 64 bits. */
export function shortId(value: unknown, digits: 16 | 32, what: string): string {
  return id(typeof value === 'string' && value !== '' ? value.padStart(digits, '0') : value, digits, what);
}

/** A value as an error message shows it: on one line, cut. */
export function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  const json = JSON.stringify(value);
  return json.length <= 60 ? json : `${json.slice(0, 60)}…`;
}

function integerOf(value: unknown, what: string): bigint {
  if (!isSet(value) || value === '') return 0n;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^[+-]?\d{1,20}$/.test(value)) return BigInt(value.replace('+', ''));
  throw new FieldError(`${what} must be an integer, but is ${shown(value)}`);
}
