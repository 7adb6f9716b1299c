import { computed, effect, signal, untracked } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { LiveChange } from '@tta/obs-protocol';
import { TraceLogs } from './logs/trace-logs.ts';
import { formatRoute, parseRoute } from './route.ts';
import type { Route } from './route.ts';
import type { Timer } from './service/backoff.ts';
import { LiveFeed } from './service/live-feed.ts';
import type { FeedSocket, FeedState } from './service/live-feed.ts';
import type { ServiceClient } from './service/service-client.ts';
import { OpenTrace } from './trace/open-trace.ts';
import { TraceList } from './traces/trace-list.ts';

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
  /** Opens a connection to `/ws/traces` of this page; see {@link LiveFeedOptions.open}. */
  readonly openSocket: (afterSeq: number | undefined, query: string) => FeedSocket;
  readonly address: AddressBar;
}

const LOG_PAGE_SIZE = 500;
/** Lines in the pane are drawn whole, and all of them: fewer at a time. */
const SPAN_LOG_PAGE_SIZE = 20;

/** What the page knows and shows: the list, the open trace and its logs, the connection and the address. */
export class Viewer {
  readonly traces: TraceList;
  readonly openTrace: OpenTrace;
  /** What was logged in the open trace. */
  readonly logs: TraceLogs;
  /** The part of it that is looked at, where that is not all: of a level, of a span. */
  readonly narrowedLogs: TraceLogs;
  /** What was logged in the span whose details are open. */
  readonly spanLogs: TraceLogs;
  readonly client: ServiceClient;
  readonly route: ReadonlySignal<Route>;
  /** `unreachable` while the service has not answered once. */
  readonly connection: ReadonlySignal<FeedState | 'unreachable'>;
  /** Whether the service has answered since the page was opened. */
  readonly hasAnswered: ReadonlySignal<boolean>;
  /** Position of the newest change that the page has heard of: what sums up is asked for again when it grows. */
  readonly newestSeq: ReadonlySignal<number>;
  readonly clock: Clock;

  readonly #options: ViewerOptions;
  /** Of all changes: also those of traces that the list is not about, of which one may be open. */
  readonly #feed: LiveFeed;
  readonly #route = signal<Route>({ view: 'traces', query: '' });
  readonly #feedState = signal<FeedState>('connecting');
  readonly #hasAnswered = signal(false);
  readonly #newestSeq = signal(0);

  constructor(options: ViewerOptions) {
    this.#options = options;
    this.client = options.client;
    this.route = this.#route;
    this.connection = computed(() =>
      this.#feedState.value === 'waiting' && !this.#hasAnswered.value ? 'unreachable' : this.#feedState.value,
    );
    this.hasAnswered = this.#hasAnswered;
    this.newestSeq = this.#newestSeq;
    this.clock = options;
    this.traces = new TraceList({
      client: options.client,
      openSocket: options.openSocket,
      timer: options.timer,
      newestSeq: () => this.#newestSeq.peek(),
    });
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
    this.narrowedLogs = new TraceLogs({ ...logsOptions, pageSize: LOG_PAGE_SIZE });
    this.spanLogs = new TraceLogs({ ...logsOptions, pageSize: SPAN_LOG_PAGE_SIZE });
    this.#feed = new LiveFeed({
      open: (afterSeq) => options.openSocket(afterSeq, ''),
      timer: options.timer,
      onChange: (change) => this.#noteChange(change),
      onState: (state) => this.#noteState(state),
      onReset: () => {
        this.#newestSeq.value = 0;
        this.startOver();
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
    // What changes after the page of a list was made must be heard of: the list begins when the feed does.
    effect(() => {
      const route = this.#route.value;
      if (route.view === 'traces' && this.#hasAnswered.value) untracked(() => this.traces.show(route.query));
    });
    this.#feed.start();
  }

  go(route: Route, how: 'push' | 'replace' = 'push'): void {
    const isThere = formatRoute(route) === formatRoute(this.#route.value);
    this.#route.value = route;
    // Going where one is leaves no step that Back would have to undo.
    this.#options.address.write(formatRoute(route), isThere ? 'replace' : how);
  }

  /** The service has another database now: all that is shown is stale. */
  startOver(): void {
    this.#reloadTrace();
    this.traces.reload();
  }

  #noteChange(change: LiveChange): void {
    this.#newestSeq.value = Math.max(this.#newestSeq.value, change.seq);
    this.traces.noteChange(change);
    if (change.type === 'trace') this.openTrace.noteChange(change.trace);
    else {
      this.logs.noteChange(change.traceId);
      this.narrowedLogs.noteChange(change.traceId);
      this.spanLogs.noteChange(change.traceId);
    }
  }

  #noteState(state: FeedState): void {
    const wasAway = this.#feedState.value === 'waiting';
    this.#feedState.value = state;
    if (state !== 'live') return;
    this.#newestSeq.value = Math.max(this.#newestSeq.value, this.#feed.lastSeq ?? 0);
    this.#hasAnswered.value = true;
    this.traces.retry();
    if (wasAway) this.#reloadTrace();
  }

  #reloadTrace(): void {
    this.openTrace.reload();
    this.logs.reload();
    this.narrowedLogs.reload();
    this.spanLogs.reload();
  }
}
