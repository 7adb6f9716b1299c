import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { tracesAnswer } from './traces-answer.ts';

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  tracesAnswer(new Response(null, { status, headers }), body);

describe('tracesAnswer', () => {
  it.each([
    [200, {}, { kind: 'taken', rejectedCount: 0, message: '' }],
    [
      200,
      { partialSuccess: { rejectedSpans: '3', errorMessage: 'no\u001b[2J name' } },
      { kind: 'taken', rejectedCount: 3, message: 'no [2J name' },
    ],
    [200, { partialSuccess: { errorMessage: 'old' } }, { kind: 'taken', rejectedCount: 0, message: 'old' }],
    [400, { code: 3, message: 'bad' }, { kind: 'refused', message: 'bad' }],
    [413, { detail: 'too large' }, { kind: 'refused', message: 'too large' }],
    [500, undefined, { kind: 'refused', message: 'it answered 500' }],
    [429, {}, { kind: 'busy', message: 'it answered 429' }],
  ])('reads %j %j', (status, body, expected) => {
    expect(answer(status, body)).toMatchObject(expected);
  });

  it.each([
    ['2', 2000],
    ['0', 0],
    ['soon', undefined],
    ['-1', undefined],
  ])('takes Retry-After: %s for %j ms', (text, ms) => {
    expect(answer(503, {}, { 'retry-after': text })).toMatchObject({ kind: 'busy', retryAfterMs: ms });
  });

  it('understands whatever is answered', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), fc.jsonValue(), (status, body) => {
        const { kind, rejectedCount, message } = answer(
          status === 204 || status === 205 || status === 304 ? 200 : status,
          {
            partialSuccess: body,
            message: body,
          },
        );
        expect(['taken', 'busy', 'refused']).toContain(kind);
        expect(rejectedCount).toBeGreaterThanOrEqual(0);
        expect(typeof message).toBe('string');
      }),
    );
  });
});
