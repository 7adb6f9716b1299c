import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MinHeap } from './min-heap.ts';

describe('MinHeap', () => {
  it('gives out the least first, whatever comes in between', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer(), { freq: 3 })), (steps) => {
        const heap = new MinHeap<number>((a, b) => a < b);
        const model: number[] = [];
        for (const step of steps) {
          if (step !== null) {
            heap.push(step);
            model.push(step);
            model.sort((a, b) => a - b);
          }
          expect(heap.peek()).toBe(model[0]);
          const popped = step === null ? [heap.pop(), model.shift()] : [];
          expect(popped[0]).toBe(popped[1]);
        }
      }),
    );
  });
});
