import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { LogList, LogRecord } from '@tta/obs-protocol';
import type { Timer } from '../service/backoff.ts';
import { Reloader } from '../service/reloader.ts';
import type { LogQuery } from '../service/service-client.ts';

const NONE: LoadedLogs = { records: [], hasMore: false, hasFailed: false, isLoading: true };
const ALL: LogSelection = { spanIds: [] };

/** Which records of a trace are wanted. */
export interface LogSelection {
  /** Of which spans; without any those of the whole trace. */
  readonly spanIds: readonly string[];
  /** 1–24. */
  readonly minSeverity?: number | undefined;
}

export interface LoadedLogs {
  /** In order of time. */
  readonly records: readonly LogRecord[];
  /** Later records were left out. */
  readonly hasMore: boolean;
  /** The last attempt to load them failed: what is shown may be out of date. */
  readonly hasFailed: boolean;
  /** What is shown is not yet what was asked for: nothing has come, or it is of another selection. */
  readonly isLoading: boolean;
}

export interface TraceLogsOptions {
  readonly load: (traceId: string, query: LogQuery) => Promise<LogList>;
  /** Records that are loaded with one request, and the step of "more"; 1–500. */
  readonly pageSize: number;
  readonly timer: Timer;
  readonly nowMs: () => number;
}

/** The log records of a trace on the screen, or of some of its spans: a page, more on demand, and later arrivals. */
export class TraceLogs {
  readonly #options: TraceLogsOptions;
  readonly #reloader: Reloader;
  readonly #loaded = signal(NONE);
  readonly loaded: ReadonlySignal<LoadedLogs> = this.#loaded;
  #traceId: string | undefined;
  #selection = ALL;
  #pages: readonly LogList[] = [];
  #pageCount = 1;
  /** Pages from this one on are loaded again. */
  #firstStale = 0;

  constructor(options: TraceLogsOptions) {
    this.#options = options;
    this.#reloader = new Reloader({
      load: (aborted) => this.#load(aborted),
      timer: options.timer,
      nowMs: options.nowMs,
    });
  }

  /** @param selection - Which records are wanted, by default all of the trace. */
  open(traceId: string, selection: LogSelection = ALL): void {
    if (traceId === this.#traceId && isSame(selection, this.#selection)) return;
    const { records } = traceId === this.#traceId ? this.#loaded.value : NONE;
    this.close();
    this.#traceId = traceId;
    this.#selection = selection;
    // What is shown stays until the answer: a filter that is turned must not flash.
    this.#loaded.value = { ...NONE, records };
    this.#reloader.request();
  }

  close(): void {
    this.#reloader.stop();
    this.#traceId = undefined;
    this.#selection = ALL;
    this.#pages = [];
    this.#pageCount = 1;
    this.#firstStale = 0;
    this.#loaded.value = NONE;
  }

  /**
   * Log records of a trace have arrived. They are looked for on the last page, where the newest belong: with
   * all pages each line would cost as much as all lines before it.
   */
  noteChange(traceId: string): void {
    if (traceId === this.#traceId) this.#loadFrom(Math.max(0, this.#pages.length - 1));
  }

  /** Loads again what is open: records may have been missed. */
  reload(): void {
    if (this.#traceId !== undefined) this.#loadFrom(0);
  }

  /** Shows a page more. */
  showMore(): void {
    if (!this.#loaded.value.hasMore) return;
    this.#pageCount = this.#pages.length + 1;
    this.#reloader.request();
  }

  #loadFrom(page: number): void {
    this.#firstStale = Math.min(this.#firstStale, page);
    this.#reloader.request();
  }

  async #load(aborted: AbortSignal): Promise<void> {
    const pages = this.#pages.slice(0, this.#firstStale);
    this.#firstStale = Infinity;
    try {
      while (pages.length < this.#pageCount) {
        const cursor = pages.at(-1)?.nextCursor;
        if (cursor === null) break;
        pages.push(await this.#page(cursor, aborted));
      }
    } catch {
      if (aborted.aborted) return;
      this.#firstStale = 0;
      this.#loaded.value = { ...this.#loaded.value, hasFailed: true, isLoading: false };
      return;
    }
    if (aborted.aborted) return;
    this.#pages = pages;
    this.#loaded.value = {
      records: pages.flatMap((page) => page.items),
      hasMore: pages.at(-1)?.nextCursor !== null,
      hasFailed: false,
      isLoading: false,
    };
  }

  #page(cursor: string | undefined, signal: AbortSignal): Promise<LogList> {
    return this.#options.load(this.#traceId as string, {
      limit: this.#options.pageSize,
      ...this.#selection,
      signal,
      ...(cursor !== undefined && { cursor }),
    });
  }
}

function isSame(one: LogSelection, other: LogSelection): boolean {
  return one.minSeverity === other.minSeverity && one.spanIds.join() === other.spanIds.join();
}
