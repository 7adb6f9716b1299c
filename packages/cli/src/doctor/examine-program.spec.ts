import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DoctorSite } from '../../test/doctor-site.ts';
import { Session } from '../../test/session.ts';
import type { Finding } from './finding.ts';

const PROGRAM = fileURLToPath(new URL('../../test/programs/faulty.mjs', import.meta.url));

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-doctor-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

interface Report {
  readonly traceCount: number;
  readonly findings: readonly Finding[];
}

const doctor = async (command: readonly string[], env: Record<string, string> = {}) => {
  const session = new Session({ homeDirectory: directory, env });
  const flags = ['--json', '--port', '0', '--db-path', join(directory, 'traces.db')];
  const exitCode = await session.run('doctor', ...flags, '--', ...command);
  return { exitCode, report: JSON.parse(session.stdout) as Report, stderr: session.stderr };
};

/** Each fault is made by a program with the real SDK, which sends to a real service. */
const faulty = async (fault: string, env: Record<string, string> = {}) => {
  const { exitCode, report } = await doctor([process.execPath, PROGRAM, fault], env);
  expect(exitCode).toBe(1);
  return report.findings;
};

const only = (findings: readonly Finding[]): Finding => {
  expect(findings.map(({ check, what }) => `${check}: ${what}`)).toHaveLength(1);
  return findings[0]!;
};

describe('tta-obs doctor -- <command>', () => {
  it('finds nothing with a program that does all as it should', async () => {
    const { exitCode, report } = await doctor([process.execPath, PROGRAM, 'none']);
    expect(report).toMatchObject({ traceCount: 5, findings: [] });
    expect(exitCode).toBe(0);
  });

  it('finds that a program has ended before its last spans were sent', async () => {
    const { check, what, evidence, mend } = only(await faulty('unflushed'));
    expect(check).toBe('flush');
    expect(what).toMatch(/^"shop" \(process \d+ on .+\) has ended without sending the root of 1 trace\.$/);
    expect(what).toContain(hostname());
    expect(evidence).toEqual([
      expect.stringMatching(
        /^span "reserve" \([0-9a-f]{16}\) of trace [0-9a-f]{32} names parent [0-9a-f]{16} of the same/,
      ),
    ]);
    expect(mend.join('\n')).toContain('await sdk.shutdown();');
  });

  it('finds that nothing has arrived, and says which variables should have been heeded', async () => {
    const { check, evidence, mend } = only(await faulty('silent'));
    expect(check).toBe('arrival');
    expect(evidence[0]).toBe('it ended with exit code 0, and should have heeded one of these:');
    expect(evidence[1]).toMatch(/^TTA_UI_ENDPOINT=http:\/\/127\.0\.0\.1:\d+$/);
    expect(evidence[2]).toMatch(/^OTEL_EXPORTER_OTLP_ENDPOINT=http:\/\/127\.0\.0\.1:\d+$/);
    expect(mend).toContain('await obs.shutdown();');
  });

  it('finds where a program was told to send instead', async () => {
    const findings = await faulty('none', {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      OTEL_EXPORTER_OTLP_TIMEOUT: '200',
    });
    expect(findings.map(({ check }) => check)).toEqual(['destination', 'arrival']);
    expect(findings[1]!.evidence).toContain(
      'OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9, as set in this shell',
    );
  });

  it('tells no password of a variable that the program had', async () => {
    const endpoint = 'http://bob:hunter2@127.0.0.1:9';
    const { report } = await doctor(['true'], { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
    expect(JSON.stringify(report)).toContain('http://…@127.0.0.1:9, as set in this shell');
    expect(JSON.stringify(report)).not.toContain('hunter2');
  });

  it('finds that a sampler takes nothing', async () => {
    const findings = await faulty('none', { OTEL_TRACES_SAMPLER: 'always_off' });
    expect(findings.map(({ check }) => check)).toEqual(['variables', 'arrival']);
  });

  it('finds a span that is never ended', async () => {
    const { check, what, mend } = only(await faulty('unended'));
    expect(check).toBe('orphans');
    expect(what).toMatch(/^"shop" \(.*\) has ended, and 1 span in the midst of its traces never arrived\.$/);
    expect(mend).toContain('try { … } finally { span.end(); }');
  });

  it('finds where the context is lost', async () => {
    const { check, what, evidence, mend } = only(await faulty('lost-context'));
    expect(check).toBe('context');
    expect(what).toMatch(
      /"query" begins 10 traces of its own within "order": the context looks lost in between\.$/,
    );
    expect(evidence[0]).toMatch(/^span "query" \(.*\) of trace .* lies within span "order" \(.*\) of trace /);
    expect(mend).toContain('queue.push(AsyncResource.bind(callback));');
    expect(mend.join('\n')).toContain('links: [{ context: outer.spanContext() }]');
  });

  it('finds that nothing keeps the context', async () => {
    const { check, what, mend } = only(await faulty('no-context-manager'));
    expect(check).toBe('context');
    expect(what).toMatch(/no span has a parent, although they lie within each other/);
    expect(mend.join('\n')).toContain('AsyncLocalStorageContextManager().enable()');
  });

  it('finds a call that two instrumentations report', async () => {
    const { check, what, evidence, mend } = only(await faulty('double-spans'));
    expect(check).toBe('double spans');
    expect(what).toContain('by the scopes "axios-tracing" and "@opentelemetry/instrumentation-http"');
    expect(evidence[0]).toContain('is the same GET https://bank.example/rates as its parent "GET rates"');
    expect(mend).toContain(
      "getNodeAutoInstrumentations({ '@opentelemetry/instrumentation-http': { enabled: false } })",
    );
  });

  it('finds a model call that two conventions report', async () => {
    const { check, evidence } = only(await faulty('double-model-call'));
    expect(check).toBe('double spans');
    expect(evidence[0]).toContain('is the same inference gpt-5.1 as its parent "chat gpt-5.1"');
  });

  it('finds that a process has set OpenTelemetry up twice', async () => {
    const { check, what, evidence } = only(await faulty('double-set-up'));
    expect(check).toBe('double set-up');
    expect(what).toMatch(/has set OpenTelemetry up twice, and both send the same \d+ spans\.$/);
    expect(evidence.at(-1)).toMatch(
      /^their resources differ: service\.name "shop(-copy)?" and "shop(-copy)?"$/,
    );
  });

  it.each([
    ['clock-ahead', 'ahead of'],
    ['clock-behind', 'behind'],
  ])('finds a clock that is wrong: %s', async (fault, direction) => {
    const { check, what, mend } = only(await faulty(fault));
    expect(check).toBe('times');
    expect(what).toMatch(
      new RegExp(`^The clock of "shop" \\(.*\\) is ${direction} the one here by (59 min|1 h)`),
    );
    expect(mend).toContain('sudo timedatectl set-ntp true');
  });

  it('finds by how much the clocks of two processes differ', async () => {
    const { check, what } = only(await faulty('two-clocks'));
    expect(check).toBe('clocks');
    const [, found] =
      /^The clock of "bank" \(.*\) is ahead of that of "shop" \(.*\) by about (\d+) ms\.$/.exec(what)!;
    expect(Math.abs(Number(found) - 400)).toBeLessThan(200);
  });

  it('finds that a caller does not report here', async () => {
    const { check, what, evidence, mend } = only(await faulty('orphans'));
    expect(check).toBe('orphans');
    expect(what).toBe(
      '1 span of "shop" (scope "http") were called by another process, whose span never arrived.',
    );
    expect(evidence[0]).toMatch(/^span "GET \/" \(.*\) of trace c{32} names parent d{16}$/);
    expect(mend[1]).toMatch(/^export OTEL_TRACES_EXPORTER=otlp OTEL_EXPORTER_OTLP_ENDPOINT=http:/);
  });

  it('finds what an SDK has left out', async () => {
    const findings = await faulty('limits');
    expect(findings.map(({ check, what }) => `${check}: ${what}`)).toEqual([
      'limits: The SDK of "shop" has left attributes out of 1 span: its limit is too low.',
      'limits: The SDK of "shop" has left events out of 1 span: its limit is too low.',
    ]);
    expect(findings[0]!.mend).toContain('export OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT=512');
  });

  it('lets a program report to the service that runs, and looks at what it has sent alone', async () => {
    const site = new DoctorSite();
    const server = await site.service();
    await site.runFault('lost-context', server);
    await fetch(`${server.url}/v1/traces`, { method: 'POST', body: 'refused' });
    const session = site.session();
    const flags = ['--json', '--port', String(server.port), '--', process.execPath, PROGRAM];
    expect(await session.run('doctor', ...flags, 'none')).toBe(0);
    expect(JSON.parse(session.stdout)).toMatchObject({ url: server.url, traceCount: 5, findings: [] });
    expect(await session.run('doctor', ...flags, 'limits')).toBe(1);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    await site.close();
  });

  it('keeps what the program prints out of what it prints itself', async () => {
    const { report, stderr } = await doctor([process.execPath, '-e', '']);
    expect(report.findings).toHaveLength(1);
    expect(stderr).toContain('TTA observability');
  });

  it('says in one line that a command could not be run', async () => {
    const session = new Session({ homeDirectory: directory });
    const flags = ['--port', '0', '--db-path', join(directory, 'traces.db')];
    expect(await session.run('doctor', ...flags, '--', 'no-such-command')).toBe(1);
    expect(session.stderr).toContain('tta-obs: no-such-command: command not found.\n');
  });
});
