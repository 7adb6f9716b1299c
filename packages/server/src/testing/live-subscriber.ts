import { isLiveMessage, type LiveChange, type TraceSummary } from '@tta/obs-protocol';
import { WebSocket } from 'ws';

const RETRY_MS = 25;

/** A client of `/ws/traces` that keeps what it is told, and comes back after a break for what it has missed. */
export class LiveSubscriber {
  /** The traces that it would show. */
  readonly traces = new Map<string, TraceSummary>();
  /** The newest change of each trace that it was told of. */
  readonly newest = new Map<string, LiveChange>();
  /** Those of all changes, in the order of their arrival. */
  readonly seqs: number[] = [];
  /** With which its connections were closed. */
  readonly closeCodes: number[] = [];
  /** Changes behind that one are wanted; `undefined` before it knows. */
  wantedAfter: number | undefined;
  /** The newest that it has seen, or does not want. */
  seq: number | undefined;
  readonly query: string;
  readonly #address: () => string;
  #socket: WebSocket | undefined;
  #retry: NodeJS.Timeout | undefined;
  #wake: () => void = () => undefined;

  /**
   * @param address - Of the service, at the moment.
   * @param after - By default, what changes after its first connection is wanted.
   */
  constructor(address: () => string, query = '', after?: number) {
    this.#address = address;
    this.query = query;
    this.wantedAfter = after;
    this.seq = after;
  }

  /** Stays connected from now on. */
  connect(): void {
    if (this.#socket !== undefined) return;
    clearTimeout(this.#retry);
    const after = this.seq === undefined ? '' : `&after=${this.seq}`;
    const url = `${this.#address().replace('http', 'ws')}/ws/traces?query=${encodeURIComponent(this.query)}`;
    const socket = new WebSocket(`${url}${after}`);
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      if (socket === this.#socket) this.#receive(data.toString('utf8'));
    });
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      this.closeCodes.push(code);
      this.#wake();
      if (socket !== this.#socket) return;
      this.#socket = undefined;
      this.#retry = setTimeout(() => this.connect(), RETRY_MS);
    });
  }

  /** Drops the connection, with what is under way. */
  disconnect(): void {
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.terminate();
  }

  stopReading(): void {
    this.#socket?.pause();
  }

  readOn(): void {
    this.#socket?.resume();
  }

  /** Resolves when `isTrue` after a message or a break. */
  async until(isTrue: (subscriber: this) => boolean): Promise<void> {
    while (!isTrue(this)) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  #receive(text: string): void {
    const message: unknown = JSON.parse(text);
    if (!isLiveMessage(message)) throw new Error(`not a live message: ${text}`);
    if (message.type === 'hello') {
      this.wantedAfter ??= message.seq;
      this.seq ??= message.seq;
    } else this.#take(message);
    this.#wake();
  }

  #take(change: LiveChange): void {
    this.seq = change.seq;
    this.seqs.push(change.seq);
    const traceId = change.type === 'trace' ? change.trace.traceId : change.traceId;
    this.newest.set(traceId, change);
    if (change.type === 'trace') this.traces.set(traceId, change.trace);
    if (change.type === 'unmatched') this.traces.delete(traceId);
  }
}
