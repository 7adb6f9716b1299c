import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { IdleConnections } from './idle-connections.ts';

/** What a peer may have under way on one connection. */
const STREAM_LIMIT = 100;
/** Windows that let a large batch arrive without a pause for each 64 KiB (the default). */
const STREAM_WINDOW_BYTES = 1024 * 1024;
const SESSION_WINDOW_BYTES = 4 * 1024 * 1024;
const HEADER_BYTES = 16 * 1024;

/** HTTP/2 without TLS, for connections that it is given. */
export class Http2Sessions {
  readonly server: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();
  /** The connection that is being taken over. */
  #arriving: Socket | undefined;

  /**
   * @param idleTimeoutMs - After which a connection on which nothing moves is ended.
   * @param idle - Is told of what is asked.
   */
  constructor(idleTimeoutMs: number, idle: IdleConnections<Socket>) {
    // Floods of resets, pings and settings are cut off by nghttp2 itself; its limits are the defaults.
    this.server = createServer({
      settings: {
        maxConcurrentStreams: STREAM_LIMIT,
        initialWindowSize: STREAM_WINDOW_BYTES,
        maxHeaderListSize: HEADER_BYTES,
      },
    });
    this.server.on('session', (session) => {
      this.#sessions.add(session);
      session.on('close', () => this.#sessions.delete(session));
      session.setLocalWindowSize(SESSION_WINDOW_BYTES);
      session.setTimeout(idleTimeoutMs, () => session.destroy());
      const socket = this.#arriving!;
      session.on('stream', (stream) => {
        idle.begin(socket);
        if (stream.destroyed) idle.end(socket);
        else stream.once('close', () => idle.end(socket));
      });
    });
    // What a peer does wrong ends its own session, and is nothing that we could act on.
    this.server.on('sessionError', () => undefined);
  }

  accept(socket: Socket): void {
    this.#arriving = socket;
    // Its session is made, and told of, before this returns.
    this.server.emit('connection', socket);
    this.#arriving = undefined;
  }

  /** Lets calls under way end and takes no new ones. */
  close(): void {
    for (const session of this.#sessions) session.close();
  }
}
