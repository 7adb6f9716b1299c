import { describe, expect, it } from '@jest/globals';
import { shortId } from './short-id.ts';

describe('shortId', () => {
  it('cuts a trace id in the middle', () => {
    expect(shortId('4bf92f3577b34da6a3ce929d0e0e4736')).toBe('4bf92f35…4736');
  });

  it('keeps an id that is short already', () => {
    expect(shortId('00f067aa')).toBe('00f067aa');
  });
});
