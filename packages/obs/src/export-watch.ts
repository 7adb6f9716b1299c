import { type Clock, systemClock } from '@tta/obs-context';
import type { PeriodicExport } from '@tta/obs-metrics';

type MetricExporter = PeriodicExport['exporter'];

/** What happens within this time before the end of a process is not worth a line. */
const worthALineMs = 1_000;

/** Knows when metrics were last exported. */
export class ExportWatch {
  readonly #clock: Clock;
  #lastMs: number;
  #hasExported = false;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
    this.#lastMs = clock.monotonic();
  }

  /** The same exporter, and the watch knows when it exports. */
  watched(exporter: MetricExporter): MetricExporter {
    return {
      export: (metrics, done) => {
        this.#lastMs = this.#clock.monotonic();
        this.#hasExported = true;
        exporter.export(metrics, done);
      },
      forceFlush: () => exporter.forceFlush(),
      shutdown: () => exporter.shutdown(),
      ...bound(exporter, 'selectAggregation'),
      ...bound(exporter, 'selectAggregationTemporality'),
    };
  }

  /** Seconds of which no metrics were exported; `undefined` where it is too short to tell. */
  unsentSeconds(): number | undefined {
    const ms = this.#clock.monotonic() - this.#lastMs;
    return this.#hasExported && ms < worthALineMs ? undefined : Math.ceil(ms / 1_000);
  }
}

/** A method that an exporter may lack. */
function bound<K extends 'selectAggregation' | 'selectAggregationTemporality'>(
  exporter: MetricExporter,
  name: K,
): Pick<MetricExporter, K> {
  const method = exporter[name]?.bind(exporter);
  return (method ? { [name]: method } : {}) as Pick<MetricExporter, K>;
}
