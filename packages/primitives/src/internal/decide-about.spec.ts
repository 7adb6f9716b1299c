import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '@tta/obs-context';
import { decideAbout } from './decide-about.ts';

const error = new Error('the step failed');
const asking = (decide: () => unknown) => () => decideAbout('retry "a": retryOn', error, decide);
/** What is thrown. */
function thrownBy(fn: () => unknown): unknown {
  try {
    return ['nothing was thrown', fn()];
  } catch (thrown) {
    return thrown;
  }
}

describe('decideAbout', () => {
  it.each([true, false, undefined, null, 0, { afterMs: 1 }])('passes %p on', (answer) => {
    expect(asking(() => answer)()).toBe(answer);
  });

  it('refuses a promise, also one that rejects, which does not end the process', async () => {
    for (const promise of [Promise.resolve(true), Promise.reject(new Error('nobody waits'))]) {
      expect(thrownBy(asking(() => promise))).toMatchObject({
        code: 'OBS_ERR_INVALID_OPTION',
        message: 'retry "a": retryOn answered with a promise; it has to answer at once',
        cause: error,
      });
    }
    // Jest fails a test file in which a rejection is left unhandled.
    await new Promise((resolve) => setImmediate(resolve));
  });

  it('keeps both errors where the decision fails', () => {
    const bug = new TypeError('no such field');
    const thrown = thrownBy(
      asking(() => {
        throw bug;
      }),
    ) as InvalidOptionError & { cause: AggregateError };
    expect(thrown).toBeInstanceOf(InvalidOptionError);
    expect(thrown.message).toBe('retry "a": retryOn threw: no such field');
    expect(thrown.cause.errors).toEqual([error, bug]);
    expect(thrown.cause.cause).toBe(error);
  });

  it.each([error, new Error('given up', { cause: error })])(
    'throws what the decision throws as it is where that leads to the error: %p',
    (thrown) => {
      expect(
        thrownBy(
          asking(() => {
            throw thrown;
          }),
        ),
      ).toBe(thrown);
    },
  );
});
