import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startServer, type RunningServer, type ServerOptions } from '@tta/obs-server';
import { bundleOwnProgram } from '../../test/own-program.ts';
import { Session } from '../../test/session.ts';
import type { Finding } from './finding.ts';

const PROGRAM = fileURLToPath(new URL('../../test/programs/faulty.mjs', import.meta.url));
const TOKEN = 't'.repeat(20);

let directory: string;
let closing: (() => Promise<unknown>)[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-doctor-'));
  closing = [];
});

afterEach(async () => {
  for (const close of closing) await close();
  rmSync(directory, { recursive: true, force: true });
});

const service = async (options: Partial<ServerOptions> = {}): Promise<RunningServer> => {
  const server = await startServer({ port: 0, databasePath: join(directory, 'traces.db'), ...options });
  closing.push(() => server.close());
  return server;
};

const listening = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
};

/** Something else that speaks HTTP. */
const httpPort = (answer: RequestListener) => {
  const server = createHttpServer(answer);
  closing.push(() => Promise.resolve(server.closeAllConnections()));
  return listening(server);
};

/** A receiver that speaks gRPC alone. */
const grpcPort = () => {
  const server = createHttp2Server();
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.alloc(5));
  });
  return listening(server as unknown as Server);
};

/** A port on which nothing listens. */
const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

interface Report {
  readonly traceCount: number;
  readonly checks: readonly { readonly check: string; readonly skipped?: string }[];
  readonly findings: readonly Finding[];
}

const examine = async (port: number, env: Record<string, string> = {}, flags: readonly string[] = []) => {
  const session = new Session({ homeDirectory: directory, env });
  const exitCode = await session.run('doctor', '--json', '--port', String(port), ...flags);
  const report = JSON.parse(session.stdout) as Report;
  expect(exitCode).toBe(report.findings.length === 0 ? 0 : 1);
  return report;
};

/** What is found where nothing is to be sent to ports by default. */
const found = async (port: number, env: Record<string, string> = {}) => {
  const { findings } = await examine(port, env, ['--otlp-ports', 'none']);
  return findings;
};

const only = (findings: readonly Finding[]): Finding => {
  expect(findings.map(({ check, what }) => `${check}: ${what}`)).toHaveLength(1);
  return findings[0]!;
};

const runFault = async (fault: string, { url }: RunningServer) => {
  const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: url };
  await promisify(execFile)(process.execPath, [PROGRAM, fault], { env });
};

describe('tta-obs doctor', () => {
  it('says how many checks it has made where nothing is wrong', async () => {
    const server = await service();
    await runFault('none', server);
    const session = new Session({
      homeDirectory: directory,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: server.url, TTA_UI_ENDPOINT: server.url },
    });
    expect(await session.run('doctor', '--port', String(server.port))).toBe(0);
    expect(session.stdout).toBe(
      `✓ 13 checks made, and none found anything: 5 traces of the service at ${server.url}.\n`,
    );
    expect(session.stderr).toBe('');
  });

  it('shows what it has found, what shows it and what mends it', async () => {
    const port = await freePort();
    const session = new Session({ homeDirectory: directory });
    expect(await session.run('doctor', '--port', String(port))).toBe(1);
    expect(session.stdout).toBe(
      `✗ No service runs at http://127.0.0.1:${port}. [service]\n` +
        `    seen  127.0.0.1:${port}: nothing listens there\n` +
        `    mend  tta-obs start --detach\n\n` +
        `1 finding in 2 checks: 0 traces of the service at http://127.0.0.1:${port}.\n` +
        'Not made, because no service could be asked: ports, destination, refusals, times, clocks, orphans, ' +
        'flush, context, double spans, double set-up, limits.\n',
    );
  });

  it('looks at the traces of the time that is named', async () => {
    const server = await service();
    await runFault('orphans', server);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: server.url };
    expect(await examine(server.port, env, ['--since', '1m'])).toMatchObject({ traceCount: 0, findings: [] });
    expect(await examine(server.port, env, ['--since', '1h'])).toMatchObject({ traceCount: 1 });
    const session = new Session({ homeDirectory: directory });
    expect(await session.run('doctor', '--since', 'soon')).toBe(2);
    expect(session.stderr).toContain('--since must be a time such as 15m, 6h or 7d');
  });

  it('finds that a caller does not report here', async () => {
    const server = await service();
    await runFault('orphans', server);
    const { check, what, evidence, mend } = only(await found(server.port));
    expect(check).toBe('orphans');
    expect(what).toBe(
      '1 span of "shop" (scope "http") were called by another process, whose span never arrived.',
    );
    expect(evidence[0]).toMatch(/^span "GET \/" \(.*\) of trace c{32} names parent d{16}$/);
    expect(mend).toContain(`export OTEL_TRACES_EXPORTER=otlp OTEL_EXPORTER_OTLP_ENDPOINT=${server.url}`);
  });

  it('finds what a process of the past has not sent', async () => {
    const server = await service();
    await runFault('unflushed', server);
    expect(only(await found(server.port)).check).toBe('flush');
  });
});

describe('the service', () => {
  it.each([
    ['HTTP', 'answers HTTP with 404 (teapot)'],
    ['nothing that is known', 'takes connections, and does not answer HTTP'],
  ])('is missing where another program speaks %s', async (kind, told) => {
    const port =
      kind === 'HTTP'
        ? await httpPort((_request, response) => response.writeHead(404, { server: 'teapot' }).end())
        : await listening(
            createServer(
              (socket) => void socket.on('error', () => undefined).end('hello\r\n', () => socket.destroy()),
            ),
          );
    const { check, what, evidence, mend } = only(await found(port));
    expect(check).toBe('service');
    expect(what).toBe(`Port ${port} is taken by another program, so the service cannot be there.`);
    expect(evidence).toEqual([`127.0.0.1:${port}: ${told}`]);
    expect(mend.at(-1)).toBe(`tta-obs config set port ${port + 1} && tta-obs start --detach`);
  });

  it('is of an older version', async () => {
    const port = await httpPort((_request, response) =>
      response.end('{"status":"ok","version":"0.0.9","databasePath":"/a.db"}'),
    );
    const { check, what, evidence, mend } = only(await found(port));
    expect(check).toBe('service');
    expect(what).toBe(`The service at http://127.0.0.1:${port} is of an older version than this program.`);
    expect(evidence).toEqual(['it is 0.0.9, this program 0.1.0']);
    expect(mend).toEqual(['tta-obs stop && tta-obs start --detach']);
  });

  it('wants a token that is not given', async () => {
    const server = await service({ token: TOKEN });
    const { check, what, mend } = only(await found(server.port));
    expect(check).toBe('service');
    expect(what).toContain('wants a token');
    expect(mend[0]).toMatch(/^export TTA_UI_TOKEN=/);
    const other = only(await found(server.port, { TTA_UI_TOKEN: 'u'.repeat(20) }));
    expect(other.what).toContain('wants another token');
  });

  it('has a full disk', async () => {
    const disk = join(directory, 'disk');
    mkdirSync(disk);
    const script = 'mount -t tmpfs -o size=8m tmpfs "$0" && head -c 6M /dev/zero >"$0/taken" && exec "$@"';
    const [node, program] = await bundleOwnProgram();
    const flags = ['start', '--port', '0', '--db-path', join(disk, 'traces.db')];
    const namespace = process.getuid?.() === 0 ? '-m' : '-Urm';
    const child = spawn('unshare', [namespace, 'sh', '-c', script, disk, node, program, ...flags]);
    closing.push(async () => {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      rmSync(program, { force: true });
    });
    let said = '';
    const url = await new Promise<string>((resolve) => {
      child.stdout.on('data', (text: Buffer) => {
        said += String(text);
        const match = /page +(http:\S+)/.exec(said);
        if (match !== null) resolve(match[1]!);
      });
    });
    const attributes = [{ key: 'input.value', value: { stringValue: 'many words '.repeat(100_000) } }];
    for (let trace = 1, status = 200; status === 200 && trace < 20; trace++) {
      const span = {
        traceId: trace.toString(16).padStart(32, '0'),
        spanId: '1'.repeat(16),
        name: 'large',
        startTimeUnixNano: '1763700000000000000',
        endTimeUnixNano: '1763700001000000000',
        attributes,
      };
      ({ status } = await fetch(`${url}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
      }));
    }
    const findings = await found(Number(new URL(url).port));
    expect(findings.map(({ check }) => check)).toEqual(['service', 'refusals']);
    expect(findings[0]!.what).toBe(`The service at ${url} fails: its disk is full.`);
    expect(findings[0]!.mend).toContain('tta-obs config set maxBytes 200MB');
  });

  it('has refused what it was sent', async () => {
    const server = await service();
    await fetch(`${server.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"resourceSpans":[',
    });
    const { check, what, evidence } = only(await found(server.port));
    expect(check).toBe('refusals');
    expect(what).toMatch(/^The service has refused 1 request since its start .* ago\.$/);
    expect(evidence).toEqual(['refused: {"requestCount":1,"recordCount":0} in GET /health']);
  });
});

describe('the ports where programs send by default', () => {
  it('are taken by another program', async () => {
    const taken = await httpPort((_request, response) => response.writeHead(404).end());
    const server = await service({ otlpPorts: [taken] });
    const { findings } = await examine(server.port, {}, ['--otlp-ports', String(taken)]);
    const { check, what, evidence, mend } = only(findings);
    expect(check).toBe('ports');
    expect(what).toBe(
      `Port ${taken} (OTLP) is taken by another program: what is sent there by default does not reach the service.`,
    );
    expect(evidence).toEqual([`port ${taken}: answers HTTP with 404`, `the service has ${server.port}`]);
    expect(mend).toContain(`export OTEL_EXPORTER_OTLP_ENDPOINT=${server.url}`);
  });

  it('are not listened on', async () => {
    const server = await service();
    const port = await freePort();
    const { findings } = await examine(server.port, {}, ['--otlp-ports', String(port)]);
    expect(only(findings).what).toContain(`The service does not listen on port ${port}`);
  });

  it('do not matter to programs that are told where to send', async () => {
    const server = await service();
    const port = await freePort();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: server.url };
    expect((await examine(server.port, env, ['--otlp-ports', String(port)])).findings).toEqual([]);
  });

  it('are those of the service', async () => {
    const port = await freePort();
    const server = await service({ otlpPorts: [port] });
    expect((await examine(server.port, {}, ['--otlp-ports', String(port)])).findings).toEqual([]);
  });
});

describe('variables of OpenTelemetry', () => {
  it.each([
    [{ OTEL_SDK_DISABLED: 'true' }, 'turned off', 'unset OTEL_SDK_DISABLED'],
    [{ OTEL_TRACES_EXPORTER: 'none' }, 'send no traces', 'export OTEL_TRACES_EXPORTER=otlp'],
    [{ OTEL_TRACES_EXPORTER: 'console' }, 'send their traces to console', 'export OTEL_TRACES_EXPORTER=otlp'],
    [
      { OTEL_TRACES_SAMPLER: 'parentbased_always_off' },
      'sampler takes none',
      'export OTEL_TRACES_SAMPLER=parentbased_always_on',
    ],
    [
      { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.0' },
      'sampler takes none',
      'export OTEL_TRACES_SAMPLER_ARG=1',
    ],
    [
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuff' },
      'no protocol "http/protobuff"',
      'export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
    ],
  ])('with %j send no traces', async (env, what, mend) => {
    const { port } = await service();
    const finding = only(await found(port, env as unknown as Record<string, string>));
    expect(finding.check).toBe('variables');
    expect(finding.what).toContain(what);
    expect(finding.mend).toEqual([mend]);
  });

  it.each([
    [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' }],
    [{ OTEL_TRACES_EXPORTER: 'console,otlp', OTEL_SDK_DISABLED: 'false' }],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
  ])('with %j are well', async (env) => {
    const { port } = await service();
    expect(await found(port, env as unknown as Record<string, string>)).toEqual([]);
  });
});

describe('where programs send', () => {
  it.each(['http/protobuf', 'http/json', 'grpc'])('is the service, by %s', async (protocol) => {
    const { url, port } = await service();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: protocol };
    expect(await found(port, env)).toEqual([]);
    const local = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: `http://localhost:${port}/` };
    expect(await found(port, local)).toEqual([]);
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', '/v1/traces', '', '/v1/traces is appended to'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', '', '/v1/traces', 'is used as it stands'],
    ['OTEL_EXPORTER_OTLP_LOGS_ENDPOINT', '/', '/v1/logs', 'is used as it stands'],
  ])('is no path of the service: %s with "%s"', async (name, path, right, why) => {
    const { url, port } = await service();
    const { check, evidence, mend } = only(await found(port, { [name]: url + path }));
    expect(check).toBe('destination');
    expect(evidence[0]).toBe(`${name}=${url}${path}`);
    expect(evidence[1]).toContain(why);
    expect(mend).toEqual([`export ${name}=${url}${right}`]);
    // What was tried does not count as refused.
    expect(await found(port)).toEqual([]);
    expect(await found(port, { [name]: url + right })).toEqual([]);
  });

  it('is the service, by TLS, which it does not speak', async () => {
    const { url, port } = await service();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `https://localhost:${port}` };
    const { what, mend } = only(await found(port, env));
    expect(what).toBe('Programs speak TLS to the service, which speaks none.');
    expect(mend).toEqual([`export OTEL_EXPORTER_OTLP_ENDPOINT=${url}`]);
  });

  it('is an address without a scheme', async () => {
    const { url, port } = await service();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `localhost:${port}` };
    const { what, mend } = only(await found(port, env));
    expect(what).toContain('must begin with http:// or https://');
    expect(mend).toEqual([`export OTEL_EXPORTER_OTLP_ENDPOINT=${url}`]);
    expect(await found(port, { ...env, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toEqual([]);
  });

  it('is a port on which nothing listens', async () => {
    const { url, port } = await service();
    const wrong = await freePort();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${wrong}` };
    const { what, evidence, mend } = only(await found(port, env));
    expect(what).toBe(
      `Programs of this shell send traces to 127.0.0.1:${wrong}, and not to the service at ${url}; there, nobody takes them.`,
    );
    expect(evidence[1]).toBe(
      `an export without traces, sent by http/protobuf to 127.0.0.1:${wrong}/v1/traces: connect ECONNREFUSED 127.0.0.1:${wrong}`,
    );
    expect(mend).toEqual([`export OTEL_EXPORTER_OTLP_ENDPOINT=${url}`]);
  });

  it('is another receiver', async () => {
    const { port } = await service();
    const other = await service({ databasePath: join(directory, 'other.db') });
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: other.url };
    const { what, evidence } = only(await found(port, env));
    expect(what).toContain(`Programs of this shell send traces to 127.0.0.1:${other.port}, and not to`);
    expect(evidence[1]).toMatch(/: answered 200$/);
  });

  it('is a page that answers whatever it is sent', async () => {
    const { port } = await service();
    const page = await httpPort((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    );
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${page}` };
    const { what, evidence } = only(await found(port, env));
    expect(what).toContain('nobody takes them');
    expect(evidence[1]).toContain('answered 200: text/html, which is not OTLP');
  });

  it('is a receiver of HTTP that is sent gRPC', async () => {
    const { port } = await service();
    const collector = await httpPort((request, response) =>
      request.url === '/v1/traces'
        ? response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
        : response.writeHead(404).end(),
    );
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    };
    const { what, mend } = only(await found(port, env));
    expect(what).toContain('there, http/protobuf is spoken and not grpc.');
    expect(mend).toContain('export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf');
  });

  it('is a receiver of gRPC that is sent HTTP', async () => {
    const { port } = await service();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await grpcPort()}` };
    const { what, mend } = only(await found(port, env));
    expect(what).toContain('there, grpc is spoken and not http/protobuf.');
    expect(mend).toContain('export OTEL_EXPORTER_OTLP_PROTOCOL=grpc');
  });

  it.each(['http/protobuf', 'grpc'])('is the service without its token, by %s', async (protocol) => {
    const server = await service({ token: TOKEN });
    const env = {
      TTA_UI_TOKEN: TOKEN,
      OTEL_EXPORTER_OTLP_ENDPOINT: server.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    };
    const { what, evidence, mend } = only(await found(server.port, env));
    expect(what).toBe('The service wants a token, and programs of this shell show none or another.');
    expect(evidence).toContain('OTEL_EXPORTER_OTLP_HEADERS is not set');
    expect(mend).toContain('export OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20$TTA_UI_TOKEN"');
    const wrong = { ...env, OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20wrong' };
    expect(JSON.stringify(await found(server.port, wrong))).not.toContain('wrong');
    const right = { ...env, OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${TOKEN}` };
    expect(await found(server.port, right)).toEqual([]);
  });

  it('is not the service for programs of @tta/obs', async () => {
    const { url, port } = await service();
    const wrong = await freePort();
    const { what, evidence, mend } = only(
      await found(port, { TTA_UI_ENDPOINT: `http://127.0.0.1:${wrong}` }),
    );
    expect(what).toBe(`Programs of @tta/obs send to 127.0.0.1:${wrong}, and not to the service at ${url}.`);
    expect(evidence[1]).toContain('ECONNREFUSED');
    expect(mend).toEqual([`export TTA_UI_ENDPOINT=${url}`]);
  });
});
