import { InvalidCursorError } from './list-cursor.ts';

/** Position in the list of instruments: the name and the key of the one before. */
export type InstrumentPosition = readonly [name: string, id: number];

/** Position in a list of data points: series, time, start and content of the one before. */
export type PointPosition = readonly [
  seriesId: number,
  timeNs: string,
  startNs: string,
  content: string | number,
];

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isKey: Check = (value) => Number.isSafeInteger(value);
const isContent: Check = (value) => typeof value === 'string' || typeof value === 'number';
const isNanoseconds: Check = (value) =>
  typeof value === 'string' && /^[0-9]{1,19}$/.test(value) && BigInt(value) < 2n ** 63n;

export function toCursor(position: InstrumentPosition | PointPosition): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws InvalidCursorError when it is not one of ours. */
export function parseInstrumentCursor(cursor: string): InstrumentPosition {
  return parse(cursor, [isText, isKey]) as InstrumentPosition;
}

/** @throws InvalidCursorError when it is not one of ours. */
export function parsePointCursor(cursor: string): PointPosition {
  return parse(cursor, [isKey, isNanoseconds, isNanoseconds, isContent]) as PointPosition;
}

function parse(cursor: string, checks: readonly Check[]): unknown {
  const position = decode(cursor);
  if (!Array.isArray(position) || position.length !== checks.length) throw new InvalidCursorError();
  if (!checks.every((check, index) => check(position[index]))) throw new InvalidCursorError();
  return position;
}

function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw new InvalidCursorError();
  }
}
