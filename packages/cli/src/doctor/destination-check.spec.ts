import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DoctorSite, only } from '../../test/doctor-site.ts';
import { checkDestination } from './destination-check.ts';

const TOKEN = 't'.repeat(20);

let site: DoctorSite;

beforeEach(() => {
  site = new DoctorSite();
});

afterEach(() => site.close());

describe('where programs send', () => {
  it.each(['http/protobuf', 'http/json', 'grpc'])('is the service, by %s', async (protocol) => {
    const { url, port } = await site.service();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: protocol };
    expect(await site.found(port, env)).toEqual([]);
    const local = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: `http://localhost:${port}/` };
    expect(await site.found(port, local)).toEqual([]);
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', '/v1/traces', '', '/v1/traces is appended to'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', '', '/v1/traces', 'is used as it stands'],
    ['OTEL_EXPORTER_OTLP_LOGS_ENDPOINT', '/', '/v1/logs', 'is used as it stands'],
  ])('is no path of the service: %s with "%s"', async (name, path, right, why) => {
    const { url, port } = await site.service();
    const { check, evidence, mend } = only(await site.found(port, { [name]: url + path }));
    expect(check).toBe('destination');
    expect(evidence[0]).toBe(`${name}=${url}${path}`);
    expect(evidence[1]).toContain(why);
    expect(mend).toEqual([`export ${name}=${url}${right}`]);
    // What was tried does not count as refused.
    expect(await site.found(port)).toEqual([]);
    expect(await site.found(port, { [name]: url + right })).toEqual([]);
  });

  it('is the service, by TLS, which it does not speak', async () => {
    const { url, port } = await site.service();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `https://localhost:${port}` };
    const { what, mend } = only(await site.found(port, env));
    expect(what).toBe('Programs speak TLS to the service, which speaks none.');
    expect(mend).toEqual([`export OTEL_EXPORTER_OTLP_ENDPOINT=${url}`]);
  });

  it('is an address without a scheme', async () => {
    const { url, port } = await site.service();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `localhost:${port}` };
    const { what, mend } = only(await site.found(port, env));
    expect(what).toContain('must begin with http:// or https://');
    expect(mend).toEqual([`export OTEL_EXPORTER_OTLP_ENDPOINT=${url}`]);
    expect(await site.found(port, { ...env, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toEqual([]);
  });

  it('is a port on which nothing listens', async () => {
    const { url, port } = await site.service();
    const wrong = await site.freePort();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${wrong}` };
    const { what, evidence, mend } = only(await site.found(port, env));
    expect(what).toBe(
      `Programs of this shell send traces to 127.0.0.1:${wrong}, and not to the service at ${url}; there, nobody takes them.`,
    );
    expect(evidence[1]).toBe(
      `an export without traces, sent by http/protobuf to 127.0.0.1:${wrong}/v1/traces: connect ECONNREFUSED 127.0.0.1:${wrong}`,
    );
    expect(mend).toEqual([`export OTEL_EXPORTER_OTLP_ENDPOINT=${url}`]);
  });

  it('is another receiver', async () => {
    const { port } = await site.service();
    const other = await site.service({ databasePath: join(site.directory, 'other.db') });
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: other.url };
    const { what, evidence } = only(await site.found(port, env));
    expect(what).toContain(`Programs of this shell send traces to 127.0.0.1:${other.port}, and not to`);
    expect(evidence[1]).toMatch(/: answered 200$/);
    expect(evidence[2]).toContain('hands them on to the service');
  });

  it.each(['METRICS', 'LOGS'])('is another receiver for %s on purpose', async (signal) => {
    const { url, port } = await site.service();
    const other = await site.service({ databasePath: join(site.directory, 'other.db') });
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      [`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`]: `${other.url}/v1/${signal.toLowerCase()}`,
    };
    expect(await site.found(port, env)).toEqual([]);
  });

  it('is a page that answers whatever it is sent', async () => {
    const { port } = await site.service();
    const page = await site.httpPort((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    );
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${page}` };
    const { what, evidence } = only(await site.found(port, env));
    expect(what).toContain('nobody takes them');
    expect(evidence[1]).toContain('answered 200: text/html, which is not OTLP');
  });

  it('is a receiver of HTTP that is sent gRPC', async () => {
    const { port } = await site.service();
    const collector = await site.httpPort((request, response) =>
      request.url === '/v1/traces'
        ? response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
        : response.writeHead(404).end(),
    );
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    };
    const { what, mend } = only(await site.found(port, env));
    expect(what).toContain('there, http/protobuf is spoken and not grpc.');
    expect(mend).toContain('export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf');
  });

  it('is a receiver of gRPC that is sent HTTP', async () => {
    const { port } = await site.service();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await site.grpcPort()}` };
    const { what, mend } = only(await site.found(port, env));
    expect(what).toContain('there, grpc is spoken and not http/protobuf.');
    expect(mend).toContain('export OTEL_EXPORTER_OTLP_PROTOCOL=grpc');
  });

  it.each(['http/protobuf', 'grpc'])('is the service without its token, by %s', async (protocol) => {
    const server = await site.service({ token: TOKEN });
    const env = {
      TTA_UI_TOKEN: TOKEN,
      OTEL_EXPORTER_OTLP_ENDPOINT: server.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    };
    const { what, evidence, mend } = only(await site.found(server.port, env));
    expect(what).toBe('The service wants a token, and programs of this shell show none or another.');
    expect(evidence).toContain('OTEL_EXPORTER_OTLP_HEADERS is not set');
    expect(mend).toContain('export OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20$TTA_UI_TOKEN"');
    const wrong = { ...env, OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20wrong' };
    expect(JSON.stringify(await site.found(server.port, wrong))).not.toContain('wrong');
    const right = { ...env, OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${TOKEN}` };
    expect(await site.found(server.port, right)).toEqual([]);
  });

  it('is a service with a token by default only, which programs of @tta/obs show by themselves', async () => {
    const service = {
      url: 'http://127.0.0.1:1',
      host: '127.0.0.1',
      ports: [1, 4318],
      token: TOKEN,
      named: '',
    };
    expect(await checkDestination({ TTA_UI_TOKEN: TOKEN }, service)).toEqual([]);
  });

  it('is told without user, password and query', async () => {
    const { port } = await site.service();
    const shown: string[] = [];
    const other = await site.httpPort((request, response) => {
      shown.push(request.headers.authorization ?? 'nobody');
      response.writeHead(404).end(`no route for ${request.url}`);
    });
    const address = `http://bob:hun@ter2@127.0.0.1:${other}`;
    const env = {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${address}/v1/traces?api_key=hunter3`,
      TTA_UI_ENDPOINT: address,
    };
    const told = JSON.stringify(await site.found(port, env));
    expect(told).toContain(`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://…@127.0.0.1:${other}/v1/traces?…`);
    expect(told).toContain(`TTA_UI_ENDPOINT=http://…@127.0.0.1:${other}`);
    expect(told).toContain('answered 404');
    expect(told).not.toMatch(/bob|hun|ter2|hunter3|credentials/);
    expect(shown[0]).toBe(`Basic ${Buffer.from('bob:hun@ter2').toString('base64')}`);
  });

  it('is the service on all addresses, by each name of this machine', async () => {
    const { port } = await site.service({ host: '0.0.0.0', token: TOKEN });
    const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    const names = [
      hostname(),
      ...addresses.filter(({ family }) => family === 'IPv4').map(({ address }) => address),
    ];
    const headers = { OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${TOKEN}`, TTA_UI_TOKEN: TOKEN };
    const flags = ['--host', '0.0.0.0', '--otlp-ports', 'none'];
    for (const name of names) {
      const url = `http://${name}:${port}`;
      const env = { ...headers, OTEL_EXPORTER_OTLP_ENDPOINT: url, TTA_UI_ENDPOINT: url };
      expect((await site.examine(port, env, flags)).findings).toEqual([]);
    }
  });

  it('is the service by a name that wants the token, which does not count as refused', async () => {
    const { port } = await site.service({ host: '0.0.0.0', token: TOKEN });
    const env = { TTA_UI_TOKEN: TOKEN, OTEL_EXPORTER_OTLP_ENDPOINT: `http://${hostname()}:${port}` };
    const flags = ['--host', '0.0.0.0', '--otlp-ports', 'none'];
    expect(only((await site.examine(port, env, flags)).findings).what).toContain('wants a token');
    expect((await site.examine(port, { TTA_UI_TOKEN: TOKEN }, flags)).findings).toEqual([]);
  });

  it('is no address for programs of @tta/obs', async () => {
    const { port } = await site.service();
    const { what } = only(await site.found(port, { TTA_UI_ENDPOINT: 'nowhere' }));
    expect(what).toBe('TTA_UI_ENDPOINT is no address.');
  });

  it('is not the service for programs of @tta/obs', async () => {
    const { url, port } = await site.service();
    const wrong = await site.freePort();
    const { what, evidence, mend } = only(
      await site.found(port, { TTA_UI_ENDPOINT: `http://127.0.0.1:${wrong}` }),
    );
    expect(what).toBe(`Programs of @tta/obs send to 127.0.0.1:${wrong}, and not to the service at ${url}.`);
    expect(evidence[1]).toContain('ECONNREFUSED');
    expect(mend).toEqual([`export TTA_UI_ENDPOINT=${url}`]);
  });
});
