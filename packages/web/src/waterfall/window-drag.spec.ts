import { describe, expect, it } from '@jest/globals';
import { dragged, grabbed, nudged } from './window-drag.ts';

const whole = { fromPx: 0, toPx: 400 };
const part = { fromPx: 100, toPx: 200 };

describe('grabbed', () => {
  it.each([
    [50, whole, 'select'],
    [2, whole, 'from'],
    [398, whole, 'to'],
    [50, part, 'select'],
    [97, part, 'from'],
    [204, part, 'to'],
    [150, part, 'move'],
    [101, { fromPx: 100, toPx: 103 }, 'from'],
    [102, { fromPx: 100, toPx: 103 }, 'to'],
  ] as const)('at %d px of %j is %s', (px, shown, kind) => {
    expect(grabbed(px, shown, 400)).toBe(kind);
  });
});

describe('dragged', () => {
  it.each([
    ['select', 10, 60, { fromPx: 10, toPx: 60 }],
    ['select', 60, -20, { fromPx: 0, toPx: 60 }],
    ['select', 60, 62, undefined],
    ['from', 100, 150, { fromPx: 150, toPx: 200 }],
    ['from', 100, 260, { fromPx: 200, toPx: 260 }],
    ['to', 200, 900, { fromPx: 100, toPx: 400 }],
    ['to', 200, 101, undefined],
    ['move', 150, 170, { fromPx: 120, toPx: 220 }],
    ['move', 150, -500, { fromPx: 0, toPx: 100 }],
    ['move', 150, 900, { fromPx: 300, toPx: 400 }],
  ] as const)('%s from %d to %d px gives %j', (kind, startPx, px, window) => {
    expect(dragged(kind, startPx, px, part, 400)).toEqual(window);
  });
});

describe('nudged', () => {
  it.each([
    ['from', 'ArrowRight', { fromPx: 105, toPx: 200 }],
    ['from', 'ArrowDown', { fromPx: 95, toPx: 200 }],
    ['from', 'Home', { fromPx: 0, toPx: 200 }],
    ['from', 'End', { fromPx: 195, toPx: 200 }],
    ['to', 'ArrowUp', { fromPx: 100, toPx: 205 }],
    ['to', 'End', { fromPx: 100, toPx: 400 }],
    ['to', 'Home', { fromPx: 100, toPx: 105 }],
    ['to', 'Enter', undefined],
  ] as const)('%s by %s gives %j', (edge, key, window) => {
    expect(nudged(edge, key, part, 400)).toEqual(window);
  });

  it('moves the edges of a window that is too narrow to be drawn', () => {
    const { fromPx, toPx } = nudged('to', 'ArrowRight', { fromPx: 100, toPx: 101 }, 400)!;
    expect([fromPx, toPx]).toEqual([100, expect.closeTo(101.05)]);
  });
});
