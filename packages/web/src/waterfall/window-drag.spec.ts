import { describe, expect, it } from '@jest/globals';
import { dragged, grabbed } from './window-drag.ts';

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
