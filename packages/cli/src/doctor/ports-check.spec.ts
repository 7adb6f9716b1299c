import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DoctorSite, only } from '../../test/doctor-site.ts';
import { checkPorts } from './ports-check.ts';

let site: DoctorSite;

beforeEach(() => {
  site = new DoctorSite();
});

afterEach(() => site.close());

describe('the ports where programs send by default', () => {
  it('are taken by another program', async () => {
    const taken = await site.httpPort((_request, response) => response.writeHead(404).end());
    const server = await site.service({ otlpPorts: [taken] });
    const { findings } = await site.examine(server.port, {}, ['--otlp-ports', String(taken)]);
    const { check, what, evidence, mend } = only(findings);
    expect(check).toBe('ports');
    expect(what).toBe(
      `Port ${taken} (OTLP) is taken by another program: what is sent there by default does not reach the service.`,
    );
    expect(evidence).toEqual([`port ${taken}: answers HTTP with 404`, `the service has ${server.port}`]);
    expect(mend).toContain(`export OTEL_EXPORTER_OTLP_ENDPOINT=${server.url}`);
  });

  it('are not listened on', async () => {
    const server = await site.service();
    const port = await site.freePort();
    const { findings } = await site.examine(server.port, {}, ['--otlp-ports', String(port)]);
    expect(only(findings).what).toContain(`The service does not listen on port ${port}`);
  });

  it('do not matter to programs that are told where to send', async () => {
    const server = await site.service();
    const port = await site.freePort();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: server.url };
    expect((await site.examine(server.port, env, ['--otlp-ports', String(port)])).findings).toEqual([]);
  });

  it('are the usual ones only where the service was to have them', async () => {
    const service = { url: 'http://127.0.0.1:1', host: '127.0.0.1', ports: [1], token: undefined, named: '' };
    const told = async (ports: readonly number[], log: string) =>
      (await checkPorts([4318, 4317], {}, { ...service, ports }, log)).map(
        ({ what }) => /[Pp]ort (\d+)/.exec(what)![1],
      );
    expect(await told([1], '')).toEqual([]);
    const line = 'tta-obs: Port 4318 is taken: what is sent there does not arrive here.\n';
    expect(await told([1], line)).toEqual(['4318']);
    expect(await told([1, 4318], '')).toEqual(['4317']);
  });

  it('are those of the service', async () => {
    const port = await site.freePort();
    const server = await site.service({ otlpPorts: [port] });
    expect((await site.examine(server.port, {}, ['--otlp-ports', String(port)])).findings).toEqual([]);
  });
});
