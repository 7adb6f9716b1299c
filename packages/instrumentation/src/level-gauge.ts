import type { Attributes, ObservableUpDownCounter } from '@opentelemetry/api';

/**
 * Levels that are counted in memory and read at collection: going up and down costs an addition where a
 * synchronous instrument would hash its labels twice an execution.
 */
export class LevelGauge {
  readonly #levels = new Map<string, { readonly labels: Attributes; value: number }>();

  constructor(instrument: ObservableUpDownCounter) {
    instrument.addCallback((result) => {
      for (const level of this.#levels.values()) result.observe(level.value, level.labels);
    });
  }

  /** @param labels - Asked for only when the key is new. */
  change(key: string, by: 1 | -1, labels: () => Attributes): void {
    const level = this.#levels.get(key);
    if (level) level.value += by;
    else this.#levels.set(key, { labels: labels(), value: by });
  }
}
