import type { Attributes, ObservableUpDownCounter } from '@opentelemetry/api';

/** A level that goes up and down, with its labels. */
export interface Level {
  readonly labels: Attributes;
  value: number;
}

/** The SDK tells 1,999 label sets of an instrument apart unless set otherwise; `_OTHER` has to be among them. */
const levelLimit = 1_990;

/**
 * Levels that are counted in memory and read at collection: going up and down costs an addition where a
 * synchronous instrument would hash its labels twice an execution. Labels that are new beyond
 * {@link levelLimit} share one level, which is labelled `_OTHER`.
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
    const known = this.#levels.get(JSON.stringify(labels));
    if (known) return known;
    return this.#levels.size < levelLimit ? this.#add(labels) : this.#other(labels);
  }

  #other(labels: Attributes): Level {
    const other = Object.fromEntries(Object.keys(labels).map((name) => [name, '_OTHER']));
    return this.#levels.get(JSON.stringify(other)) ?? this.#add(other);
  }

  #add(labels: Attributes): Level {
    const level = { labels, value: 0 };
    this.#levels.set(JSON.stringify(labels), level);
    return level;
  }
}
