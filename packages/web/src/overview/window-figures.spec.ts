import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { timeWindows, windowMs } from '../time-window.ts';
import { isOfWholeHours, windowsUntil } from './window-figures.ts';

const MINUTE_MS = 60_000;

describe('windowsUntil', () => {
  it('lets the window before end where the service begins to count this one', () => {
    const nowMs = Date.UTC(2026, 10, 21, 10, 5, 30);
    expect(windowsUntil(nowMs, '1h')).toEqual({
      sinceMs: Date.UTC(2026, 10, 21, 9, 5, 30),
      before: { sinceMs: Date.UTC(2026, 10, 21, 8, 5), untilMs: Date.UTC(2026, 10, 21, 9, 5) },
    });
    expect(windowsUntil(nowMs, '24h').before).toEqual({
      sinceMs: Date.UTC(2026, 10, 19, 10),
      untilMs: Date.UTC(2026, 10, 20, 10),
    });
  });

  it('counts nothing twice and leaves nothing out, whenever it is asked', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(...timeWindows), (sinceEpochS, window) => {
        const nowMs = 1.8e12 + sinceEpochS * 1000 + 7;
        const { sinceMs, before } = windowsUntil(nowMs, window);
        const stepMs = isOfWholeHours(window) ? 60 * MINUTE_MS : MINUTE_MS;
        expect(Math.floor(sinceMs / stepMs) * stepMs).toBe(before.untilMs);
        expect(before.untilMs - before.sinceMs).toBe(windowMs(window));
        expect(before.sinceMs % stepMs).toBe(0);
      }),
    );
  });
});
