import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DoctorSite, only } from '../../test/doctor-site.ts';
import { Session } from '../../test/session.ts';

let site: DoctorSite;

beforeEach(() => {
  site = new DoctorSite();
});

afterEach(() => site.close());

describe('tta-obs doctor', () => {
  it('says how many checks it has made where nothing is wrong', async () => {
    const server = await site.service();
    await site.runFault('none', server);
    const session = site.session({ OTEL_EXPORTER_OTLP_ENDPOINT: server.url, TTA_UI_ENDPOINT: server.url });
    expect(await session.run('doctor', '--port', String(server.port))).toBe(0);
    expect(session.stdout).toBe(
      `✓ 13 checks made, and none found anything: 5 traces of the service at ${server.url}.\n`,
    );
    expect(session.stderr).toBe('');
  });

  it('shows what it has found, what shows it and what mends it', async () => {
    const port = await site.freePort();
    const session = site.session();
    expect(await session.run('doctor', '--port', String(port))).toBe(1);
    expect(session.stdout).toBe(
      `✗ No service runs at http://127.0.0.1:${port}. [service]\n` +
        `    seen  127.0.0.1:${port}: nothing listens there\n` +
        `    mend  tta-obs start --detach --port ${port}\n\n` +
        `1 finding in 2 checks: 0 traces of the service at http://127.0.0.1:${port}.\n` +
        'Not made, because no service could be asked: ports, destination, refusals, times, clocks, orphans, ' +
        'flush, context, double spans, double set-up, limits.\n',
    );
  });

  it('tells on a terminal how far it is, and clears that away', async () => {
    const server = await site.service();
    await site.runFault('none', server);
    const session = new Session({ homeDirectory: site.directory, errColumns: 80 });
    expect(await session.run('doctor', '--port', String(server.port), '--otlp-ports', 'none')).toBe(0);
    expect(session.stderr).toContain('0 of 5 traces read');
    expect(session.stderr.endsWith('\r\u001b[K')).toBe(true);
  });

  it('looks at the traces of the time that is named', async () => {
    const server = await site.service();
    await site.runFault('orphans', server);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: server.url };
    expect(await site.examine(server.port, env, ['--since', '1m'])).toMatchObject({
      traceCount: 0,
      findings: [],
    });
    expect(await site.examine(server.port, env, ['--since', '1h'])).toMatchObject({ traceCount: 1 });
    const session = site.session();
    expect(await session.run('doctor', '--since', 'soon')).toBe(2);
    expect(session.stderr).toContain('--since must be a time such as 15m, 6h or 7d');
    expect(await session.run('doctor', '--since', '1h', '--', 'true')).toBe(2);
    expect(session.stderr).toContain('--since is for what is stored');
  });

  it('finds that a caller does not report here', async () => {
    const server = await site.service();
    await site.runFault('orphans', server);
    const { check, what, evidence, mend } = only(await site.found(server.port));
    expect(check).toBe('orphans');
    expect(what).toBe(
      '1 span of "shop" (scope "http") were called by another process, whose span never arrived.',
    );
    expect(evidence[0]).toMatch(/^span "GET \/" \(.*\) of trace c{32} names parent d{16}$/);
    expect(mend).toContain(`export OTEL_TRACES_EXPORTER=otlp OTEL_EXPORTER_OTLP_ENDPOINT=${server.url}`);
  });

  it('finds what a process of the past has not sent', async () => {
    const server = await site.service();
    await site.runFault('unflushed', server);
    expect(only(await site.found(server.port)).check).toBe('flush');
  });
});
