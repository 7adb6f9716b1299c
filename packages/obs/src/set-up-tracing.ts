import { standardSampler, startTracing, type Tracing } from '@tta/obs-tracing';
import { consoleSpanProcessor } from './console-span-processor.ts';
import { limitOfOneMs } from './finish-in-turn.ts';
import { inheritedContext } from './inherited-context.ts';
import type { Environment } from './environment/variables.ts';
import type { ModelClients } from './model-clients/model-clients.ts';
import type { SetUp } from './set-up.ts';

/** @throws `OBS_ERR_INVALID_OPTION` for a destination or a tail sampling configuration that cannot be used. */
export function setUpTracing(
  { options, env, resource, destinations, onTrouble }: SetUp,
  variables: Environment,
  modelClients: ModelClients | undefined,
): Tracing {
  const sampler = options.sampler ?? (env.sampler && standardSampler(env.sampler.name, env.sampler.ratio));
  const parent = inheritedContext(variables, env.propagators);
  const tracing = startTracing({
    resource,
    destinations: destinations.traces,
    spanLimits: env.spanLimits,
    ...(sampler ? { sampler } : {}),
    ...(options.tailSampling ? { tailSampling: options.tailSampling } : {}),
    ...(env.propagators ? { propagators: env.propagators } : {}),
    ...(options.baggageKeys ? { baggageKeys: options.baggageKeys } : {}),
    ...(parent ? { parent } : {}),
    spanProcessors: [
      ...(modelClients ? [modelClients.spanProcessor] : []),
      ...(env.exporters.traces?.includes('console') ? [consoleSpanProcessor()] : []),
      ...(options.spanProcessors ?? []),
    ],
    onTrouble,
  });
  const count = Math.max(destinations.traces.length, 1);
  // Its own limit is for each destination.
  const finishNow = (limitMs: number): void => tracing.finishNow(Math.min(limitMs / count, limitOfOneMs));
  return { ...tracing, finishNow };
}
