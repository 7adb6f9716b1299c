import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DoctorSite, only } from '../../test/doctor-site.ts';
import { bundleOwnProgram } from '../../test/own-program.ts';

const TOKEN = 't'.repeat(20);

let site: DoctorSite;

beforeEach(() => {
  site = new DoctorSite();
});

afterEach(() => site.close());

describe('the service', () => {
  it.each([
    ['HTTP', 'answers HTTP with 404 (teapot)'],
    ['nothing that is known', 'takes connections, and does not answer HTTP'],
  ])('is missing where another program speaks %s', async (kind, told) => {
    const port =
      kind === 'HTTP'
        ? await site.httpPort((_request, response) => response.writeHead(404, { server: 'teapot' }).end())
        : await site.listen(
            createServer(
              (socket) => void socket.on('error', () => undefined).end('hello\r\n', () => socket.destroy()),
            ),
          );
    const { check, what, evidence, mend } = only(await site.found(port));
    expect(check).toBe('service');
    expect(what).toBe(`Port ${port} is taken by another program, so the service cannot be there.`);
    expect(evidence).toEqual([`127.0.0.1:${port}: ${told}`]);
    expect(mend.at(-1)).toMatch(/^tta-obs start --detach --port \d+$/);
    expect(mend.at(-1)).not.toContain(String(port));
  });

  it('is of an older version', async () => {
    const port = await site.httpPort((_request, response) =>
      response.end('{"status":"ok","version":"0.0.9","databasePath":"/a.db"}'),
    );
    const { check, what, evidence, mend } = only(await site.found(port));
    expect(check).toBe('service');
    expect(what).toBe(`The service at http://127.0.0.1:${port} is of an older version than this program.`);
    expect(evidence).toEqual(['it is 0.0.9, this program 0.1.0']);
    expect(mend).toEqual([`tta-obs stop --port ${port} && tta-obs start --detach --port ${port}`]);
  });

  it('answers in another form than this program reads, though its version has the same number', async () => {
    const { url } = await site.service();
    const health = await (await fetch(`${url}/health`)).text();
    const port = await site.httpPort((request, response) =>
      response.end(request.url === '/health' ? health : '{"items":[{"traceId":"1"}],"nextCursor":null}'),
    );
    const { what, mend } = only(await site.found(port));
    expect(what).toBe(
      `The service at http://127.0.0.1:${port} answers in another form than this program reads.`,
    );
    expect(mend).toEqual([expect.stringMatching(/^tta-obs stop .*&& tta-obs start --detach/)]);
  });

  it('wants a token that is not given', async () => {
    const server = await site.service({ token: TOKEN });
    const { check, what, mend } = only(await site.found(server.port));
    expect(check).toBe('service');
    expect(what).toContain('wants a token');
    expect(mend[1]).toBe("export TTA_UI_TOKEN='…'");
    const other = only(await site.found(server.port, { TTA_UI_TOKEN: 'u'.repeat(20) }));
    expect(other.what).toContain('wants another token');
  });

  it('keeps another database than the one that is named', async () => {
    const { port, databasePath } = await site.service();
    const other = join(site.directory, 'other.db');
    const { findings } = await site.examine(port, { TTA_UI_DB_PATH: other }, ['--otlp-ports', 'none']);
    const { what, evidence } = only(findings);
    expect(what).toContain('keeps another database than the one that is named.');
    expect(evidence).toEqual([`it keeps ${databasePath}`, `${other} is named`]);
    const same = await site.examine(port, { TTA_UI_DB_PATH: databasePath }, ['--otlp-ports', 'none']);
    expect(same.findings).toEqual([]);
  });

  it('has a full disk', async () => {
    const disk = join(site.directory, 'disk');
    mkdirSync(disk);
    const script = 'mount -t tmpfs -o size=8m tmpfs "$0" && head -c 6M /dev/zero >"$0/taken" && exec "$@"';
    const [node, program] = await bundleOwnProgram();
    const flags = ['start', '--port', '0', '--db-path', join(disk, 'traces.db')];
    const namespace = process.getuid?.() === 0 ? '-m' : '-Urm';
    const child = spawn('unshare', [namespace, 'sh', '-c', script, disk, node, program, ...flags]);
    site.onClose(async () => {
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
    const findings = await site.found(Number(new URL(url).port));
    expect(findings.map(({ check }) => check)).toEqual(['service']);
    expect(findings[0]!.what).toBe(`The service at ${url} fails: its disk is full.`);
    expect(findings[0]!.mend).toContain('tta-obs config set maxBytes 200MB');
  });

  it('has refused what it was sent, which is a note once it is over', async () => {
    const server = await site.service();
    await fetch(`${server.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"resourceSpans":[',
    });
    const { findings, notes } = await site.examine(server.port);
    expect(findings.map(({ check }) => check)).not.toContain('refusals');
    const { check, what, evidence } = only(notes);
    expect(check).toBe('refusals');
    expect(what).toMatch(/^The service has refused 1 request since its start .* ago, but none just now\.$/);
    expect(evidence).toEqual(['refused: {"requestCount":1,"recordCount":0} in GET /health']);
  });
});
