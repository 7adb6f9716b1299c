import { diag } from '@opentelemetry/api';
import type { Sampler } from '@opentelemetry/sdk-trace-node';
import type { ComposableSampler } from './composable-sampler.ts';
import { compositeSampler } from './composite-sampler.ts';
import { parentThreshold } from './parent-threshold.ts';
import { alwaysOff, alwaysOn, probability } from './probability.ts';
import { isProbability } from './rejection-threshold.ts';

const samplers: Readonly<Record<string, (argument: string | undefined) => ComposableSampler>> = {
  always_on: alwaysOn,
  always_off: alwaysOff,
  traceidratio: (argument) => probability(readRatio(argument)),
  parentbased_always_on: () => parentThreshold(alwaysOn()),
  parentbased_always_off: () => parentThreshold(alwaysOff()),
  parentbased_traceidratio: (argument) => parentThreshold(probability(readRatio(argument))),
};

/**
 * The sampler that `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` ask for ("Environment Variable
 * Specification", General SDK Configuration).
 *
 * `traceidratio` is a consistent `probability`: the share and who decides stay what the variable says, and
 * the kept spans can be counted up. OpenTelemetry's own `TraceIdRatioBased` is deprecated in favour of it;
 * each language kept other traces with it, so that it was only fit for roots, where the two are alike.
 *
 * @returns `undefined`, with a warning through OpenTelemetry's `diag`, for a name that is not supported
 * (`jaeger_remote`, `xray`): the default applies. A ratio that is none counts as 1, likewise with a warning.
 */
export function standardSampler(name: string, argument?: string): Sampler | undefined {
  const create = Object.hasOwn(samplers, name) ? samplers[name] : undefined;
  if (create !== undefined) return compositeSampler(create(argument));
  diag.warn(
    `@tta/obs: OTEL_TRACES_SAMPLER is "${name}"; supported are ${Object.keys(samplers).join(', ')}. The default applies.`,
  );
  return undefined;
}

function readRatio(argument: string | undefined): number {
  const text = argument?.trim() ?? '';
  if (text === '') return 1;
  const ratio = Number(text);
  if (ratio === 0 || isProbability(ratio)) return ratio;
  diag.warn(`@tta/obs: OTEL_TRACES_SAMPLER_ARG is "${text}"; it has to be from 0 to 1. All traces are kept.`);
  return 1;
}
