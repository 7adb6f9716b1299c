import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { LiveChange, LiveMessage } from '@tta/obs-protocol';
import { WebSocketServer, type WebSocket } from 'ws';
import type { ServiceLogger } from '../logger.ts';
import type { TraceStore } from '../storage/trace-store.ts';
import type { SparseLog } from './sparse-log.ts';

/** What a client may leave unread. It is cut off beyond that, and resumes with `?after=`. */
const BACKLOG_LIMIT_BYTES = 4 * 1024 * 1024;
const CATCH_UP_BATCH = 200;
const CLIENT_LIMIT = 100;
/** WebSocket close codes: "going away" and "try again later". */
const GOING_AWAY = 1001;
const TRY_AGAIN_LATER = 1013;

export interface LiveFeedOptions {
  readonly store: TraceStore;
  readonly logger: ServiceLogger;
  readonly sparseLog: SparseLog;
}

interface Client {
  readonly socket: WebSocket;
  /** Everything up to here was sent. */
  seq: number;
  /** The client is being fed from the store and not by `publish`. */
  isCatchingUp: boolean;
  /** Something was published while it was catching up, perhaps after the store was read. */
  hasMissed: boolean;
}

/** `/ws/traces`: tells every connected client about each change, once and in order of `seq`. */
export class LiveFeed {
  readonly #store: TraceStore;
  readonly #logger: ServiceLogger;
  readonly #sparseLog: SparseLog;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 1024, perMessageDeflate: false });
  readonly #clients = new Set<Client>();

  constructor(options: LiveFeedOptions) {
    this.#store = options.store;
    this.#logger = options.logger;
    this.#sparseLog = options.sparseLog;
  }

  /** Takes over an upgrade request that was checked. `after` is the last `seq` that the client has seen. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, after: number | undefined): void {
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', () => webSocket.terminate());
      if (this.#clients.size >= CLIENT_LIMIT) {
        webSocket.close(TRY_AGAIN_LATER, `more than ${CLIENT_LIMIT} clients`);
        return;
      }
      // Those that come while one is greeted count it too.
      const client: Client = { socket: webSocket, seq: 0, isCatchingUp: true, hasMissed: false };
      this.#clients.add(client);
      webSocket.on('close', () => this.#clients.delete(client));
      this.#greet(client, after).catch((error: unknown) => {
        const line = 'A live client could not be served';
        this.#sparseLog.say('live', line, (text) => this.#logger.error(text, error));
        webSocket.terminate();
      });
    });
  }

  /** Sends what has just been committed. */
  publish(changes: readonly LiveChange[]): void {
    const messages = changes.map((change) => ({ seq: change.seq, text: JSON.stringify(change) }));
    for (const client of this.#clients) {
      if (client.isCatchingUp) {
        client.hasMissed = true;
        continue;
      }
      for (const { seq, text } of messages) {
        if (seq > client.seq && this.#send(client, text)) client.seq = seq;
      }
    }
  }

  close(): void {
    for (const { socket } of this.#clients) socket.close(GOING_AWAY, 'the service stops');
    this.#server.close();
  }

  /** Ends the connections of clients that do not answer the farewell. */
  terminate(): void {
    for (const { socket } of this.#clients) socket.terminate();
  }

  async #greet(client: Client, after: number | undefined): Promise<void> {
    const newest = await this.#store.newestSeq();
    // A position from the future belongs to a database that was deleted since: start over.
    client.seq = after === undefined ? newest : after > newest ? 0 : after;
    this.#send(client, JSON.stringify({ type: 'hello', seq: newest } satisfies LiveMessage));
    await this.#catchUp(client);
  }

  /** Reads from the store until nothing is newer and nothing was published meanwhile. */
  async #catchUp(client: Client): Promise<void> {
    while (client.isCatchingUp) {
      client.hasMissed = false;
      const changes = await this.#store.changesAfter(client.seq, CATCH_UP_BATCH);
      for (const change of changes) {
        if (!this.#send(client, JSON.stringify(change))) return;
        client.seq = change.seq;
      }
      if (changes.length === 0 && !client.hasMissed) client.isCatchingUp = false;
    }
  }

  /** False when the client is gone, or was cut off because it does not read. */
  #send({ socket }: Client, text: string): boolean {
    if (socket.readyState !== socket.OPEN) return false;
    if (socket.bufferedAmount > BACKLOG_LIMIT_BYTES) {
      // The code arrives if the client starts to read again; ws ends the connection after 30 s if not.
      socket.close(TRY_AGAIN_LATER, 'too slow, resume with ?after=');
      return false;
    }
    socket.send(text);
    return true;
  }
}
