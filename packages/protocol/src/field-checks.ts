import { either, is, isObject, isText, matches, type Check } from './json-shape.ts';

/** Deeper attribute values are refused: the service stores 64 levels, and a guard must not exhaust the stack. */
const ATTRIBUTE_DEPTH_LIMIT = 100;

export const isTraceId = matches(/^[0-9a-f]{32}$/);
export const isSpanId = matches(/^[0-9a-f]{16}$/);
export const isNanoseconds = matches(/^[0-9]{1,20}$/);
export const isStatus = either(is('success'), is('error'), is('timeout'), is('cancelled'), is('suspended'));
export const isTextOrNull = either(isText, is(null));

/** A value of an attribute, or of what has the same form. */
export function isAttribute(value: unknown, depth = 0): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth >= ATTRIBUTE_DEPTH_LIMIT) return false;
  return Object.values(value).every((item) => isAttribute(item, depth + 1));
}

export const isAttributes: Check = (value) => isObject(value) && isAttribute(value);
