import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { LogList, LogRecord } from '@tta/obs-protocol';
import type { Timer } from '../service/backoff.ts';
import { Reloader } from '../service/reloader.ts';
import type { PageQuery } from '../service/service-client.ts';

/** Records that are loaded with one request, and the step of "more". */
const PAGE_SIZE = 500;
const NONE: LoadedLogs = { records: [], hasMore: false };

export interface LoadedLogs {
  /** In order of time. */
  readonly records: readonly LogRecord[];
  /** Later records were left out. */
  readonly hasMore: boolean;
}

export interface TraceLogsOptions {
  readonly load: (traceId: string, query: PageQuery) => Promise<LogList>;
  readonly timer: Timer;
  readonly nowMs: () => number;
}

/** The log records of the trace on the screen: its first 500, more on demand, and again when some arrive. */
export class TraceLogs {
  readonly #options: TraceLogsOptions;
  readonly #reloader: Reloader;
  readonly #loaded = signal(NONE);
  readonly loaded: ReadonlySignal<LoadedLogs> = this.#loaded;
  #traceId: string | undefined;
  #pageCount = 1;

  constructor(options: TraceLogsOptions) {
    this.#options = options;
    this.#reloader = new Reloader({
      load: (aborted) => this.#load(aborted),
      timer: options.timer,
      nowMs: options.nowMs,
    });
  }

  open(traceId: string): void {
    if (traceId === this.#traceId) return;
    this.close();
    this.#traceId = traceId;
    this.#reloader.request();
  }

  close(): void {
    this.#reloader.stop();
    this.#traceId = undefined;
    this.#pageCount = 1;
    this.#loaded.value = NONE;
  }

  /** Log records of a trace have arrived. */
  noteChange(traceId: string): void {
    if (traceId === this.#traceId) this.#reloader.request();
  }

  /** Loads again what is open: records may have been missed. */
  reload(): void {
    if (this.#traceId !== undefined) this.#reloader.request();
  }

  /** Shows a page more. */
  showMore(): void {
    if (!this.#loaded.value.hasMore) return;
    this.#pageCount++;
    this.#reloader.request();
  }

  /** Late records belong between those that are shown, so all of them are asked for. */
  async #load(aborted: AbortSignal): Promise<void> {
    const records: LogRecord[] = [];
    let cursor: string | null | undefined;
    try {
      for (let page = 0; page < this.#pageCount && cursor !== null; page++) {
        const query = { limit: PAGE_SIZE, signal: aborted, ...(cursor !== undefined && { cursor }) };
        const list: LogList = await this.#options.load(this.#traceId as string, query);
        records.push(...list.items);
        cursor = list.nextCursor;
      }
    } catch {
      // What is shown stays: the state of the connection tells that it is out of date.
      return;
    }
    if (!aborted.aborted) this.#loaded.value = { records, hasMore: cursor !== null };
  }
}
