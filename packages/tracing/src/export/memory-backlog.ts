import type { Backlog, Batch } from './backlog.ts';
import { backlogLimit } from './backlog-limit.ts';

export interface MemoryBacklogOptions {
  /** Bytes that may wait; the oldest batches make room. */
  readonly limitBytes: number;
  /** Told of items that are gone without having been sent, and why. */
  readonly onDropped: (count: number, reason: Error) => void;
}

/** Batches that wait in memory, for a destination without a spool. They end with the process. */
export class MemoryBacklog implements Backlog {
  readonly isDurable = false;
  readonly volatile = this;
  readonly keepsOn = 'memory';
  readonly #limitBytes: number;
  readonly #onDropped: (count: number, reason: Error) => void;
  readonly #waiting: Batch[] = [];
  #waitingBytes = 0;
  /** What `first()` handed out: it is on its way, and is neither dropped nor counted as waiting. */
  #underWay: Batch | undefined;
  #lastError: Error | undefined;

  /** @throws {@link InvalidOptionError} (`OBS_ERR_INVALID_OPTION`) for a limit that is none. */
  constructor({ limitBytes, onDropped }: MemoryBacklogOptions) {
    this.#limitBytes = backlogLimit(limitBytes);
    this.#onDropped = onDropped;
  }

  get isEmpty(): boolean {
    return !this.#underWay && this.#waiting.length === 0;
  }

  /** Why {@link append} refused a batch last. */
  get lastError(): Error | undefined {
    return this.#lastError;
  }

  append(batch: Batch): boolean {
    const size = sizeBytes(batch);
    if (size > this.#limitBytes) {
      this.#lastError = new Error(`a batch of ${size} bytes is larger than the whole backlog may be`);
      return false;
    }
    let dropped = 0;
    while (this.#waitingBytes + size > this.#limitBytes) dropped += this.#take()?.count ?? 0;
    this.#waiting.push(batch);
    this.#waitingBytes += size;
    if (dropped > 0)
      this.#onDropped(dropped, new Error(`more than ${this.#limitBytes} bytes wait in memory`));
    return true;
  }

  first(): Batch | undefined {
    return (this.#underWay ??= this.#take());
  }

  removeFirst(): void {
    this.#underWay = undefined;
  }

  /** Nothing outlives the process. */
  adopt(): void {}

  /** What waits is gone then, and counted. */
  close(): void {
    let dropped = this.#underWay?.count ?? 0;
    for (let batch; (batch = this.#take());) dropped += batch.count;
    this.#underWay = undefined;
    if (dropped > 0) this.#onDropped(dropped, new Error('the process ends'));
  }

  #take(): Batch | undefined {
    const oldest = this.#waiting.shift();
    if (oldest) this.#waitingBytes -= sizeBytes(oldest);
    return oldest;
  }
}

/** Bookkeeping included, so that empty batches are bounded in number as well. */
function sizeBytes({ body }: Batch): number {
  return body.byteLength + 64;
}
