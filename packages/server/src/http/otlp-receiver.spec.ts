import { describe, expect, it } from '@jest/globals';
import { DecodeError, TooManyValuesError } from '../otlp/decode-error.ts';
import { refusalOf } from './otlp-receiver.ts';
import { RefusedError } from './refused-error.ts';
import { SparseLog } from './sparse-log.ts';

describe('refusalOf', () => {
  const logged: unknown[] = [];
  const logger = { warn: () => undefined, error: (...line: unknown[]) => void logged.push(line) };
  const cause = new Error('SQLITE_FULL');
  const bug = new TypeError('x is undefined');

  it.each([
    [new DecodeError('a varint is too long'), 400, 'a varint is too long', []],
    [
      new TooManyValuesError(9),
      413,
      'The request holds more than 9 records and values: send smaller batches.',
      [],
    ],
    [new RefusedError(401, 'no token'), 401, 'no token', []],
    [new RefusedError(503, 'disk full', cause), 503, 'disk full', [['POST /x: disk full', cause]]],
    [bug, 500, 'The service failed; its log says why.', [['POST /x failed', bug]]],
  ])('tells the client of %s, and logs what the client is not told', (error, status, message, lines) => {
    logged.length = 0;
    expect(refusalOf(error, 'POST /x', { logger, sparseLog: new SparseLog(() => 0) })).toMatchObject({
      status,
      message,
    });
    expect(logged).toEqual(lines);
  });
});
