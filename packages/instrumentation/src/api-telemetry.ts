import { createNoopMeter, metrics, trace, type Tracer, type TracerProvider } from '@opentelemetry/api';
import { instrumentationScope } from '@tta/obs-context';
import { Instruments } from './instruments.ts';

/** Where spans and points go. Both are `undefined` when nothing records them, so that they cost nothing. */
export interface Telemetry {
  readonly tracer: Tracer | undefined;
  readonly instruments: Instruments | undefined;
}

/** As far as the API's proxy tells; a provider of another make is its own delegate. */
interface ProxyProvider extends TracerProvider {
  getDelegate?(): TracerProvider;
  getDelegateTracer?(name: string): Tracer | undefined;
}

/**
 * The providers that are registered with the OpenTelemetry API at the moment. They may be registered
 * after the first primitive ran, and exchanged between tests, so they are looked up again for each run.
 */
export class ApiTelemetry implements Telemetry {
  #tracerProvider: TracerProvider | undefined;
  #tracer: Tracer | undefined;
  #meterProvider: unknown;
  #instruments: Instruments | undefined;

  get tracer(): Tracer | undefined {
    const registered: ProxyProvider = trace.getTracerProvider();
    const provider = registered.getDelegate?.() ?? registered;
    if (provider !== this.#tracerProvider) {
      this.#tracerProvider = provider;
      const isNoop =
        registered.getDelegateTracer?.(instrumentationScope) === undefined && provider !== registered;
      this.#tracer = isNoop ? undefined : provider.getTracer(instrumentationScope);
    }
    return this.#tracer;
  }

  get instruments(): Instruments | undefined {
    const provider = metrics.getMeterProvider();
    if (provider !== this.#meterProvider) {
      this.#meterProvider = provider;
      const meter = provider.getMeter(instrumentationScope);
      this.#instruments = meter === createNoopMeter() ? undefined : new Instruments(meter);
    }
    return this.#instruments;
  }
}
