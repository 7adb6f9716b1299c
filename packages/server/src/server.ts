import { readFileSync } from 'node:fs';
import type { LiveChange, TraceSummary } from '@tta/obs-protocol';
import { generateToken } from './http/access-token.ts';
import { Access, isLoopback } from './http/access.ts';
import { createHttpService } from './http/http-service.ts';
import { LiveFeed } from './http/live-feed.ts';
import { SparseLog } from './http/sparse-log.ts';
import { silentLogger } from './logger.ts';
import { Retention } from './storage/retention.ts';
import { checkServerOptions, type ServerOptions } from './server-options.ts';
import { ServiceError } from './service-error.ts';
import { WriteHealth } from './storage/write-health.ts';
import type { LogStore } from './storage/log-store.ts';
import type { MetricStore } from './storage/metric-store.ts';
import type { TraceStore } from './storage/trace-store.ts';
import { ThreadedStorage } from './thread/threaded-storage.ts';

export interface RunningServer {
  /** For example `http://127.0.0.1:8765`. */
  readonly url: string;
  readonly port: number;
  /** All ports that it listens on: `port`, and those of `otlpPorts` that were free. */
  readonly ports: readonly number[];
  /** What every request must show; `undefined` when none is asked for. */
  readonly token: string | undefined;
  /** Absolute. */
  readonly databasePath: string;
  readonly version: string;
  readonly store: TraceStore;
  readonly logs: LogStore;
  readonly metrics: MetricStore;
  /** Calls `listener` after each commit, once for each trace that it changed. Returns how to stop that. */
  onTrace(listener: (trace: TraceSummary) => void): () => void;
  /** Ends open requests (within 2 s) and leaves one database file. */
  close(): Promise<void>;
}

/**
 * Starts the local service: OTLP in, SQLite, REST, WebSocket and the page.
 *
 * @throws ServiceError when an option makes no sense, or when it cannot listen or cannot open the database; the
 * message is for the user.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  checkServerOptions(options);
  const { host = '127.0.0.1', port = 8765, logger = silentLogger } = options;
  const token = options.token ?? (isLoopback(host) ? undefined : generateToken());
  const access = new Access({ host, ...(token !== undefined && { token }) });
  const startedMs = performance.now();
  const uptimeMs = () => performance.now() - startedMs;
  const sparseLog = new SparseLog(uptimeMs);
  const writeHealth = new WriteHealth();
  const storage = await ThreadedStorage.open({
    databasePath: options.databasePath,
    ...(options.durability !== undefined && { durability: options.durability }),
    onNotice: (notice) => logger.warn(notice),
    onFailure: (error) => {
      writeHealth.end(error);
      logger.error('The storage has failed: nothing is stored any more, start again', error);
    },
  });
  const { traces, logs, metrics } = storage;
  const feed = new LiveFeed({ store: traces, logger, sparseLog });
  const retention = new Retention({
    storage,
    logger,
    maxTraces: options.maxTraces ?? 1000,
    retentionHours: options.retentionHours ?? 24,
    maxBytes: options.maxBytes ?? 1024 ** 3,
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
      const line = 'A change was stored but not announced';
      sparseLog.say('announce', line, (text) => logger.error(text, error));
    }
    retention.noteIngest();
  };
  const version = ownVersion();
  const http = await createHttpService({
    storage,
    retention,
    feed,
    writeHealth,
    queuedBytes: () => storage.queuedBytes,
    writeSpans: async (batch) => announce(await writeHealth.watch(traces.write(batch))),
    writeLogs: async (groups, request) => announce(await writeHealth.watch(logs.write(groups, request))),
    writeMetrics: async (groups) => {
      await writeHealth.watch(metrics.write(groups));
      retention.noteIngest();
    },
    isRedacting: options.redactSecrets ?? true,
    logger,
    sparseLog,
    host,
    access,
    version,
    databasePath: storage.path,
    uptimeMs,
    pageDir: options.pageDir,
  });
  let boundPort: number;
  try {
    boundPort = await http.listen(port);
  } catch (error) {
    await http.close();
    await storage.close();
    throw listenError(error as NodeJS.ErrnoException, host, port);
  }
  await http.listenWhereFree(options.otlpPorts ?? []);
  retention.noteIngest();

  const shutDown = async (): Promise<void> => {
    const retentionEnd = retention.stop();
    feed.close();
    await http.close();
    feed.terminate();
    await retentionEnd;
    await storage.close();
  };
  let closing: Promise<void> | undefined;

  return {
    url: `http://${urlHost(host)}:${boundPort}`,
    port: boundPort,
    ports: http.ports(),
    token,
    databasePath: storage.path,
    version,
    store: traces,
    logs,
    metrics,
    onTrace: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => (closing ??= shutDown()),
  };
}

/** Where a service that listens on all addresses is found from this machine. */
function urlHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
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
