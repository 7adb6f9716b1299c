import { isObsError } from '@tta/obs-context';
import { describe, expect, it } from '@jest/globals';
import { AnswerPlan, failureOf, type OtlpAnswer, type OtlpAnswerOptions } from './otlp-answer.ts';
import type { OtlpRequest, OtlpSignal } from './otlp-signal.ts';
import { codeOf } from './rpc-code.ts';

const request = (signal: OtlpSignal): OtlpRequest => ({ signal }) as OtlpRequest;

describe('answers', () => {
  it('hold for as many requests as they are for, of all signals together', () => {
    const plan = new AnswerPlan();
    plan.set('lose', { times: 2, afterMs: 5 });
    const answers = (['traces', 'logs', 'traces'] as const).map((signal) => plan.next(request(signal)));
    expect(answers).toEqual([
      { answer: 'lose', afterMs: 5 },
      { answer: 'lose', afterMs: 5 },
      { answer: 'accept', afterMs: 0 },
    ]);
  });

  it('take the place of those before, signal by signal', () => {
    const plan = new AnswerPlan();
    plan.set('hang', {});
    plan.set('lose', { signal: 'logs' });
    plan.set('accept', { signal: 'metrics' });
    expect(
      (['traces', 'logs', 'metrics'] as const).map((signal) => plan.next(request(signal)).answer),
    ).toEqual(['hang', 'lose', 'accept']);
    plan.clear();
    expect(plan.next(request('traces')).answer).toBe('accept');
  });

  it.each<[OtlpAnswer, OtlpAnswerOptions, string]>([
    ['ok' as 'accept', {}, "use 'accept', 'lose', 'hang'"],
    [null as never, {}, "use 'accept', 'lose', 'hang'"],
    [
      { status: 200 },
      {},
      'status has to be a whole number from 400 to 599: the sink cannot answer {"status":200}',
    ],
    [{ status: 600 }, {}, 'status has to be'],
    [{ code: 'OK' as 'UNKNOWN' }, {}, 'code has to be a name like UNAVAILABLE'],
    [{ code: 14 as never }, {}, 'code has to be a name'],
    [{ status: 503, retryAfterS: 0.5 }, {}, "retryAfterS of the sink's answer is 0.5"],
    [{ rejected: -1 }, {}, "rejected of the sink's answer is -1"],
    ['hang', { times: 0 }, "times of the sink's answer is 0; it has to be a whole number from 1"],
    ['accept', { afterMs: -1 }, "afterMs of the sink's answer is -1"],
  ])('are not %j with %j', (answer, options, message) => {
    let thrown: unknown;
    try {
      new AnswerPlan().set(answer, options);
    } catch (error) {
      thrown = error;
    }
    expect(isObsError(thrown) && thrown.code).toBe('OBS_ERR_INVALID_OPTION');
    expect(String(thrown)).toContain(message);
  });

  it('that are chosen are looked at when they are', () => {
    const plan = new AnswerPlan();
    plan.set(() => 'perhaps' as 'accept', {});
    expect(() => plan.next(request('logs'))).toThrow('cannot answer "perhaps"');
  });

  it.each([
    [400, 3],
    [401, 16],
    [403, 7],
    [404, 5],
    [409, 10],
    [413, 8],
    [429, 8],
    [500, 13],
    [501, 12],
    [502, 14],
    [503, 14],
    [504, 4],
  ])('of status %d are those of code %d', (status, code) => {
    expect(codeOf(status)).toBe(code);
    expect(failureOf({ status })).toEqual({ status, code });
  });

  it('of a code have the status beside it', () => {
    expect(failureOf({ code: 'UNAVAILABLE' })).toEqual({ status: 503, code: 14 });
    expect(failureOf({ code: 'DATA_LOSS' })).toEqual({ status: 500, code: 15 });
  });
});
