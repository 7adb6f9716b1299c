import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tta/obs-context/manual';
import { ExportWatch } from './export-watch.ts';

const exporter = {
  export: (_: unknown, done: (result: { code: number }) => void) => done({ code: 0 }),
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};
const nothing = { resource: undefined as never, scopeMetrics: [] };

describe('ExportWatch', () => {
  it('knows for how long nothing was exported, unless that is too short to tell', async () => {
    const clock = new ManualClock();
    const watch = new ExportWatch(clock);
    await clock.advance(300);
    expect(watch.unsentSeconds()).toBe(1);
    const codes: number[] = [];
    watch.watched(exporter).export(nothing, ({ code }) => void codes.push(code));
    expect(codes).toEqual([0]);
    await clock.advance(999);
    expect(watch.unsentSeconds()).toBeUndefined();
    await clock.advance(1_002);
    expect(watch.unsentSeconds()).toBe(3);
  });

  it('leaves the exporter its preferences, or that it has none', () => {
    const watch = new ExportWatch(new ManualClock());
    expect(Object.keys(watch.watched(exporter))).not.toContain('selectAggregation');
    const choosy = {
      ...exporter,
      preferred: 1,
      selectAggregationTemporality(): number {
        return this.preferred;
      },
    };
    expect(watch.watched(choosy).selectAggregationTemporality?.('COUNTER' as never)).toBe(1);
  });
});
