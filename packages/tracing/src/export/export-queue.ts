import type { Clock } from '@tta/obs-context';
import type { Batch } from './backlog.ts';
import { Delivery, type DeliveryOptions } from './delivery.ts';
import type { ExportCounts } from './export-counts.ts';
import { toError } from './to-error.ts';

export interface ExportQueueOptions<T extends object, B> extends Omit<DeliveryOptions<B>, 'take'> {
  readonly encode: (items: T[]) => B;
  /** About how many bytes an item has in a request. */
  readonly sizeOf: (item: T) => number;
  /** As how many it counts. @defaultValue 1 */
  readonly countOf?: (item: T) => number;
  /** How long an item waits for others to share its request, in milliseconds. */
  readonly flushMs: number;
  /** Items that may wait. */
  readonly queueItems: number;
  /** Most items in one request. */
  readonly batchItems: number;
}

/** Of the items that wait in memory, about. */
const queueLimitBytes = 16 * 2 ** 20;
/** Receivers of OTLP over gRPC take 4 MiB by default; a single larger item is sent alone. */
const batchLimitBytes = 2 * 2 ** 20;
const defaultStopLimitMs = 3_000;

/**
 * The queue of one destination: collects items of one signal and hands them to its delivery in batches. One
 * request is under way at a time; what comes meanwhile goes into the next, so that a busy destination gets
 * fewer, larger requests.
 */
export class ExportQueue<T extends object, B> {
  readonly #options: ExportQueueOptions<T, B>;
  readonly #clock: Clock;
  readonly #delivery: Delivery<B>;
  readonly #waiting: T[] = [];
  readonly #sizes: number[] = [];
  #bytes = 0;
  #cancelTimer: (() => void) | undefined;
  /** What was let in, and what of it made room for others. */
  #admitted = 0;
  #pushedOut = 0;
  #encodingMs = 0;

  constructor(options: ExportQueueOptions<T, B>) {
    this.#options = options;
    this.#clock = options.clock;
    this.#delivery = new Delivery({ ...options, take: (onlyFull) => this.#take(onlyFull) });
  }

  /**
   * Puts an item behind the others.
   *
   * @returns Whether it did; after {@link ExportQueue.stop}, and while somebody is told of trouble, the item is
   * dropped.
   */
  add(item: T): boolean {
    if (this.#delivery.isStopped || this.#delivery.isTelling) {
      this.#delivery.drop(this.#countOf(item), new Error('it came after the shutdown'));
      return false;
    }
    const bytes = this.#options.sizeOf(item);
    while (this.#waiting.length >= this.#options.queueItems || this.#bytes + bytes > queueLimitBytes) {
      if (this.#waiting.length === 0) break;
      this.#makeRoom();
    }
    this.#waiting.push(item);
    this.#sizes.push(bytes);
    this.#bytes += bytes;
    this.#admitted += this.#countOf(item);
    if (this.#waiting.length >= this.#options.batchItems || this.#bytes >= batchLimitBytes) {
      this.#wake();
    } else {
      this.#wakeLater();
    }
    return true;
  }

  /** Counts what is gone on the way to this queue or from its backlog. */
  drop(count: number, error: Error): void {
    this.#delivery.drop(count, error);
  }

  get counts(): ExportCounts {
    return this.#delivery.counts;
  }

  /** Time that this queue took from the program so far to encode items, in milliseconds. */
  get encodingMs(): number {
    return this.#encodingMs;
  }

  /** From now on the queue also sends what earlier processes have left. */
  start(): void {
    this.#delivery.start();
  }

  /** Resolves when everything that has come so far was sent, kept or dropped; what comes meanwhile is not waited for. */
  forceFlush(): Promise<void> {
    const goal = this.#admitted;
    return this.#delivery.flush(() => this.#delivery.settled + this.#pushedOut >= goal);
  }

  shutdown(): Promise<void> {
    return this.stop(defaultStopLimitMs);
  }

  /** Sends what is queued, within `limitMs`, and closes. */
  async stop(limitMs: number): Promise<void> {
    await this.#delivery.stop(limitMs);
    this.#cancelTimer?.();
  }

  /** The same while the process is ending and waits for nothing. */
  finishNow(limitMs: number): void {
    this.#delivery.finishNow(limitMs);
    this.#cancelTimer?.();
  }

  #countOf(item: T): number {
    return this.#options.countOf?.(item) ?? 1;
  }

  #wakeLater(): void {
    this.#cancelTimer ??= this.#clock.timer(this.#options.flushMs, () => this.#wake());
  }

  #wake(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#delivery.wake();
  }

  /** On disk there is more room; in memory the oldest item goes. */
  #makeRoom(): void {
    if (this.#options.backlog.isDurable) return this.#delivery.spill(new Error('its queue is full'));
    const oldest = this.#waiting.shift();
    this.#bytes -= this.#sizes.shift() ?? 0;
    if (oldest) this.#giveUp(this.#countOf(oldest), new Error('its queue is full'));
  }

  #giveUp(count: number, error: Error): void {
    this.#pushedOut += count;
    this.#delivery.drop(count, error);
  }

  #take(onlyFull = false): Batch<B> | undefined {
    const { batchItems } = this.#options;
    if (onlyFull && this.#waiting.length < batchItems && this.#bytes < batchLimitBytes) {
      if (this.#waiting.length > 0) this.#wakeLater();
      return undefined;
    }
    for (;;) {
      let taken = 0;
      let bytes = 0;
      for (const size of this.#sizes) {
        if (taken >= batchItems || (taken > 0 && bytes + size > batchLimitBytes)) break;
        bytes += size;
        taken++;
      }
      if (taken === 0) return undefined;
      const items = this.#waiting.splice(0, taken);
      this.#sizes.splice(0, taken);
      this.#bytes -= bytes;
      const batch = this.#encode(items);
      if (batch) return batch;
    }
  }

  #encode(items: T[]): Batch<B> | undefined {
    const startedAt = this.#clock.monotonic();
    try {
      return this.#encodable(items);
    } finally {
      this.#encodingMs += this.#clock.monotonic() - startedAt;
    }
  }

  /** Those of them that can be encoded, if any. One that cannot does not take the others along. */
  #encodable(items: T[]): Batch<B> | undefined {
    const { encode } = this.#options;
    const count = items.reduce((sum, item) => sum + this.#countOf(item), 0);
    try {
      return { body: encode(items), count };
    } catch (error) {
      const good = items.length > 1 ? items.filter((item) => this.#encodable([item])) : items;
      if (good.length < items.length) return good.length > 0 ? this.#encodable(good) : undefined;
      this.#giveUp(count, toError(error));
      return undefined;
    }
  }
}
