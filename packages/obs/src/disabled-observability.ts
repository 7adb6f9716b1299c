import { Instrumentation, setDefaultInstrumentation } from '@tta/obs-instrumentation';
import { createLogger } from '@tta/obs-logging';
import { PrimitiveStatistics } from '@tta/obs-metrics';
import type { Observability } from './observability.ts';
import type { ObservabilityOptions } from './observability-options.ts';
import type { PrintingOptions } from './printing-options.ts';
import { setUpSlos } from './set-up-slos.ts';

/** What `OTEL_SDK_DISABLED=true` makes: nothing is recorded or sent, and log lines, those of primitives too, are printed all the same. */
export function disabledObservability(
  serviceName: string,
  options: ObservabilityOptions,
  printing: PrintingOptions,
  onShutdown: () => void,
): Observability {
  const log = createLogger(printing.lines);
  const statistics = new PrimitiveStatistics();
  const slos = setUpSlos(options, log);
  setDefaultInstrumentation(new Instrumentation({ logger: log }));
  return {
    serviceName,
    destinations: [],
    prometheusUrl: Promise.resolve(undefined),
    log,
    counts: () => new Map(),
    overhead: () => 0,
    tailSampling: () => undefined,
    primitiveMetrics: () => statistics.snapshot(),
    slos: () => slos?.status() ?? [],
    flush: () => Promise.resolve(),
    async shutdown() {
      setDefaultInstrumentation(undefined);
      onShutdown();
    },
  };
}
