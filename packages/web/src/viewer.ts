import { computed, effect, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { TraceLogs } from './logs/trace-logs.ts';
import { formatRoute, parseRoute } from './route.ts';
import type { Route } from './route.ts';
import { Backoff } from './service/backoff.ts';
import type { Timer } from './service/backoff.ts';
import { LiveFeed } from './service/live-feed.ts';
import type { FeedSocket, FeedState } from './service/live-feed.ts';
import type { ServiceClient } from './service/service-client.ts';
import { OpenTrace } from './trace/open-trace.ts';
import { TraceRows } from './traces/trace-rows.ts';

/** Where the address of the view is kept: the hash in a browser. */
export interface AddressBar {
  read(): string;
  /** `push` for going to another view, `replace` for a change within one. */
  write(hash: string, how: 'push' | 'replace'): void;
  onChange(listener: () => void): void;
}

/** What tells the time and wakes up; specs turn it by hand. */
export interface Clock {
  readonly timer: Timer;
  readonly nowMs: () => number;
}

export interface ViewerOptions extends Clock {
  readonly client: ServiceClient;
  readonly openSocket: (afterSeq: number) => FeedSocket;
  readonly address: AddressBar;
}

const PAGE_SIZE = 100;
const LOG_PAGE_SIZE = 500;
/** Lines in the pane are drawn whole, and all of them: fewer at a time. */
const SPAN_LOG_PAGE_SIZE = 100;

/** What the page knows and shows: the list, the open trace and its logs, the connection and the address. */
export class Viewer {
  readonly traces = new TraceRows();
  readonly openTrace: OpenTrace;
  /** What was logged in the open trace. */
  readonly logs: TraceLogs;
  /** What was logged in the span whose details are open. */
  readonly spanLogs: TraceLogs;
  readonly client: ServiceClient;
  readonly route: ReadonlySignal<Route>;
  /** `unreachable` until the first page of the list has arrived and the service does not answer. */
  readonly connection: ReadonlySignal<FeedState | 'unreachable'>;
  /** Whether the first page of the list has arrived. */
  readonly isListLoaded: ReadonlySignal<boolean>;
  /** Position of the newest change that the page has heard of: what sums up is asked for again when it grows. */
  readonly newestSeq: ReadonlySignal<number>;
  readonly clock: Clock;

  readonly #options: ViewerOptions;
  readonly #feed: LiveFeed;
  readonly #backoff = new Backoff();
  readonly #route = signal<Route>({ view: 'traces', query: '' });
  readonly #connection = signal<FeedState | 'unreachable'>('connecting');
  readonly #isListLoaded = signal(false);
  readonly #newestSeq = signal(0);
  #nextCursor: string | null = null;
  #isLoadingMore = false;

  constructor(options: ViewerOptions) {
    this.#options = options;
    this.client = options.client;
    this.route = this.#route;
    this.connection = this.#connection;
    this.isListLoaded = this.#isListLoaded;
    this.newestSeq = this.#newestSeq;
    this.clock = options;
    this.openTrace = new OpenTrace({
      load: (traceId, aborted) => options.client.trace(traceId, aborted),
      timer: options.timer,
      nowMs: options.nowMs,
    });
    const logsOptions = {
      load: options.client.traceLogs.bind(options.client),
      timer: options.timer,
      nowMs: options.nowMs,
    };
    this.logs = new TraceLogs({ ...logsOptions, pageSize: LOG_PAGE_SIZE });
    this.spanLogs = new TraceLogs({ ...logsOptions, pageSize: SPAN_LOG_PAGE_SIZE });
    this.#feed = new LiveFeed({
      open: options.openSocket,
      timer: options.timer,
      onTrace: (trace) => {
        this.#newestSeq.value = Math.max(this.#newestSeq.value, trace.seq);
        this.traces.merge([trace]);
        this.openTrace.noteChange(trace);
      },
      onLogs: (traceId) => {
        this.logs.noteChange(traceId);
        this.spanLogs.noteChange(traceId);
      },
      onState: (state) => {
        const wasAway = this.#connection.value === 'waiting';
        this.#connection.value = state;
        if (state === 'live' && wasAway) this.#reloadTrace();
      },
      onReset: () => {
        this.traces.clear();
        this.#reloadTrace();
        void this.#loadList();
      },
    });
  }

  start(): void {
    const readAddress = (): void => {
      this.#route.value = parseRoute(this.#options.address.read());
    };
    readAddress();
    this.#options.address.onChange(readAddress);
    const openId = computed(() =>
      this.#route.value.view === 'trace' ? this.#route.value.traceId : undefined,
    );
    effect(() => {
      const traceId = openId.value;
      if (traceId === undefined) {
        this.openTrace.close();
        this.logs.close();
      } else this.openTrace.open(traceId);
    });
    // A trace that is not there yet has no log records either: they are asked for once it is shown.
    effect(() => {
      const state = this.openTrace.state.value;
      if (state.kind === 'shown') this.logs.open(state.document.summary.traceId);
      else this.logs.close();
    });
    void this.#loadList();
  }

  go(route: Route, how: 'push' | 'replace' = 'push'): void {
    this.#route.value = route;
    this.#options.address.write(formatRoute(route), how);
  }

  /** Loads the next page of the list, if there is one. */
  async loadMore(): Promise<void> {
    if (this.#nextCursor === null || this.#isLoadingMore) return;
    this.#isLoadingMore = true;
    try {
      const page = await this.client.traces({ limit: PAGE_SIZE, cursor: this.#nextCursor });
      this.#nextCursor = page.nextCursor;
      this.traces.merge(page.items);
    } catch {
      // The row that asked is still at the end of the list: scrolling asks again.
    } finally {
      this.#isLoadingMore = false;
    }
  }

  #reloadTrace(): void {
    this.openTrace.reload();
    this.logs.reload();
    this.spanLogs.reload();
  }

  async #loadList(): Promise<void> {
    this.#feed.stop();
    try {
      const page = await this.client.traces({ limit: PAGE_SIZE });
      this.#backoff.reset();
      this.#nextCursor = page.nextCursor;
      this.traces.merge(page.items);
      this.#isListLoaded.value = true;
      this.#feed.start(this.traces.newestSeq);
    } catch {
      this.#connection.value = 'unreachable';
      this.#options.timer(this.#backoff.next(), () => void this.#loadList());
    }
  }
}
