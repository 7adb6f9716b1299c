import { isLiveMessage } from '@tta/obs-protocol';
import type { LiveChange } from '@tta/obs-protocol';
import { Backoff } from './backoff.ts';
import type { Timer } from './backoff.ts';

/** The part of `WebSocket` that is used. */
export interface FeedSocket {
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: () => void): void;
  close(): void;
}

/** `connecting` before the first answer, `live` while changes arrive, `waiting` between two attempts. */
export type FeedState = 'connecting' | 'live' | 'waiting';

export interface LiveFeedOptions {
  /** Opens a connection that tells what comes after the change `afterSeq`; `undefined`: what changes from now on. */
  readonly open: (afterSeq: number | undefined) => FeedSocket;
  readonly timer: Timer;
  readonly onChange: (change: LiveChange) => void;
  readonly onState?: (state: FeedState) => void;
  /** The service's sequence lies behind ours: it has another database now, and all that is shown is stale. */
  readonly onReset?: () => void;
}

/**
 * Keeps one connection to `/ws/traces`: after a break it connects again, first after 250 ms, then less
 * often up to every 8 s, and asks for what it has missed.
 */
export class LiveFeed {
  readonly #options: LiveFeedOptions;
  readonly #backoff = new Backoff();
  #lastSeq: number | undefined;
  #socket: FeedSocket | undefined;
  #cancelRetry: () => void = () => {};

  constructor(options: LiveFeedOptions) {
    this.#options = options;
  }

  /** All changes up to here were told, or are not wanted; `undefined` before the first answer. */
  get lastSeq(): number | undefined {
    return this.#lastSeq;
  }

  /** Starts with the change that follows `afterSeq`, by default with the next one. A running connection is replaced. */
  start(afterSeq?: number): void {
    this.stop();
    this.#lastSeq = afterSeq;
    this.#options.onState?.('connecting');
    this.#connect();
  }

  stop(): void {
    this.#cancelRetry();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #connect(): void {
    const socket = this.#options.open(this.#lastSeq);
    this.#socket = socket;
    socket.addEventListener('message', (event) => {
      if (socket === this.#socket) this.#receive(event.data);
    });
    socket.addEventListener('close', () => {
      if (socket !== this.#socket) return;
      this.#socket = undefined;
      this.#options.onState?.('waiting');
      this.#cancelRetry = this.#options.timer(this.#backoff.next(), () => this.#connect());
    });
  }

  #receive(data: unknown): void {
    const message = parse(data);
    if (!isLiveMessage(message)) return;
    const lastSeq = this.#lastSeq ?? message.seq;
    if (message.type === 'hello') {
      this.#backoff.reset();
      const isReset = message.seq < lastSeq;
      this.#lastSeq = isReset ? 0 : lastSeq;
      this.#options.onState?.('live');
      if (isReset) this.#options.onReset?.();
      return;
    }
    this.#lastSeq = Math.max(lastSeq, message.seq);
    this.#options.onChange(message);
  }
}

function parse(data: unknown): unknown {
  if (typeof data !== 'string') return undefined;
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
