import type { Attributes, ObservableUpDownCounter } from '@opentelemetry/api';

/** A level that goes up and down, with its labels. */
export interface Level {
  readonly labels: Attributes;
  value: number;
}

/**
 * Levels that are counted in memory and read at collection: going up and down costs an addition where a
 * synchronous instrument would hash its labels twice an execution.
 */
export class LevelGauge {
  readonly #levels = new Map<string, Level>();

  constructor(instrument: ObservableUpDownCounter) {
    instrument.addCallback((result) => {
      for (const level of this.#levels.values()) result.observe(level.value, level.labels);
    });
  }

  /** The level with these labels. Callers keep it: finding it is what costs. */
  level(labels: Attributes): Level {
    const key = JSON.stringify(labels);
    let level = this.#levels.get(key);
    if (!level) this.#levels.set(key, (level = { labels, value: 0 }));
    return level;
  }
}
