import { setTimeout as sleep } from 'node:timers/promises';
import type { Reading, UsableReading } from './workflow.ts';

/** A slow archive in memory. It refuses each tenth reading once, as one under load does. */
export class Archive {
  readonly #readings: UsableReading[] = [];
  readonly #refused = new Set<number>();

  get size(): number {
    return this.#readings.length;
  }

  readonly store = async (reading: UsableReading): Promise<number> => {
    await sleep(2);
    if (reading.number % 10 === 9 && !this.#refused.has(reading.number)) {
      this.#refused.add(reading.number);
      throw Object.assign(new Error('503 the archive is busy'), { status: 503 });
    }
    return this.#readings.push(reading);
  };
}

/** A fast source: it has the next reading as soon as it is asked, and every seventh cannot be used. */
export class Source {
  /** How many readings were on their way into the archive at most. */
  mostOnTheirWay = 0;
  readonly #archive: Archive;

  constructor(archive: Archive) {
    this.#archive = archive;
  }

  async *readings(count: number): AsyncGenerator<Reading> {
    let usable = 0;
    for (let number = 0; number < count; number++) {
      const celsius = number % 7 === 6 ? undefined : 20 + (number % 5);
      if (celsius !== undefined) usable++;
      this.mostOnTheirWay = Math.max(this.mostOnTheirWay, usable - this.#archive.size);
      yield { number, celsius };
    }
  }
}
