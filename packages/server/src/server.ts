import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { LiveChange, TraceSummary } from '@tta/obs-protocol';
import { openDatabaseFile } from './storage/database-file.ts';
import { createHttpService } from './http/http-service.ts';
import { LiveFeed } from './http/live-feed.ts';
import { silentLogger, type ServiceLogger } from './logger.ts';
import { isLoopback } from './http/request-origin.ts';
import { Retention } from './storage/retention.ts';
import { ServiceError } from './service-error.ts';
import { SqliteConnection } from './storage/sqlite-connection.ts';
import { SqliteLogStore } from './storage/sqlite-log-store.ts';
import { SqliteTraceStore } from './storage/sqlite-trace-store.ts';
import type { LogGroup } from './otlp/log-batch.ts';
import type { LogStore } from './storage/log-store.ts';
import type { SpanGroup } from './otlp/trace-batch.ts';
import { traceChange, type TraceStore } from './storage/trace-store.ts';

const CLOSE_LIMIT_MS = 2_000;

export interface ServerOptions {
  /** A loopback name or address. @defaultValue '127.0.0.1' */
  readonly host?: string;
  /** 0 picks a free port. @defaultValue 8765 */
  readonly port?: number;
  /** The SQLite file; it and its folder are created when missing. */
  readonly databasePath: string;
  /** Folder of the built page. Without it `/` says how to build it. */
  readonly pageDir?: string;
  /** @defaultValue 1000 */
  readonly maxTraces?: number;
  /** @defaultValue 24 */
  readonly retentionHours?: number;
  /** @defaultValue silent */
  readonly logger?: ServiceLogger;
}

export interface RunningServer {
  /** For example `http://127.0.0.1:8765`. */
  readonly url: string;
  readonly port: number;
  /** Absolute. */
  readonly databasePath: string;
  readonly version: string;
  readonly store: TraceStore;
  readonly logs: LogStore;
  /** Calls `listener` after each commit, once for each trace that it changed. Returns how to stop that. */
  onTrace(listener: (trace: TraceSummary) => void): () => void;
  /** Ends open requests (within 2 s) and leaves one database file. */
  close(): Promise<void>;
}

/**
 * Starts the local service: OTLP in, SQLite, REST, WebSocket and the page.
 *
 * @throws ServiceError when it cannot listen or cannot open the database; the message is for the user.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { host = '127.0.0.1', port = 8765, logger = silentLogger } = options;
  if (!isLoopback(host)) {
    throw new ServiceError(
      'OBS_ERR_HOST_NOT_LOOPBACK',
      `Listening on ${host} is refused: the service has no access control yet, so it serves this machine only (127.0.0.1, ::1 or localhost).`,
    );
  }
  const startedMs = performance.now();
  const file = await openDatabaseFile(options.databasePath);
  const connection = new SqliteConnection(file);
  const store = new SqliteTraceStore(connection);
  const logs = new SqliteLogStore(connection);
  const feed = new LiveFeed({ store, logger });
  const retention = new Retention({
    store,
    logs,
    logger,
    maxTraces: options.maxTraces ?? 1000,
    retentionHours: options.retentionHours ?? 24,
    now: Date.now,
  });
  const listeners = new Set<(trace: TraceSummary) => void>();

  /** Records are safe once they are committed: whatever fails from then on must not make the sender repeat them. */
  const announce = (changes: readonly LiveChange[]): void => {
    try {
      feed.publish(changes);
      for (const change of changes) {
        if (change.type === 'trace') for (const listener of listeners) listener(change.trace);
      }
    } catch (error) {
      logger.error('A change was stored but not announced', error);
    }
    retention.noteIngest();
  };
  const writeSpans = async (groups: readonly SpanGroup[]): Promise<void> =>
    announce((await store.write(groups)).map(traceChange));
  const writeLogs = async (groups: readonly LogGroup[], request: Buffer): Promise<void> =>
    announce(await logs.write(groups, request));

  const version = ownVersion();
  const app = createHttpService({
    store,
    logs,
    feed,
    writeSpans,
    writeLogs,
    logger,
    host,
    version,
    databasePath: file.path,
    uptimeMs: () => performance.now() - startedMs,
    pageDir: options.pageDir,
  });
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    await store.close();
    throw listenError(error as NodeJS.ErrnoException, host, port);
  }
  retention.noteIngest();
  const address = app.server.address() as AddressInfo;

  const shutDown = async (): Promise<void> => {
    retention.stop();
    feed.close();
    const force = setTimeout(() => {
      feed.terminate();
      app.server.closeAllConnections();
    }, CLOSE_LIMIT_MS);
    await app.close();
    clearTimeout(force);
    feed.terminate();
    await store.close();
  };
  let closing: Promise<void> | undefined;

  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    port: address.port,
    databasePath: file.path,
    version,
    store,
    logs,
    onTrace: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => (closing ??= shutDown()),
  };
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new ServiceError(
        'OBS_ERR_PORT_TAKEN',
        `Port ${port} on ${host} is taken: stop the program that uses it, or choose another with --port.`,
        error,
      );
    case 'EACCES':
      return new ServiceError(
        'OBS_ERR_PORT_NOT_ALLOWED',
        `This user may not listen on port ${port}: choose one above 1023 with --port.`,
        error,
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EADDRNOTAVAIL':
      return new ServiceError('OBS_ERR_HOST_UNKNOWN', `${host} is not an address of this machine.`, error);
    default:
      return error;
  }
}

/** Both `src/` and `dist/` lie beside the package's own description. */
function ownVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
