import type { Baggage, BaggageEntry } from '@opentelemetry/api';

/**
 * Baggage that arrived. Other than `propagation.createBaggage` it keeps the order of keys that look like
 * numbers and takes `__proto__` for a key, and it remembers its header, so that it can go on as it came.
 */
export class ReceivedBaggage implements Baggage {
  /** What arrived, where that is how the entries would be written. */
  readonly header: string | undefined;
  readonly #entries: ReadonlyMap<string, BaggageEntry>;

  constructor(entries: ReadonlyMap<string, BaggageEntry>, header?: string) {
    this.#entries = entries;
    this.header = header;
  }

  getEntry(key: string): BaggageEntry | undefined {
    const entry = this.#entries.get(key);
    return entry && { ...entry };
  }

  getAllEntries(): [string, BaggageEntry][] {
    return [...this.#entries];
  }

  setEntry(key: string, entry: BaggageEntry): Baggage {
    return new ReceivedBaggage(new Map(this.#entries).set(key, entry));
  }

  removeEntry(key: string): Baggage {
    return this.removeEntries(key);
  }

  removeEntries(...keys: string[]): Baggage {
    return new ReceivedBaggage(new Map(this.getAllEntries().filter(([key]) => !keys.includes(key))));
  }

  clear(): Baggage {
    return new ReceivedBaggage(new Map());
  }
}
