import type { Instrumentation } from '@tta/obs-instrumentation';
import { PrimitiveStatistics, type SloTracker } from '@tta/obs-metrics';
import type { Tracing } from '@tta/obs-tracing';
import type { Environment } from './environment/variables.ts';
import { ModelClients } from './model-clients/model-clients.ts';
import type { RunningSignal } from './running-signal.ts';
import { setUpInstrumentation } from './set-up-instrumentation.ts';
import { type RunningLogging, setUpLogging } from './set-up-logging.ts';
import { type RunningMetrics, setUpMetrics } from './set-up-metrics.ts';
import type { SetUp } from './set-up.ts';
import { setUpSlos } from './set-up-slos.ts';
import { setUpTracing } from './set-up-tracing.ts';

/** All that is recorded. */
export interface Signals {
  readonly tracing: Tracing;
  readonly logging: RunningLogging;
  readonly metrics: RunningMetrics;
  readonly slos: SloTracker | undefined;
  readonly statistics: PrimitiveStatistics;
  /** Tells them all what primitives do. */
  readonly instrumentation: Instrumentation;
  /** `undefined` where they are not to be observed. */
  readonly modelClients: ModelClients | undefined;
  /** Traces first: they are what is looked at. */
  readonly all: readonly RunningSignal[];
}

/**
 * Starts all signals, or none.
 *
 * @throws `OBS_ERR_INVALID_OPTION` for an option of one of them that cannot be used.
 */
export function startSignals(setUp: SetUp, variables: Environment): Signals {
  const all: RunningSignal[] = [];
  const keep = <T extends RunningSignal>(signal: T): T => {
    all.push(signal);
    return signal;
  };
  try {
    const isWanted = setUp.options.observeModelClients ?? setUp.env.observeModelClients;
    const modelClients = isWanted ? new ModelClients() : undefined;
    const tracing = keep(setUpTracing(setUp, variables, modelClients));
    const logging = keep(setUpLogging(setUp));
    const slos = setUpSlos(setUp.options, logging.notices);
    const metrics = keep(setUpMetrics(setUp, logging.notices, modelClients));
    const process = String(setUp.resource.attributes['service.instance.id']);
    const statistics = new PrimitiveStatistics({ process });
    const signals = { tracing, logging, metrics, slos };
    const instrumentation = setUpInstrumentation(setUp, signals, statistics);
    return { ...signals, statistics, instrumentation, modelClients, all };
  } catch (error) {
    for (const signal of all) void signal.shutdown(0);
    throw error;
  }
}
