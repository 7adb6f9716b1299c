import type { Socket } from 'node:net';
import type { ServiceLogger } from '../logger.ts';
import type { IdleConnections } from './idle-connections.ts';
import { answerRaw } from './raw-answer.ts';
import type { SparseLog } from './sparse-log.ts';

/** No method of HTTP/1 begins like the preface of HTTP/2, `PRI * HTTP/2.0` (RFC 9113 §3.4). */
const HTTP2_PREFACE = Buffer.from('PRI');

export interface ConnectionIntakeOptions {
  readonly http1: (socket: Socket) => void;
  /** Takes connections of clients that know that they may speak HTTP/2. */
  readonly http2: (socket: Socket) => void;
  /** How long a new connection may be silent. */
  readonly silenceMs: number;
  /**
   * The most connections that are open at one time. One more takes the place of the one that is idle for longest; when
   * none is idle, it is answered 503 and closed.
   */
  readonly limit: number;
  /** Is told here of new connections, and elsewhere of what is asked on them. */
  readonly idle: IdleConnections<Socket>;
  readonly logger: ServiceLogger;
  readonly sparseLog: SparseLog;
}

/** Finds out from its first bytes what a connection speaks, and knows all that are open. */
export class ConnectionIntake {
  readonly #options: ConnectionIntakeOptions;
  readonly #open = new Set<Socket>();
  readonly #undecided = new Set<Socket>();

  constructor(options: ConnectionIntakeOptions) {
    this.#options = options;
  }

  accept(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    if (!this.#hasRoom()) return answerRaw(socket, 503, 'Too many connections are open.');
    this.#open.add(socket);
    this.#options.idle.add(socket);
    this.#undecided.add(socket);
    const timer = setTimeout(() => socket.destroy(), this.#options.silenceMs);
    let seen: Buffer = Buffer.alloc(0);
    const look = () => {
      for (let bytes: Buffer | null; (bytes = socket.read() as Buffer | null) !== null;) {
        seen = seen.length === 0 ? bytes : Buffer.concat([seen, bytes]);
      }
      const length = Math.min(seen.length, HTTP2_PREFACE.length);
      const isPreface = seen.compare(HTTP2_PREFACE, 0, length, 0, length) === 0;
      if (isPreface && length < HTTP2_PREFACE.length) return;
      clearTimeout(timer);
      socket.off('readable', look);
      socket.off('end', end);
      this.#undecided.delete(socket);
      socket.unshift(seen);
      this.#hand(socket, isPreface);
    };
    const end = () => socket.destroy();
    socket.on('readable', look);
    socket.on('end', end);
    socket.on('close', () => {
      clearTimeout(timer);
      this.#open.delete(socket);
      this.#undecided.delete(socket);
    });
  }

  /** Ends connections that have not said anything yet. */
  closeUndecided(): void {
    for (const socket of this.#undecided) socket.destroy();
  }

  closeAll(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #hand(socket: Socket, isHttp2: boolean): void {
    if (!isHttp2) return this.#options.http1(socket);
    // Node's HTTP/2 does not end its half when the peer has ended its own.
    socket.allowHalfOpen = false;
    return this.#options.http2(socket);
  }

  #hasRoom(): boolean {
    const { limit, idle, logger, sparseLog } = this.#options;
    if (this.#open.size < limit) return true;
    const closed = idle.closeOldest();
    // It says only later that it is closed.
    if (closed !== undefined) return this.#open.delete(closed);
    const line = `${limit} connections are in use: more are refused for now.`;
    sparseLog.say('connections', line, (text) => logger.warn(text));
    return false;
  }
}
