import { getHeapStatistics } from 'node:v8';
import type { ProcessMeter } from '@tta/obs-context';

/**
 * Measures this process: 1 µs for the processor time, 0.2 µs for the heap. `process.memoryUsage()` says the same of
 * the heap in 10 µs, because it asks the system for the resident set as well.
 */
export function processMeter(): ProcessMeter {
  return {
    cpuMs() {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    heapBytes: () => getHeapStatistics().used_heap_size,
  };
}
