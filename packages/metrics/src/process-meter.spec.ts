import { describe, expect, it } from '@jest/globals';
import { processMeter } from './process-meter.ts';

describe('processMeter', () => {
  it('counts the processor time that this process uses', () => {
    const meter = processMeter();
    const before = meter.cpuMs();
    const used = process.cpuUsage();
    let sum = 0;
    while (process.cpuUsage(used).user + process.cpuUsage(used).system < 20_000) sum += Math.sqrt(sum + 1);
    const { user, system } = process.cpuUsage(used);
    const counted = meter.cpuMs() - before;
    expect(sum).toBeGreaterThan(0);
    expect(counted).toBeGreaterThanOrEqual((user + system) / 1000);
    expect(meter.cpuMs()).toBeLessThanOrEqual((process.cpuUsage().user + process.cpuUsage().system) / 1000);
  });

  it('says how much of the heap is in use', () => {
    const meter = processMeter();
    // A garbage collection may come between two readings, but not between all.
    const readings = Array.from({ length: 50 }, () => {
      const before = process.memoryUsage().heapUsed;
      const heapBytes = meter.heapBytes();
      return before <= heapBytes && heapBytes <= process.memoryUsage().heapUsed;
    });
    expect(readings).toContain(true);
  });
});
