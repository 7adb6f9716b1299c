const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 500;
const TRACE_ID = /^[0-9a-f]{32}$/i;
/** The last millisecond that nanoseconds in 64 bits reach: in the year 2262. */
const LATEST_MS = 9_223_372_036_854;
const SPAN_ID = /^[0-9a-f]{16}$/i;

/** The query of an address as fastify reads it: a parameter that is repeated is a list. */
export type Query = Readonly<Record<string, string | string[] | undefined>>;

/** A part of an address makes no sense; the message says which. */
class BadRequestError extends Error {
  readonly statusCode = 400;

  constructor(message: string) {
    super(message);
    this.name = 'BadRequestError';
  }
}

/** @throws BadRequestError when the parameter is repeated. */
export function oneValue(query: Query, name: string): string | undefined {
  const value = query[name];
  if (Array.isArray(value)) throw new BadRequestError(`${name} must be given once.`);
  return value;
}

/** All values of a parameter. @throws BadRequestError when there are more than `most`. */
export function severalValues(query: Query, name: string, most: number): readonly string[] {
  const values = [query[name] ?? []].flat();
  if (values.length > most) throw new BadRequestError(`${name} may be given up to ${most} times.`);
  return values;
}

/** @throws BadRequestError when it is not a whole number from `least` to `most`. */
export function wholeNumber(query: Query, name: string, least: number, most: number): number | undefined {
  const value = oneValue(query, name);
  if (value === undefined) return undefined;
  const number = /^-?[0-9]{1,4}$/.test(value) ? Number(value) : NaN;
  if (number >= least && number <= most) return number;
  throw new BadRequestError(`${name} must be a number from ${least} to ${most}.`);
}

/** @throws BadRequestError when it is no time in milliseconds since the Unix epoch. */
export function moment(query: Query, name: string): number | undefined {
  const value = oneValue(query, name);
  if (value === undefined) return undefined;
  const milliseconds = /^[0-9]{1,13}$/.test(value) ? Number(value) : NaN;
  if (milliseconds <= LATEST_MS) return milliseconds;
  throw new BadRequestError(`${name} must be a whole number of milliseconds since the Unix epoch.`);
}

/** Of what is asked from `sinceMs` to `untilMs`: by default until now, and as long before that as `defaultMs`. @throws BadRequestError */
export function timeWindow(
  query: Query,
  nowMs: number,
  defaultMs: number,
): { readonly sinceMs: number; readonly untilMs: number } {
  const untilMs = moment(query, 'untilMs') ?? nowMs;
  const sinceMs = moment(query, 'sinceMs') ?? Math.max(0, untilMs - defaultMs);
  if (sinceMs >= untilMs) throw new BadRequestError('sinceMs must be before untilMs.');
  return { sinceMs, untilMs };
}

/** @throws BadRequestError when it is none of `values`. */
export function oneOf<const Value extends string>(
  query: Query,
  name: string,
  values: readonly Value[],
): Value | undefined {
  const given = oneValue(query, name);
  if (given === undefined) return undefined;
  const value = values.find((known) => known === given);
  if (value === undefined) throw new BadRequestError(`${name} must be one of ${values.join(', ')}.`);
  return value;
}

/** `limit` of a list. @throws BadRequestError */
function listLimit(query: Query): number {
  return wholeNumber(query, 'limit', 1, LIMIT_MAX) ?? LIMIT_DEFAULT;
}

/** `limit` and `cursor` of a list. @throws BadRequestError */
export function listQuery(query: Query): { readonly limit: number; readonly cursor?: string } {
  const limit = listLimit(query);
  const cursor = oneValue(query, 'cursor');
  return cursor === undefined ? { limit } : { limit, cursor };
}

/** @returns The id in lower case. @throws BadRequestError when it is none. */
export function traceIdOf(text: string): string {
  if (!TRACE_ID.test(text)) throw new BadRequestError('A trace id has 32 hex digits.');
  return text.toLowerCase();
}

/** @returns The id in lower case. @throws BadRequestError when it is none. */
export function spanIdOf(text: string): string {
  if (!SPAN_ID.test(text)) throw new BadRequestError('A span id has 16 hex digits.');
  return text.toLowerCase();
}
