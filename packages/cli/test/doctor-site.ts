import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startServer, type RunningServer, type ServerOptions } from '@tta/obs-server';
import type { Finding } from '../src/doctor/finding.ts';
import { Session } from './session.ts';

const PROGRAM = fileURLToPath(new URL('programs/faulty.mjs', import.meta.url));

type Variables = Readonly<Record<string, string>>;

export interface Report {
  readonly traceCount: number;
  readonly findings: readonly Finding[];
  readonly notes: readonly Finding[];
}

/** What a spec of the doctor sets up for real: services, other programs on ports, programs with a fault. */
export class DoctorSite {
  readonly directory = mkdtempSync(join(tmpdir(), 'tta-doctor-'));
  readonly #closing: (() => Promise<unknown>)[] = [];

  async close(): Promise<void> {
    for (const close of this.#closing) await close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Is done before the site is cleared away. */
  onClose(close: () => Promise<unknown>): void {
    this.#closing.push(close);
  }

  async service(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
    const databasePath = join(this.directory, 'traces.db');
    const server = await startServer({ port: 0, databasePath, ...options });
    this.onClose(() => server.close());
    return server;
  }

  /** @returns the port. */
  async listen(server: Pick<Server, 'listen' | 'close' | 'address'> & NodeJS.EventEmitter): Promise<number> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.onClose(() => new Promise((resolve) => server.close(resolve)));
    return (server.address() as AddressInfo).port;
  }

  /** Another program that speaks HTTP. */
  httpPort(answer: RequestListener): Promise<number> {
    const server = createHttpServer(answer);
    this.onClose(() => Promise.resolve(server.closeAllConnections()));
    return this.listen(server);
  }

  /** A receiver that speaks gRPC alone. */
  grpcPort(): Promise<number> {
    const server = createHttp2Server();
    server.on('stream', (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.alloc(5));
    });
    return this.listen(server);
  }

  /** A port on which nothing listens. */
  async freePort(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }

  session(env: Variables = {}): Session {
    return new Session({ homeDirectory: this.directory, env });
  }

  async examine(port: number, env: Variables = {}, flags: readonly string[] = []): Promise<Report> {
    const session = this.session(env);
    const exitCode = await session.run('doctor', '--json', '--port', String(port), ...flags);
    const report = JSON.parse(session.stdout) as Report;
    if ((exitCode === 0) !== (report.findings.length === 0)) throw new Error(`It ends with ${exitCode}.`);
    return report;
  }

  /** What is found where nothing is to be sent to ports by default. */
  async found(port: number, env: Variables = {}): Promise<readonly Finding[]> {
    const { findings } = await this.examine(port, env, ['--otlp-ports', 'none']);
    return findings;
  }

  /** Runs a program with a fault that reports to a service, to its end. */
  async runFault(fault: string, { url }: RunningServer): Promise<void> {
    const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: url };
    await promisify(execFile)(process.execPath, [PROGRAM, fault], { env });
  }
}

/** The one finding that there is. */
export function only(findings: readonly Finding[]): Finding {
  const [finding] = findings;
  if (finding !== undefined && findings.length === 1) return finding;
  throw new Error(`One was to be found: ${JSON.stringify(findings, null, 2)}`);
}
