import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { untilAborted } from './until-aborted.ts';

const never = new Promise<never>(() => undefined);

describe('untilAborted', () => {
  it('comes to what the work comes to, and follows its signal no longer', async () => {
    const { signal } = new AbortController();
    await expect(untilAborted(signal, Promise.resolve(1))).resolves.toBe(1);
    const error = new Error('no');
    await expect(untilAborted(signal, Promise.reject(error))).rejects.toBe(error);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('rejects with the reason as soon as the signal aborts, and when it has before', async () => {
    const abort = new AbortController();
    const reason = new Error('enough');
    const waiting = untilAborted(abort.signal, never);
    abort.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(untilAborted(abort.signal, never)).rejects.toBe(reason);
  });

  it('leaves no failure of the work that nobody waits for any more', async () => {
    const abort = new AbortController();
    let fail: (error: Error) => void = () => undefined;
    const waiting = untilAborted(abort.signal, new Promise((_, reject) => (fail = reject)));
    abort.abort(new Error('enough'));
    fail(new Error('late'));
    await expect(waiting).rejects.toThrow('enough');
  });
});
