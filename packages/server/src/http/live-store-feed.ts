import { setImmediate } from 'node:timers/promises';
import { LiveBatch, type LiveStore } from './live-batch.ts';
import type { LiveClient } from './live-client.ts';

const BATCH_CHANGES = 200;
/** What is told without a break: a few milliseconds, for which requests wait. */
const TURN_CHANGES = 1_000;

/**
 * Feeds live clients from what is stored: those with a query for good, the others until they have caught up. Of each trace
 * the store knows the newest change alone, so nothing has to queue here: a client is a position in the sequence of changes,
 * and what changes five times while it waits is told once. One batch is read at a time, and clients at about the same
 * position share it.
 */
export class StoreFeed {
  readonly #store: LiveStore;
  readonly #onFailure: (error: unknown, clients: readonly LiveClient[]) => void;
  readonly #clients = new Set<LiveClient>();
  #newestSeq = 0;
  #isReading = false;
  #isTurnOfLate = false;

  /** @param onFailure - Is given clients that could not be told something; they are fed no more. */
  constructor(store: LiveStore, onFailure: (error: unknown, clients: readonly LiveClient[]) => void) {
    this.#store = store;
    this.#onFailure = onFailure;
  }

  /** Tells the client everything that comes after its `seq`. */
  add(client: LiveClient): void {
    this.#clients.add(client);
    this.#settle(client);
    this.wake();
  }

  delete(client: LiveClient): void {
    this.#clients.delete(client);
  }

  /** Changes up to here are committed. */
  noteSeq(seq: number): void {
    this.#newestSeq = Math.max(this.#newestSeq, seq);
    this.wake();
  }

  /** Has to be called when a client may be ready again. */
  wake(): void {
    if (!this.#isReading) void this.#readAll();
  }

  async #readAll(): Promise<void> {
    this.#isReading = true;
    for (let client = this.#next(); client !== undefined; client = this.#next()) {
      await this.#readFor(client);
    }
    this.#isReading = false;
  }

  /** The one that is furthest behind, in turn of those that have caught up before and of those that have not. */
  #next(): LiveClient | undefined {
    const behind = [...this.#clients].filter((client) => client.seq < this.#newestSeq && client.isReady);
    this.#isTurnOfLate = !this.#isTurnOfLate;
    const ofTurn = behind.filter(({ isCatchingUp }) => isCatchingUp === this.#isTurnOfLate);
    return (ofTurn.length > 0 ? ofTurn : behind).toSorted((left, right) => left.seq - right.seq)[0];
  }

  /** Reads the next changes for a client, and tells them to all whom they bring further. */
  async #readFor(client: LiveClient): Promise<void> {
    const newestBefore = this.#newestSeq;
    const after = client.seq;
    let clients: readonly LiveClient[] = [client];
    try {
      const changes = await this.#store.changesAfter(after, BATCH_CHANGES);
      const last = changes.at(-1)?.seq ?? after;
      const end = changes.length < BATCH_CHANGES ? Math.max(last, newestBefore) : last;
      clients = [...this.#clients].filter(({ seq, isReady }) => isReady && seq >= after && seq < end);
      const batch = await LiveBatch.ask(this.#store, changes, clients);
      let told = 0;
      for (const each of clients) {
        // Removed traces leave holes in the sequence.
        if (batch.tell(each)) each.seq = end;
        this.#settle(each);
        told += changes.length;
        if (told < TURN_CHANGES) continue;
        told = 0;
        await setImmediate();
      }
    } catch (error) {
      for (const each of clients) this.#clients.delete(each);
      this.#onFailure(error, clients);
    }
  }

  #settle(client: LiveClient): void {
    if (client.seq < this.#newestSeq) return;
    client.isCatchingUp = false;
    if (client.query === undefined) this.#clients.delete(client);
  }
}
