import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { TraceSummary } from '@tta/obs-protocol';

export interface TraceRowsOptions {
  /** How many traces are held at most; the oldest go first. By default 10,000. */
  readonly limit?: number;
}

/** A line of the list. It stays the same object while its trace changes. */
export interface TraceRow {
  readonly trace: TraceSummary;
  /** Its trace is no longer found: it goes as soon as rows may move. */
  readonly isGone: boolean;
}

interface Row extends TraceRow {
  trace: TraceSummary;
  isGone: boolean;
  /** The start that it is in order by: while rows are held, a trace whose start changes keeps its place. */
  startTimeMs: number;
}

/**
 * The traces of the list, newest first, each in its latest known state. While rows are held none of them moves: what is
 * new gathers, what changes does so in its place, and what is no longer found is marked.
 *
 * A change of a trace that is shown costs the same however many there are.
 */
export class TraceRows {
  readonly #limit: number;
  readonly #byId = new Map<string, Row>();
  /** In order. */
  readonly #shown: Row[] = [];
  /** What came while rows were held, in any order. */
  readonly #gathered = new Set<Row>();
  /** Rows that are not where they belong any more, or gone. */
  readonly #displaced = new Set<Row>();
  readonly #version = signal(0);
  readonly #gatheredCount = signal(0);
  readonly #isEmpty = signal(true);
  #isHeld = false;
  #hasUsage = false;
  #hasSession = false;

  constructor({ limit = 10_000 }: TraceRowsOptions = {}) {
    this.#limit = limit;
  }

  /** What is shown, newest first. One array for good, whose content changes: {@link version} tells when. */
  get shown(): readonly TraceRow[] {
    return this.#shown;
  }

  /** Grows with every change. */
  get version(): ReadonlySignal<number> {
    return this.#version;
  }

  /** There is no trace, neither shown nor waiting. */
  get isEmpty(): ReadonlySignal<boolean> {
    return this.#isEmpty;
  }

  /** How many new traces wait until rows may move. */
  get gatheredCount(): ReadonlySignal<number> {
    return this.#gatheredCount;
  }

  /** No more are taken: older ones would be dropped at once. */
  get isFull(): boolean {
    return this.#byId.size >= this.#limit;
  }

  /** Whether any trace so far called a model. */
  get hasUsage(): boolean {
    return this.#hasUsage;
  }

  /** Whether any trace so far is of a session. */
  get hasSession(): boolean {
    return this.#hasSession;
  }

  /** Takes over what was asked for: rows below those that are there already. */
  addPage(traces: readonly TraceSummary[]): void {
    for (const trace of traces) if (!this.#update(trace)) this.#insert(this.#newRow(trace));
    this.#trim();
    this.#announce();
  }

  /** Takes over a trace that is new or has changed: of two states of one trace, the one with the higher `seq` stays. */
  take(trace: TraceSummary): void {
    if (!this.#update(trace)) {
      const row = this.#newRow(trace);
      if (this.#isHeld) this.#gathered.add(row);
      else this.#insert(row);
    }
    this.#trim();
    this.#announce();
  }

  /** A trace is no longer found. */
  remove(traceId: string): void {
    const row = this.#byId.get(traceId);
    if (row === undefined) return;
    if (this.#gathered.delete(row)) this.#byId.delete(traceId);
    else {
      row.isGone = true;
      this.#displaced.add(row);
      if (!this.#isHeld) this.#settle();
    }
    this.#announce();
  }

  /** From now on no row moves. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Rows may move again: what has gathered is shown. */
  release(): void {
    this.#isHeld = false;
    this.showGathered();
  }

  /** Shows once what has gathered; rows stay held if they are. */
  showGathered(): void {
    if (this.#gathered.size === 0 && this.#displaced.size === 0) return;
    this.#settle();
    // A few are put in one by one; many are cheaper to sort.
    if (this.#gathered.size < 32) for (const row of this.#gathered) this.#insert(row);
    else {
      this.#shown.push(...this.#gathered);
      this.#shown.sort((a, b) => (comesBefore(a, b) ? -1 : 1));
    }
    this.#gathered.clear();
    this.#trim();
    this.#announce();
  }

  clear(): void {
    this.#byId.clear();
    this.#shown.length = 0;
    this.#gathered.clear();
    this.#displaced.clear();
    this.#hasUsage = false;
    this.#hasSession = false;
    this.#announce();
  }

  /** @returns whether the trace was known. */
  #update(trace: TraceSummary): boolean {
    this.#hasUsage ||= trace.usage !== null;
    this.#hasSession ||= trace.sessionId !== null;
    const row = this.#byId.get(trace.traceId);
    if (row === undefined) return false;
    row.isGone = false;
    if (row.trace.seq >= trace.seq) return true;
    row.trace = trace;
    if (this.#gathered.has(row)) row.startTimeMs = trace.startTimeMs;
    else if (row.startTimeMs !== trace.startTimeMs) {
      this.#displaced.add(row);
      if (!this.#isHeld) this.#settle();
    }
    return true;
  }

  #newRow(trace: TraceSummary): Row {
    const row = { trace, isGone: false, startTimeMs: trace.startTimeMs };
    this.#byId.set(trace.traceId, row);
    return row;
  }

  #insert(row: Row): void {
    this.#shown.splice(this.#position(row), 0, row);
  }

  /** Puts displaced rows where they belong, and takes out those that are gone. */
  #settle(): void {
    for (const row of this.#displaced) {
      const at = this.#position(row);
      if (this.#shown[at] !== row) continue;
      if (row.isGone) {
        this.#shown.splice(at, 1);
        this.#byId.delete(row.trace.traceId);
      } else if (row.startTimeMs !== row.trace.startTimeMs) {
        this.#shown.splice(at, 1);
        row.startTimeMs = row.trace.startTimeMs;
        this.#insert(row);
      }
    }
    this.#displaced.clear();
  }

  /** Forgets the oldest beyond the limit, those that are shown first. */
  #trim(): void {
    while (this.#byId.size > this.#limit) {
      const last = this.#shown.pop() ?? oldestOf(this.#gathered);
      if (last === undefined) return;
      this.#gathered.delete(last);
      this.#displaced.delete(last);
      this.#byId.delete(last.trace.traceId);
    }
  }

  #announce(): void {
    this.#version.value += 1;
    this.#gatheredCount.value = this.#gathered.size;
    this.#isEmpty.value = this.#byId.size === 0;
  }

  /** Where a row stands, or would stand: the first place whose row does not come before it. */
  #position(row: Row): number {
    let low = 0;
    let high = this.#shown.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (comesBefore(this.#shown[middle] as Row, row)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function comesBefore(a: Row, b: Row): boolean {
  if (a.startTimeMs !== b.startTimeMs) return a.startTimeMs > b.startTimeMs;
  return a.trace.traceId < b.trace.traceId;
}

function oldestOf(rows: Iterable<Row>): Row | undefined {
  let oldest: Row | undefined;
  for (const row of rows) if (oldest === undefined || comesBefore(oldest, row)) oldest = row;
  return oldest;
}
