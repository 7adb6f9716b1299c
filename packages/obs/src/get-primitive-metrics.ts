import { PrimitiveStatistics, type StatisticsSnapshot } from '@tta/obs-metrics';
import { runningObservability } from './initialize-observability.ts';

/**
 * What `primitiveMetrics()` of this process's observability tells, for code that was not handed it: how often each
 * primitive ran, how long it took, how it failed and what it cost. Before it is set up, and after it was shut down,
 * there are no primitives in it.
 */
export function getPrimitiveMetrics(): StatisticsSnapshot {
  return runningObservability()?.primitiveMetrics() ?? new PrimitiveStatistics().snapshot();
}
