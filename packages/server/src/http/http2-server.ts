import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';

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

  /** @param idleTimeoutMs After which a connection on which nothing moves is ended. */
  constructor(idleTimeoutMs: number) {
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
    });
    // What a peer does wrong ends its own session, and is nothing that we could act on.
    this.server.on('sessionError', () => undefined);
  }

  /** Lets calls under way end and takes no new ones. */
  close(): void {
    for (const session of this.#sessions) session.close();
  }
}
