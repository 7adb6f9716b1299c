import type { LiveMessage } from '@tta/obs-protocol';
import type { FeedSocket } from '../service/live-feed.ts';

/** A connection of a test, which says what it is told to. */
export class SocketDouble implements FeedSocket {
  readonly afterSeq: number | undefined;
  readonly query: string;
  isClosed = false;
  readonly #listeners: { message: ((event: { data: unknown }) => void)[]; close: (() => void)[] } = {
    message: [],
    close: [],
  };

  constructor(afterSeq: number | undefined, query = '') {
    this.afterSeq = afterSeq;
    this.query = query;
  }

  addEventListener(type: 'message' | 'close', listener: (event: { readonly data: unknown }) => void): void {
    this.#listeners[type].push(listener as never);
  }

  close(): void {
    this.isClosed = true;
    this.drop();
  }

  drop(): void {
    for (const listener of this.#listeners.close) listener();
  }

  send(message: LiveMessage): void {
    this.sendText(JSON.stringify(message));
  }

  sendText(data: unknown): void {
    for (const listener of this.#listeners.message) listener({ data });
  }
}
