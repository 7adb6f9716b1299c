import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DoctorSite, only } from '../../test/doctor-site.ts';

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

  it('are those of the service', async () => {
    const port = await site.freePort();
    const server = await site.service({ otlpPorts: [port] });
    expect((await site.examine(server.port, {}, ['--otlp-ports', String(port)])).findings).toEqual([]);
  });
});
