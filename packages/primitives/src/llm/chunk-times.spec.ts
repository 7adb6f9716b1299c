import { describe, expect, it } from '@jest/globals';
import { ChunkTimes } from './chunk-times.ts';

describe('ChunkTimes', () => {
  it('has the time to the first chunk from the request on, and what each other one was waited for', () => {
    const times = new ChunkTimes(100);
    times.waited(20);
    expect([times.firstMs, times.laterMs]).toEqual([undefined, []]);
    times.waited(5);
    times.arrived();
    times.waited(3);
    times.waited(4);
    times.arrived();
    times.waited(9);
    expect([times.firstMs, times.laterMs]).toEqual([125, [7]]);
  });

  it('keeps those of the first 10,000 chunks, however many come', () => {
    const times = new ChunkTimes(0);
    for (let n = 0; n < 20_000; n++) times.arrived();
    expect(times.laterMs).toHaveLength(10_000);
  });
});
