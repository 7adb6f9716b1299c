import { type ComposableSampler, neverIntent, type SamplingIntent } from './composable-sampler.ts';
import { thresholdOf } from './rejection-threshold.ts';

/** Keeps every span; each stands for itself (SDK specification, "ComposableAlwaysOn"). */
export function alwaysOn(): ComposableSampler {
  return fixed({ threshold: '0', adjustedCountReliable: true }, 'alwaysOn()');
}

/** Keeps none (SDK specification, "ComposableAlwaysOff"). */
export function alwaysOff(): ComposableSampler {
  return fixed(neverIntent, 'alwaysOff()');
}

/**
 * Keeps a share of the traces, chosen by their id: the same ones in every process, and all that any lower
 * share keeps (SDK specification, "ComposableProbability"). Wrap it in `parentThreshold` to decide at the
 * root of a trace only.
 *
 * @param ratio - From 2^-56 to 1, or 0 for never. The threshold has four digits: 0.1 is 0.100006.
 * @throws InvalidOptionError when it is not.
 */
export function probability(ratio: number): ComposableSampler {
  if (ratio === 0) return fixed(neverIntent, 'probability(0)');
  return fixed({ threshold: thresholdOf(ratio), adjustedCountReliable: true }, `probability(${ratio})`);
}

function fixed(intent: SamplingIntent, description: string): ComposableSampler {
  Object.freeze(intent);
  return { samplingIntent: () => intent, toString: () => description };
}
