import type { Backlog, Batch } from './backlog.ts';

/**
 * Keeps in memory what the disk does not take: it is full, or its folder cannot be written.
 *
 * A full disk keeps what is spooled on it: removing the oldest would only make room for whatever filled it.
 * The newest wait in memory instead, where the oldest of them make room; they are sent after what is on disk,
 * and those that the disk does not take at the end either are dropped and counted.
 */
export class DiskThenMemory implements Backlog {
  readonly isDurable = true;
  readonly #disk: Backlog;
  readonly #memory: Backlog;
  readonly #onDropped: (count: number, reason: Error) => void;
  /** Which of the two handed out the first batch. */
  #source: Backlog;
  #keepsOn: 'disk' | 'memory' = 'disk';

  constructor(disk: Backlog, memory: Backlog, onDropped: (count: number, reason: Error) => void) {
    this.#disk = disk;
    this.#memory = memory;
    this.#onDropped = onDropped;
    this.#source = disk;
  }

  get isEmpty(): boolean {
    return this.#disk.isEmpty && this.#memory.isEmpty;
  }

  get volatile(): Backlog {
    return this.#memory;
  }

  get keepsOn(): 'disk' | 'memory' {
    return this.#keepsOn;
  }

  get lastError(): Error | undefined {
    return this.#disk.lastError;
  }

  append(batch: Batch): boolean {
    const isOnDisk = this.#disk.append(batch);
    this.#keepsOn = isOnDisk ? 'disk' : 'memory';
    return isOnDisk || this.#memory.append(batch);
  }

  first(): Batch | undefined {
    const onDisk = this.#disk.first();
    this.#source = onDisk ? this.#disk : this.#memory;
    return onDisk ?? this.#memory.first();
  }

  removeFirst(): void {
    this.#source.removeFirst();
  }

  adopt(): void {
    this.#disk.adopt();
  }

  /** What is in memory goes to disk if that works by now; the rest is gone. */
  close(): void {
    for (let batch = this.#memory.first(); batch; batch = this.#memory.first()) {
      this.#memory.removeFirst();
      if (!this.#disk.append(batch))
        this.#onDropped(batch.count, this.#disk.lastError ?? new Error('the process ended'));
    }
    this.#disk.close();
    this.#memory.close();
  }
}
