import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { LiveChange } from '@tta/obs-protocol';
import { WebSocketServer } from 'ws';
import type { ServiceLogger } from '../logger.ts';
import { encodeMessage, type LiveStore } from './live-batch.ts';
import { LiveClient, TRY_AGAIN_LATER, type LiveQuery } from './live-client.ts';
import { StoreFeed } from './live-store-feed.ts';
import type { SparseLog } from './sparse-log.ts';

const CLIENT_LIMIT = 250;
/** WebSocket close code. */
const GOING_AWAY = 1001;

export interface LiveFeedOptions {
  readonly store: LiveStore;
  readonly logger: ServiceLogger;
  readonly sparseLog: SparseLog;
}

/** What a client wants to be told. */
export interface LiveSubscription {
  /** The last `seq` that it has seen; `undefined`: what changes from now on. */
  readonly after: number | undefined;
  /** Only of traces that it finds. */
  readonly query: LiveQuery | undefined;
}

/** `/ws/traces`: tells every connected client about each change that concerns it, once and in order of `seq`. */
export class LiveFeed {
  readonly #options: LiveFeedOptions;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 1024, perMessageDeflate: false });
  readonly #clients = new Set<LiveClient>();
  readonly #storeFeed: StoreFeed;

  constructor(options: LiveFeedOptions) {
    this.#options = options;
    this.#storeFeed = new StoreFeed(options.store, (error, clients) => this.#giveUp(clients, error));
  }

  /** Takes over an upgrade request that was checked. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, subscription: LiveSubscription): void {
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', () => webSocket.terminate());
      if (this.#clients.size >= CLIENT_LIMIT) {
        webSocket.close(TRY_AGAIN_LATER, `more than ${CLIENT_LIMIT} clients`);
        return;
      }
      const { query, after } = subscription;
      const client = new LiveClient(webSocket, query, () => this.#storeFeed.wake());
      // Those that come while one is greeted count it too.
      this.#clients.add(client);
      webSocket.on('close', () => {
        this.#clients.delete(client);
        this.#storeFeed.delete(client);
      });
      this.#greet(client, after).catch((error: unknown) => this.#giveUp([client], error));
    });
  }

  /** Sends what has just been committed. */
  publish(changes: readonly LiveChange[]): void {
    const newest = changes.at(-1);
    if (newest === undefined) return;
    const level = [...this.#clients].filter((client) => client.query === undefined && !client.isCatchingUp);
    const messages = level.length === 0 ? [] : changes.map(encodeMessage);
    for (const client of level) {
      for (const [index, { seq }] of changes.entries()) {
        if (seq > client.seq && client.send(messages[index]!)) client.seq = seq;
      }
    }
    this.#storeFeed.noteSeq(newest.seq);
  }

  close(): void {
    for (const client of this.#clients) client.close(GOING_AWAY, 'the service stops');
    this.#server.close();
  }

  /** Ends the connections of clients that do not answer the farewell. */
  terminate(): void {
    for (const client of this.#clients) client.terminate();
  }

  async #greet(client: LiveClient, after: number | undefined): Promise<void> {
    const newest = await this.#options.store.newestSeq();
    // A position from the future belongs to a database that was deleted since: start over.
    client.seq = after === undefined ? newest : after > newest ? 0 : after;
    if (!client.send(encodeMessage({ type: 'hello', seq: newest }))) return;
    this.#storeFeed.noteSeq(newest);
    this.#storeFeed.add(client);
  }

  #giveUp(clients: readonly LiveClient[], error: unknown): void {
    const { logger, sparseLog } = this.#options;
    if (clients.some(({ isOpen }) => isOpen)) {
      const line = 'A live client could not be served';
      sparseLog.say('live', line, (text) => logger.error(text, error));
    }
    for (const client of clients) client.terminate();
  }
}
