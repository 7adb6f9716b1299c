import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { LinkedAbort } from './linked-abort.ts';

describe('LinkedAbort', () => {
  it('aborts with its parent, for the same reason', () => {
    const parent = new AbortController();
    const linked = new LinkedAbort(parent.signal);
    expect(linked.signal.aborted).toBe(false);
    parent.abort('why');
    expect(linked.signal.reason).toBe('why');
  });

  it('is aborted from the start when its parent is', () => {
    const linked = new LinkedAbort(AbortSignal.abort('early'));
    expect(linked.signal.reason).toBe('early');
  });

  it('aborts alone and leaves no listener on its parent', () => {
    const parent = new AbortController();
    const linked = new LinkedAbort(parent.signal);
    expect(getEventListeners(parent.signal, 'abort')).toHaveLength(1);
    linked.abort('alone');
    expect(linked.signal.reason).toBe('alone');
    expect(parent.signal.aborted).toBe(false);
    expect(getEventListeners(parent.signal, 'abort')).toHaveLength(0);
  });

  it('puts one listener on its parent, however many there are', () => {
    const parent = new AbortController();
    const linked = Array.from({ length: 20 }, () => new LinkedAbort(parent.signal));
    expect(getEventListeners(parent.signal, 'abort')).toHaveLength(1);
    linked[0]?.release();
    parent.abort('all');
    expect(linked.map(({ signal }) => signal.reason)).toEqual([undefined, ...Array<string>(19).fill('all')]);
  });

  it('lets go of its parent on release', () => {
    const parent = new AbortController();
    const linked = new LinkedAbort(parent.signal);
    linked.release();
    parent.abort('late');
    expect(linked.signal.aborted).toBe(false);
    expect(getEventListeners(parent.signal, 'abort')).toHaveLength(0);
  });
});
