import { describe, expect, it } from '@jest/globals';
import { untilAborted } from './until-aborted.ts';

describe('untilAborted', () => {
  it('does not begin where the signal has aborted', async () => {
    const signal = AbortSignal.abort(new Error('before'));
    await expect(untilAborted({ signal })).rejects.toBe(signal.reason);
  });
});
