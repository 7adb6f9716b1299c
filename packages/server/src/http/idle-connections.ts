import type { Duplex } from 'node:stream';

/** Knows on which connections nothing is asked at present. */
export class IdleConnections<Connection extends Duplex> {
  /** Those that are idle for longest come first. */
  readonly #idle = new Set<Connection>();
  readonly #requests = new WeakMap<Connection, number>();

  /** A new connection is idle until something is asked on it. */
  add(connection: Connection): void {
    this.#idle.add(connection);
    connection.once('close', () => this.#idle.delete(connection));
  }

  /** Something is asked on a connection. */
  begin(connection: Connection): void {
    this.#idle.delete(connection);
    this.#requests.set(connection, (this.#requests.get(connection) ?? 0) + 1);
  }

  /** What was asked is answered, or given up. */
  end(connection: Connection): void {
    const rest = (this.#requests.get(connection) ?? 1) - 1;
    this.#requests.set(connection, rest);
    if (rest === 0 && !connection.destroyed) this.#idle.add(connection);
  }

  /** Closes the connection that is idle for longest. Returns it, or `undefined` when there is none. */
  closeOldest(): Connection | undefined {
    const [oldest] = this.#idle;
    if (oldest === undefined) return undefined;
    this.#idle.delete(oldest);
    oldest.destroy();
    return oldest;
  }
}
