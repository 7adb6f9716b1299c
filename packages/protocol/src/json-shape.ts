/** A question about a value that came from outside; answering never throws. */
export type Check = (value: unknown) => boolean;

export const isText: Check = (value) => typeof value === 'string';
export const isFlag: Check = (value) => typeof value === 'boolean';
export const isFinite: Check = (value) => Number.isFinite(value);
export const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
export const isLength: Check = (value) => Number.isFinite(value) && (value as number) >= 0;

/** The value is exactly `expected`. */
export function is(expected: string | null): Check {
  return (value) => value === expected;
}

export function matches(pattern: RegExp): Check {
  return (value) => typeof value === 'string' && pattern.test(value);
}

export function either(...checks: readonly Check[]): Check {
  return (value) => checks.some((check) => check(value));
}

export function listOf(item: Check): Check {
  return (value) => Array.isArray(value) && value.every(item);
}

/** An object whose fields pass; fields that are not named are allowed, so that the contract can grow. */
export function shape(fields: Readonly<Record<string, Check>>): Check {
  const entries = Object.entries(fields);
  return (value) => isObject(value) && entries.every(([key, check]) => check(value[key]));
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
