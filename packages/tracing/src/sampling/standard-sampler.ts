import type { Sampler } from '@opentelemetry/sdk-trace-node';
import type { ComposableSampler } from './composable-sampler.ts';
import { compositeSampler } from './composite-sampler.ts';
import { parentThreshold } from './parent-threshold.ts';
import { alwaysOff, alwaysOn, probability } from './probability.ts';

/** The values of `OTEL_TRACES_SAMPLER` that need no backend ("Environment Variable Specification"). */
export type StandardSamplerName =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio';

/**
 * The sampler that OpenTelemetry's configuration calls so.
 *
 * `traceidratio` is a consistent `probability`: the share and who decides stay what the name says, and
 * the kept spans can be counted up. OpenTelemetry's own `TraceIdRatioBased` is deprecated in favour of it;
 * each language kept other traces with it, so that it was only fit for roots, where the two are alike.
 *
 * @param ratio - Share of the traces, for the two with `traceidratio`: from 2^-56 to 1, or 0. @defaultValue 1
 * @throws InvalidOptionError for any other name or ratio.
 */
export function standardSampler(name: StandardSamplerName, ratio = 1): Sampler {
  return compositeSampler(partOf(name, ratio));
}

function partOf(name: StandardSamplerName, ratio: number): ComposableSampler {
  switch (name) {
    case 'always_on':
      return alwaysOn();
    case 'always_off':
      return alwaysOff();
    case 'traceidratio':
      return probability(ratio);
    case 'parentbased_always_on':
      return parentThreshold(alwaysOn());
    case 'parentbased_always_off':
      return parentThreshold(alwaysOff());
    case 'parentbased_traceidratio':
      return parentThreshold(probability(ratio));
  }
}
