import { batch, effect, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { LiveChange, TraceList as TracePage } from '@tta/obs-protocol';
import { parseQuery } from '@tta/obs-protocol/query';
import type { QueryProblem } from '@tta/obs-protocol/query';
import { Backoff } from '../service/backoff.ts';
import type { Timer } from '../service/backoff.ts';
import { LiveFeed } from '../service/live-feed.ts';
import type { FeedSocket } from '../service/live-feed.ts';
import { ServiceProblem } from '../service/service-client.ts';
import type { ServiceClient } from '../service/service-client.ts';
import { TraceRows } from './trace-rows.ts';

export interface TraceListOptions {
  readonly client: Pick<ServiceClient, 'traces'>;
  readonly openSocket: (afterSeq: number | undefined, query: string) => FeedSocket;
  readonly timer: Timer;
  /** Position of the newest change that the page has heard of; 0 before the first. */
  readonly newestSeq: () => number;
}

export type TraceListState =
  /** The first answer has not come yet; rows of the query before are still there. */
  | { readonly kind: 'loading' }
  | { readonly kind: 'shown' }
  /** It is tried again. `message` is undefined where there was no answer at all. */
  | { readonly kind: 'failed'; readonly message: string | undefined };

const PAGE_SIZE = 100;
/** A search goes on until it has found so many: more than are in sight. */
const ENOUGH = 60;

/** The list of the traces that a query finds: pages of what is stored, and what changes from then on. */
export class TraceList {
  readonly rows = new TraceRows();
  /** The row that the keys are at. */
  readonly activeId = signal<string | undefined>(undefined);
  /** New traces wait until the list goes on. */
  readonly isPaused = signal(false);
  /** Someone points at the rows, or has scrolled: none of them may move. */
  readonly isInUse = signal(false);
  /** The row at the top of what is in sight, with a part of it where it is cut off. */
  topRow = 0;

  readonly #options: TraceListOptions;
  readonly #feed: LiveFeed;
  readonly #backoff = new Backoff();
  readonly #query = signal('');
  readonly #problems = signal<readonly QueryProblem[]>([]);
  readonly #state = signal<TraceListState>({ kind: 'loading' });
  readonly #isSearching = signal(false);
  readonly #nextCursor = signal<string | null>(null);
  /** The newest change of each trace that was told while a page was under way: the page may be older. */
  readonly #meanwhile = new Map<string, LiveChange>();
  #load: AbortController | undefined;
  /** What is under way is no more than that: it makes room for what someone wants. */
  #isRenewing = false;
  readonly #isStopped = signal(false);
  /** A further page could not be had: what is there is not all that could be found. */
  #hasBrokenOff = false;
  #isStarted = false;
  #cancelRetry: () => void = () => {};

  constructor(options: TraceListOptions) {
    this.#options = options;
    this.#feed = new LiveFeed({
      open: (afterSeq) => options.openSocket(afterSeq, this.#query.peek()),
      timer: options.timer,
      onChange: (change) => this.#take(change),
    });
    effect(() => {
      if (this.isPaused.value || this.isInUse.value) this.rows.hold();
      else this.rows.release();
    });
  }

  /** The query that the rows are of: the last one without problems. */
  get query(): ReadonlySignal<string> {
    return this.#query;
  }

  /** What is wrong with the query that was asked for last. */
  get problems(): ReadonlySignal<readonly QueryProblem[]> {
    return this.#problems;
  }

  get state(): ReadonlySignal<TraceListState> {
    return this.#state;
  }

  /** The pages so far had not enough, and further ones are asked for. */
  get isSearching(): ReadonlySignal<boolean> {
    return this.#isSearching;
  }

  /** Traces that began later have been looked at; undefined when the end is reached, or the service does not tell. */
  get lookedBackToMs(): number | undefined {
    return beganBefore(this.#nextCursor.value);
  }

  /** The search is not at its end: someone has stopped it, or it broke off. */
  get isStopped(): ReadonlySignal<boolean> {
    return this.#isStopped;
  }

  /** Shows what a query finds. One that cannot be understood leaves the list as it is. */
  show(query: string): void {
    const text = query.trim();
    this.#problems.value = parseQuery(text).problems;
    if (this.#problems.value.length > 0 || (this.#isStarted && text === this.#query.value)) return;
    this.#isStarted = true;
    this.#query.value = text;
    this.activeId.value = undefined;
    this.topRow = 0;
    this.reload();
  }

  /** Asks for everything anew. */
  reload(): void {
    if (!this.#isStarted) return;
    this.#goOn();
    this.#cancelRetry();
    this.#feed.stop();
    this.#state.value = { kind: 'loading' };
    void this.#read(null, true);
  }

  /** Asks anew where the last attempt failed. */
  retry(): void {
    if (this.#state.value.kind === 'failed') this.reload();
    else if (this.#hasBrokenOff) this.searchOn();
  }

  /**
   * Takes out what is found no longer though nobody tells: time has passed, or retention has removed it. Not while rows must
   * stay where they are.
   */
  async renew(): Promise<void> {
    if (this.#state.value.kind !== 'shown' || this.#load !== undefined || this.#isHeld()) return;
    const load = new AbortController();
    this.#load = load;
    this.#isRenewing = true;
    this.#meanwhile.clear();
    const page = await this.#ask(null, load.signal).catch(() => undefined);
    if (load.signal.aborted) return;
    this.#load = undefined;
    this.#isRenewing = false;
    // What was found further back must not go and come again.
    const isEnough = page !== undefined && (page.nextCursor === null || page.items.length >= ENOUGH);
    if (!isEnough || this.#isHeld()) return;
    batch(() => {
      this.rows.clear();
      this.#takePage(page);
    });
  }

  #isHeld(): boolean {
    return this.isPaused.value || this.isInUse.value;
  }

  #takePage({ items, nextCursor }: TracePage): void {
    this.rows.addPage(items);
    for (const change of this.#meanwhile.values()) this.#apply(change);
    this.#nextCursor.value = nextCursor;
  }

  /** Loads more at the end of the list, until a screenful is found or the end is reached. Not after a stop. */
  loadMore(): void {
    if (!this.#isStopped.value) this.searchOn();
  }

  /** Goes on with a search that was stopped or broke off. */
  searchOn(): void {
    this.#goOn();
    const cursor = this.#nextCursor.value;
    const isFree = this.#load === undefined || this.#isRenewing;
    if (cursor !== null && isFree && !this.rows.isFull) void this.#read(cursor, false);
  }

  stopSearch(): void {
    this.#isStopped.value = true;
    this.#load?.abort();
    this.#load = undefined;
    this.#isSearching.value = false;
  }

  #goOn(): void {
    this.#isStopped.value = false;
    this.#hasBrokenOff = false;
  }

  /** Any trace has changed. Of those that a query finds, the list is told by itself. */
  noteChange(change: LiveChange): void {
    if (this.#isStarted && this.#query.value === '') this.#take(change);
  }

  #take(change: LiveChange): void {
    if (this.#load !== undefined)
      this.#meanwhile.set(change.type === 'trace' ? change.trace.traceId : change.traceId, change);
    // Before the first page, the rows are those of another query.
    if (this.#state.value.kind === 'shown') this.#apply(change);
  }

  #apply(change: LiveChange): void {
    if (change.type === 'trace') this.rows.take(change.trace);
    else if (change.type === 'unmatched') this.rows.remove(change.traceId);
  }

  /** @param isAnew - The first page takes the place of what is there, and the feed follows it. */
  async #read(begin: string | null, isAnew: boolean): Promise<void> {
    this.#load?.abort();
    const load = new AbortController();
    const { signal: aborted } = load;
    this.#load = load;
    this.#isRenewing = false;
    this.#isSearching.value = false;
    let cursor = begin;
    let found = 0;
    try {
      do {
        this.#meanwhile.clear();
        const knownSeq = this.#options.newestSeq();
        const page = await this.#ask(cursor, aborted);
        if (aborted.aborted) return;
        if (isAnew && cursor === begin) this.#begin(page, knownSeq);
        this.#takePage(page);
        found += page.items.length;
        cursor = page.nextCursor;
        const isEnough = cursor === null || found >= ENOUGH || this.rows.isFull;
        this.#isSearching.value = !isEnough;
      } while (this.#isSearching.value);
    } catch (error) {
      if (aborted.aborted) return;
      this.#isSearching.value = false;
      if (isAnew && this.#state.value.kind === 'loading') this.#fail(error);
      else this.#isStopped.value = this.#hasBrokenOff = true;
    }
    this.#load = undefined;
  }

  #ask(cursor: string | null, signal: AbortSignal): Promise<TracePage> {
    const query = this.#query.value;
    return this.#options.client.traces({
      limit: PAGE_SIZE,
      query,
      signal,
      ...(cursor !== null && { cursor }),
    });
  }

  /** @param knownSeq - What had changed when the page was asked for is in it. */
  #begin(page: TracePage, knownSeq: number): void {
    this.#backoff.reset();
    this.rows.clear();
    if (this.#query.value !== '')
      this.#feed.start(page.items.reduce((seq, trace) => Math.max(seq, trace.seq), knownSeq));
    this.#state.value = { kind: 'shown' };
  }

  #fail(error: unknown): void {
    this.rows.clear();
    this.#nextCursor.value = null;
    this.#state.value = {
      kind: 'failed',
      message: error instanceof ServiceProblem ? error.message : undefined,
    };
    if (error instanceof ServiceProblem && error.queryProblems.length > 0) {
      this.#problems.value = error.queryProblems;
      return;
    }
    this.#cancelRetry = this.#options.timer(this.#backoff.next(), () => this.reload());
  }
}

/** The start of the trace at which a page ended: its cursor begins with it, in nanoseconds since the Unix epoch. */
function beganBefore(cursor: string | null): number | undefined {
  const startNs = /^(\d{1,19})-/.exec(cursor ?? '')?.[1];
  return startNs === undefined ? undefined : Number(startNs) / 1e6;
}
