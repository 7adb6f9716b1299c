import type { QueryNode } from '@tta/obs-protocol/query';
import type { WebSocket } from 'ws';
import { KnownTraces } from './live-known-traces.ts';

/** What a client may leave unread. It is cut off beyond that, and resumes with `?after=`. */
const BACKLOG_LIMIT_BYTES = 4 * 1024 * 1024;
/** Beyond that, one that catches up reads first what it was sent. */
const CATCH_UP_BYTES = 256 * 1024;
/** WebSocket close code "try again later". */
export const TRY_AGAIN_LATER = 1013;

/** A query that a client has subscribed to. */
export interface LiveQuery {
  /** Its canonical text: equal queries are asked once. */
  readonly text: string;
  readonly root: QueryNode;
}

/** One connection of `/ws/traces`: how far it has been told, and what it may not have read yet. */
export class LiveClient {
  /** Without one, every change is told. */
  readonly query: LiveQuery | undefined;
  /** Of the traces that its query finds. */
  readonly known = new KnownTraces();
  /** Everything up to here was told. */
  seq = 0;
  /** It has not been told yet what was stored before it came. */
  isCatchingUp = true;
  readonly #socket: WebSocket;
  readonly #onRead: () => void;

  /** @param onRead - Called when a client that catches up has taken what it was sent. */
  constructor(socket: WebSocket, query: LiveQuery | undefined, onRead: () => void) {
    this.#socket = socket;
    this.query = query;
    this.#onRead = onRead;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** More can be told now. Whoever has caught up is told everything at once, or cut off. */
  get isReady(): boolean {
    return this.isOpen && !(this.isCatchingUp && this.#socket.bufferedAmount >= CATCH_UP_BYTES);
  }

  /** False when the client is gone, or was cut off because it does not read. */
  send(message: Buffer): boolean {
    if (!this.isOpen) return false;
    const { bufferedAmount } = this.#socket;
    if (bufferedAmount > 0 && bufferedAmount + message.length > BACKLOG_LIMIT_BYTES) {
      // The code arrives if the client starts to read again; ws ends the connection after 30 s if not.
      this.#socket.close(TRY_AGAIN_LATER, 'too slow, resume with ?after=');
      return false;
    }
    this.#socket.send(message, { binary: false }, () => {
      if (this.isCatchingUp) this.#onRead();
    });
    return true;
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }
}
