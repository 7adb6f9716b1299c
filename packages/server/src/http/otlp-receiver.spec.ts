import { describe, expect, it } from '@jest/globals';
import { DecodeError, TooManyValuesError } from '../otlp/decode-error.ts';
import { refusalOf } from './otlp-receiver.ts';
import { Refusals } from './refusals.ts';
import { RefusedError } from './refused-error.ts';
import { SparseLog } from './sparse-log.ts';

describe('refusalOf', () => {
  const logged: unknown[] = [];
  const logger = {
    warn: (line: string) => void logged.push([line]),
    error: (...line: unknown[]) => void logged.push(line),
  };
  const cause = new Error('SQLITE_FULL');
  const bug = new TypeError('x is undefined');

  it.each([
    [new DecodeError('a varint is too long'), 400, 'a varint is too long', [['Refused with 400: POST /x']]],
    [
      new TooManyValuesError(9),
      413,
      'The request holds more than 9 records and values: send smaller batches.',
      [['Refused with 413: POST /x']],
    ],
    [new RefusedError(401, 'no token'), 401, 'no token', [['Refused with 401: POST /x']]],
    [new RefusedError(503, 'disk full', cause), 503, 'disk full', [['Refused with 503: POST /x', cause]]],
    [bug, 500, 'The service failed; its log says why.', [['Refused with 500: POST /x', bug]]],
  ])('tells the client of %s, and logs what the client is not told', (error, status, message, lines) => {
    logged.length = 0;
    const sparseLog = new SparseLog(() => 0);
    const refusals = new Refusals({ logger, sparseLog });
    const refusal = refusalOf(error, 'POST', '/x', refusals);
    expect(refusal).toMatchObject({ status, message });
    expect(refusals.counts).toEqual({ requestCount: 1, recordCount: 0 });
    expect(logged).toEqual(lines);
  });
});
