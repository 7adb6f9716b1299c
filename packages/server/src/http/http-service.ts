import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { fastify } from 'fastify';
import type { ServiceLogger } from '../logger.ts';
import type { Access } from './access.ts';
import { apiRoutes } from './api-routes.ts';
import { comparisonRoutes } from './comparison-routes.ts';
import { ConnectionIntake } from './connection-intake.ts';
import { healthRoute, type HealthRouteOptions } from './health-route.ts';
import { HTTP_LIMITS, type HttpLimits } from './http-limits.ts';
import { answerClientError, http1Server } from './http1-server.ts';
import { Http2Sessions } from './http2-server.ts';
import { IdleConnections } from './idle-connections.ts';
import { keepingRoutes } from './keeping-routes.ts';
import { refuseUnknownParameters } from './known-parameters.ts';
import type { LiveFeed } from './live-feed.ts';
import { metricRoutes } from './metric-routes.ts';
import { listenOn, type ListeningPort } from './listening-port.ts';
import { logRoutes } from './log-routes.ts';
import { limitedAtOnce, limitedPerConnection } from './open-answers.ts';
import { openApiRoute } from './openapi-route.ts';
import { otlpGrpc } from './otlp-grpc.ts';
import { otlpHttp } from './otlp-http.ts';
import { statisticsRoutes } from './statistics-routes.ts';
import { otlpSignals, type SignalWriters } from './otlp-signal.ts';
import { pageFiles } from './page-files.ts';
import { Refusals } from './refusals.ts';
import { queryRoutes } from './query-routes.ts';
import { RequestBudget } from './request-budget.ts';
import { addRequestChecks, refuseMalformed } from './request-checks.ts';
import type { SparseLog } from './sparse-log.ts';
import { webSocketUpgrade } from './upgrade.ts';

/** How soon after its last answer a connection is closed when the service stops. */
const SWEEP_INTERVAL_MS = 20;

export interface HttpServiceOptions extends SignalWriters, Omit<HealthRouteOptions, 'ports' | 'refusals'> {
  readonly feed: LiveFeed;
  readonly logger: ServiceLogger;
  readonly sparseLog: SparseLog;
  readonly host: string;
  readonly access: Access;
  readonly pageDir: string | undefined;
  /** Those that differ from the usual ones. */
  readonly limits?: Partial<HttpLimits>;
}

/** All protocols of the service, on as many ports as are wanted. */
export interface HttpService {
  /**
   * Listens on one more port, 0 for a free one. Returns the port.
   *
   * @throws The error of the system when that is not possible.
   */
  listen(port: number): Promise<number>;
  /** Those that are listened on, in the order in which they were asked for. */
  ports(): readonly number[];
  /** Listens on those of the ports that can be had, and says which cannot. */
  listenWhereFree(ports: readonly number[]): Promise<void>;
  /** Lets requests in flight end for a while (2 s), then cuts off what is left. */
  close(): Promise<void>;
}

/** No route has a JSON schema; loading the compilers for them would cost a fifth of a second at start. */
function noSchemas(): never {
  throw new Error('routes of this service have no JSON schemas');
}

/** Page, REST, WebSocket, OTLP/HTTP and OTLP/gRPC behind one check of who asks. */
export async function createHttpService(options: HttpServiceOptions): Promise<HttpService> {
  const { access, logger, sparseLog, host, feed } = options;
  const limits = { ...HTTP_LIMITS, ...options.limits };
  const refusals = new Refusals({ logger, sparseLog });
  const receiver = {
    refusals,
    signals: otlpSignals(options, Date.now),
    limitBytes: limits.bodyBytes,
    budget: new RequestBudget({
      limitBytes: limits.bytesInFlight,
      smallBytes: limits.smallBytesInFlight,
      slowMs: limits.slowUploadMs,
      nowMs: options.uptimeMs,
      limitRequests: limits.requestsInFlight,
    }),
  };
  const takeExport = otlpHttp({ receiver, access });
  const idle = new IdleConnections<Socket>();
  let http1!: Server;
  const app = fastify({
    logger: false,
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    exposeHeadRoutes: true,
    serverFactory: (handler) => {
      const read = limitedAtOnce(limits.readsInFlight, handler);
      http1 = http1Server({
        limits,
        idle,
        onRequest: limitedPerConnection(limits.requestsPerConnection, (request, response) => {
          if (!takeExport(request, response)) read(request, response);
        }),
        onWebSocket: webSocketUpgrade(feed, access, refusals),
      });
      return http1;
    },
    frameworkErrors: (error, request, reply) => refuseMalformed(error, request, reply, { access, refusals }),
    clientErrorHandler: answerClientError,
  });
  addRequestChecks(app, { access, refusals, logger, sparseLog });
  refuseUnknownParameters(app);
  const ports: ListeningPort[] = [];
  const portNumbers = () => ports.map(({ port }) => port);
  healthRoute(app, { ...options, refusals, ports: portNumbers });
  apiRoutes(app, options.storage);
  queryRoutes(app, options.storage.traces);
  keepingRoutes(app, options);
  logRoutes(app, options.storage.logs);
  metricRoutes(app, options.storage.metrics);
  statisticsRoutes(app, options.storage.statistics, Date.now);
  comparisonRoutes(app, options.storage.statistics, Date.now);
  openApiRoute(app);
  pageFiles(app, options.pageDir);
  await app.ready();

  const http2 = new Http2Sessions(limits.idleTimeoutMs, idle);
  http2.server.on('stream', otlpGrpc({ receiver, access, callTimeoutMs: limits.requestTimeoutMs }));
  const intake = new ConnectionIntake({
    http1: (socket) => http1.emit('connection', socket),
    http2: (socket) => http2.accept(socket),
    idle,
    silenceMs: limits.headersTimeoutMs,
    limit: limits.connections,
    logger,
    sparseLog,
  });

  const listen = async (port: number): Promise<number> => {
    const listening = await listenOn({
      host,
      port,
      logger,
      sparseLog,
      onConnection: (socket) => intake.accept(socket),
    });
    ports.push(listening);
    return listening.port;
  };
  return {
    listen,
    ports: portNumbers,
    listenWhereFree: async (wanted) => {
      for (const port of wanted) {
        try {
          await listen(port);
        } catch (error) {
          logger.warn(`Port ${port} ${whyNot(error)}: what is sent there does not arrive here.`);
        }
      }
    },
    close: async () => {
      const closed = ports.map((port) => port.close());
      intake.closeUndecided();
      http2.close();
      await app.close();
      http1.close();
      const sweep = setInterval(() => http1.closeIdleConnections(), SWEEP_INTERVAL_MS);
      const force = setTimeout(() => intake.closeAll(), limits.closeTimeoutMs);
      await Promise.all(closed);
      clearInterval(sweep);
      clearTimeout(force);
    },
  };
}

function whyNot(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return 'is taken';
    case 'EACCES':
      return 'is not allowed to this user';
    default:
      return `cannot be had (${(error as Error).message})`;
  }
}
