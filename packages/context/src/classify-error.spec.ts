import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { classifyError } from './classify-error.ts';
import { ManualClock } from './manual-clock.ts';
import { CancelledError, ObsError } from './obs-error.ts';

const withFields = (fields: object, message = 'failed'): Error => Object.assign(new Error(message), fields);
const named = (name: string): Error => withFields({ name });

/** A `fetch` that failed: a TypeError around what really happened. */
const fetchFailed = (cause: unknown, message = 'fetch failed'): TypeError =>
  new TypeError(message, { cause });

describe('classifyError', () => {
  it.each([
    [408, 'timeout', true],
    [504, 'timeout', true],
    [429, 'rate_limit', true],
    [409, 'transient', true],
    [425, 'transient', true],
    [500, 'transient', true],
    [502, 'transient', true],
    [503, 'transient', true],
    [529, 'transient', true],
    [401, 'auth', false],
    [403, 'auth', false],
    [407, 'auth', false],
    [400, 'validation', false],
    [422, 'validation', false],
    [404, 'permanent', false],
    [410, 'permanent', false],
    [501, 'permanent', false],
    [505, 'permanent', false],
  ])('takes HTTP status %i for %s, recoverable %s', (status, category, recoverable) => {
    for (const error of [
      withFields({ status }),
      withFields({ statusCode: status }),
      withFields({ response: { status } }),
      { status },
    ]) {
      expect(classifyError(error)).toMatchObject({ category, recoverable });
    }
  });

  it.each([
    ['ECONNREFUSED', 'network'],
    ['ENOTFOUND', 'network'],
    ['UND_ERR_SOCKET', 'network'],
    ['ETIMEDOUT', 'timeout'],
    ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
    ['ENOSPC', 'resource'],
    ['EMFILE', 'resource'],
    ['EBUSY', 'transient'],
    ['ENOENT', 'permanent'],
    ['EACCES', 'auth'],
    ['ABORT_ERR', 'cancelled'],
    ['constructor', 'unknown'],
    ['E_OF_SOMEBODY', 'unknown'],
  ])('takes the code %s for %s', (code, category) => {
    expect(classifyError(withFields({ code }))).toMatchObject({ category });
  });

  it.each([
    ['an AbortError', named('AbortError'), 'cancelled'],
    ['an APIUserAbortError', named('APIUserAbortError'), 'cancelled'],
    ['an abort that has no name', new Error('Request was aborted.'), 'cancelled'],
    ['the reason of an aborted signal', AbortSignal.abort().reason, 'cancelled'],
    ['a TimeoutError', named('TimeoutError'), 'timeout'],
    ['a TypeError of the program', new TypeError('x is not a function'), 'permanent'],
    ['a RangeError', new RangeError('out of range'), 'permanent'],
    ['a SyntaxError', new SyntaxError('Unexpected token'), 'permanent'],
    ['a ReferenceError', new ReferenceError('x is not defined'), 'permanent'],
    ['one of our own', new CancelledError('stopped'), 'cancelled'],
    ['a fetch without a cause', new TypeError('fetch failed'), 'network'],
    ['a fetch that was refused', fetchFailed(withFields({ code: 'ECONNREFUSED' })), 'network'],
    [
      'a body that broke off',
      fetchFailed(withFields({ code: 'UND_ERR_SOCKET' }, 'other side closed'), 'terminated'),
      'network',
    ],
    ['a wrapped timeout', new Error('ask failed', { cause: named('TimeoutError') }), 'timeout'],
    ['a wrapped status', new Error('ask failed', { cause: withFields({ status: 429 }) }), 'rate_limit'],
    ['a status that is none beside one that is', withFields({ status: 0, statusCode: 503 }), 'transient'],
    ['structure before text', withFields({ status: 400 }, 'request timed out'), 'validation'],
  ])('reads the structure of %s', (_what, error, category) => {
    expect(classifyError(error)).toMatchObject({ category });
  });

  it.each([
    ['Rate limit reached for model', 'rate_limit'],
    ['HTTP 429', 'rate_limit'],
    ['1429 rows are wrong', 'unknown'],
    ['the request timed out', 'timeout'],
    ['Timeout of 5 s', 'timeout'],
    ['Unauthorized', 'auth'],
    ['Invalid API key', 'auth'],
    ['write failed: no space left on device', 'resource'],
    ['the model is overloaded', 'transient'],
    ['Service Unavailable', 'transient'],
    ['socket hang up', 'network'],
    ['it is what it is', 'unknown'],
  ])('reads the text "%s" last, as %s', (message, category) => {
    expect(classifyError(new Error(message))).toMatchObject({ category });
    expect(classifyError(message)).toMatchObject({ category });
    // Thrown by another realm it is no instance of this realm's Error.
    expect(classifyError({ message })).toMatchObject({ category });
  });

  it('keeps category, severity and recoverability that an ObsError states', () => {
    const error = new ObsError('full', {
      code: 'OBS_ERR_TEST',
      category: 'resource',
      severity: 'critical',
      recoverable: true,
    });
    expect(classifyError(error)).toEqual({ category: 'resource', severity: 'critical', recoverable: true });
    expect(classifyError(Object.assign(error, { retryAfterMs: 20 }))).toEqual({
      category: 'resource',
      severity: 'critical',
      recoverable: true,
      retryAfterMs: 20,
    });
  });

  it.each([
    ['milliseconds of its own', { retryAfterMs: 250 }, 250],
    ['seconds', { headers: { 'retry-after': '7' } }, 7_000],
    ['a number', { headers: { 'retry-after': 7 } }, 7_000],
    ['a fraction of a second', { headers: { 'retry-after': '0.5' } }, 500],
    ['capital letters', { headers: { 'Retry-After': '7' } }, 7_000],
    ['a list', { headers: { 'retry-after': ['7', '9'] } }, 7_000],
    ['Headers', { headers: new Headers({ 'Retry-After': '7' }) }, 7_000],
    ['the headers of a response', { response: { headers: new Headers({ 'Retry-After': '7' }) } }, 7_000],
    [
      'the headers of a response as the AI SDK keeps them',
      { responseHeaders: { 'retry-after': '7' } },
      7_000,
    ],
    [
      'milliseconds beside seconds',
      { headers: new Headers({ 'retry-after-ms': '1500.5', 'Retry-After': '2' }) },
      1500.5,
    ],
    [
      'milliseconds that cannot be read beside seconds',
      { headers: { 'retry-after-ms': 'soon', 'retry-after': '2' } },
      2_000,
    ],
    ['an HTTP date', { headers: { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' } }, 30_000],
    ['a date that is past', { headers: { 'retry-after': 'Wed, 31 Dec 2025 23:00:00 GMT' } }, 0],
    [
      'a date by the clock of the sender',
      {
        headers: {
          date: 'Fri, 02 Jan 2026 10:00:00 GMT',
          'retry-after': 'Fri, 02 Jan 2026 10:00:05 GMT',
        },
      },
      5_000,
    ],
    ['nothing that can be read', { headers: { 'retry-after': 'soon' } }, undefined],
    ['less than nothing', { headers: { 'retry-after': '-5' } }, undefined],
    ['words', { headers: { 'retry-after': '3 minutes' } }, undefined],
    ['no end', { retryAfterMs: Number.POSITIVE_INFINITY }, undefined],
    ['ten digits', { headers: { 'retry-after': '9999999999' } }, 9_999_999_999_000],
    [
      'more digits than a number has',
      { headers: { 'retry-after': '9'.repeat(400) } },
      Number.MAX_SAFE_INTEGER,
    ],
    ['as many of milliseconds', { headers: { 'retry-after-ms': '9'.repeat(400) } }, Number.MAX_SAFE_INTEGER],
    ['null headers', { headers: null, response: null }, undefined],
  ])('reads how long to wait from %s', (_what, fields, retryAfterMs) => {
    const clock = new ManualClock(Date.UTC(2026, 0, 1));
    const error = withFields({ status: 429, ...fields });
    expect(classifyError(error, clock)).toEqual({
      category: 'rate_limit',
      severity: 'medium',
      recoverable: true,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  });

  it.each([
    [
      'the clock throws',
      () => {
        throw new Error('no time');
      },
    ],
    ['the clock says what is no time', () => Number.NaN],
  ])('still knows the reason where %s', (_what, now) => {
    const error = withFields({ status: 429, headers: { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' } });
    expect(classifyError(error, { now, monotonic: () => 0, timer: () => () => undefined })).toEqual({
      category: 'rate_limit',
      severity: 'medium',
      recoverable: true,
    });
  });

  it('still knows the reason where the headers cannot be read, at once or later', async () => {
    const unhandled: unknown[] = [];
    const keep = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', keep);
    const throwing = (): never => {
      throw new Error('no headers');
    };
    for (const get of [throwing, () => Promise.reject(new Error('no headers'))]) {
      expect(classifyError(withFields({ status: 429, headers: { get } }))).toEqual({
        category: 'rate_limit',
        severity: 'medium',
        recoverable: true,
      });
    }
    // Unhandled rejections are told after the microtasks.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', keep);
    expect(unhandled).toEqual([]);
  });

  it('finds the wait on the wrapper and the reason in its cause', () => {
    const cause = withFields({ status: 503 });
    expect(classifyError(withFields({ retryAfterMs: 40, cause }))).toMatchObject({
      category: 'transient',
      retryAfterMs: 40,
    });
  });

  it('calls unknown what cannot be read', () => {
    const hostile = Object.defineProperty(new Error('timeout'), 'status', {
      get() {
        throw new Error('no');
      },
    });
    const trap = new Proxy(
      {},
      {
        get() {
          throw new Error('no');
        },
        getPrototypeOf() {
          throw new Error('no');
        },
      },
    );
    for (const error of [hostile, trap, undefined, null, 42, Symbol('x'), () => 1]) {
      expect(classifyError(error)).toMatchObject({ category: 'unknown', recoverable: true });
    }
  });

  it('comes to an end on a chain of causes that bites its tail', () => {
    const error = new Error('outer');
    error.cause = new Error('inner', { cause: error });
    expect(classifyError(error)).toMatchObject({ category: 'unknown' });
  });

  it('classifies any value without a throw', () => {
    const field = fc.oneof(fc.anything(), fc.string(), fc.integer());
    const errorLike = fc.record(
      {
        name: field,
        message: field,
        code: field,
        status: field,
        statusCode: field,
        retryAfterMs: field,
        headers: fc.oneof(
          field,
          fc.dictionary(fc.constantFrom('retry-after', 'retry-after-ms', 'date'), field),
        ),
        response: field,
        cause: field,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.anything(), errorLike), (value) => {
        const { category, severity, recoverable, retryAfterMs } = classifyError(value);
        expect(typeof category).toBe('string');
        expect(typeof severity).toBe('string');
        expect(typeof recoverable).toBe('boolean');
        expect(retryAfterMs === undefined || (Number.isFinite(retryAfterMs) && retryAfterMs >= 0)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
