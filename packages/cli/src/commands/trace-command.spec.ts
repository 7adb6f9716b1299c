import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startServer, type RunningServer } from '@tta/obs-server';
import { isLogRecord, isSpanDetail, isTraceSummary } from '@tta/obs-protocol';
import { richTraces, traceIdOf } from '../../test/rich-traces.ts';
import { Session } from '../../test/session.ts';

let directory: string;
let server: RunningServer;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-trace-'));
  server = await startServer({ port: 0, databasePath: join(directory, 'traces.db') });
});

afterEach(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

async function post(path: string, body: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  expect((await fetch(`${server.url}${path}`, { method: 'POST', headers, body })).status).toBe(200);
}

async function trace(...args: string[]) {
  const session = new Session({ homeDirectory: directory });
  const code = await session.run('trace', '--port', String(server.port), ...args);
  return { code, out: session.stdout, err: session.stderr };
}

const nested = (parents: number, leaf: object) => {
  const spans = Array.from({ length: parents + 1 }, (_, index) => ({
    traceId: traceIdOf(0),
    spanId: (index + 1).toString(16).padStart(16, '0'),
    ...(index > 0 && { parentSpanId: index.toString(16).padStart(16, '0') }),
    name: `step ${index}`,
    startTimeUnixNano: '1763700000000000000',
    endTimeUnixNano: '1763700001000000000',
    ...(index === parents && leaf),
  }));
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
};

const log = (traceId: string, text: string) =>
  JSON.stringify({
    resourceLogs: [
      {
        scopeLogs: [
          { logRecords: [{ traceId, timeUnixNano: '1763700000500000000', body: { stringValue: text } }] },
        ],
      },
    ],
  });

describe('tta-obs trace --json', () => {
  it('prints the summary, the services and all spans with all that was received', async () => {
    await post('/v1/traces', richTraces(1));
    const { code, out } = await trace('--json');
    const { summary, services, spans, ...rest } = JSON.parse(out) as Record<string, unknown>;
    expect([code, isTraceSummary(summary), services, rest]).toEqual([0, true, ['shop', 'bank'], {}]);
    expect((spans as unknown[]).map((span) => isSpanDetail(span) && span.name)).toEqual([
      'checkout 0',
      'pay',
    ]);
  });

  it('prints the log records too with --logs, also of a trace without spans', async () => {
    await post('/v1/traces', richTraces(1));
    await post('/v1/logs', log(traceIdOf(0), 'begun'));
    await post('/v1/logs', log(traceIdOf(7), 'alone'));
    const { logs } = JSON.parse((await trace('--json', '--logs')).out) as { logs: unknown[] };
    expect(logs.map((record) => isLogRecord(record) && record.body)).toEqual(['begun']);
    const alone = JSON.parse((await trace(traceIdOf(7), '--json', '--logs')).out) as { logs: unknown[] };
    expect(alone).toMatchObject({ summary: null, services: [], spans: [], logs: [{ body: 'alone' }] });
  });
});

describe('tta-obs trace --markdown', () => {
  it('prints what the trace is, its tree and its errors', async () => {
    await post('/v1/traces', richTraces(1));
    const { code, out } = await trace('--markdown');
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      '### ✓ `checkout 0`',
      '',
      `trace \`${traceIdOf(0)}\` · 2025-11-21T04:40:00.000Z · 250 ms`,
      '',
      '```text',
      '✓ success · 250 ms · 2 spans, 1 failed · shop, bank · 2025-11-21 04:40:00Z',
      '',
      expect.stringMatching(/^✓ ← checkout 0 +250 ms$/),
      expect.stringMatching(/^└─ ✗ → pay {2}card \| `refused` +89\.1 ms$/),
      '```',
      '',
      '- ✗ `pay` error: `` card | `refused` ``',
      '',
    ]);
  });

  it('tells messages that the tree has no room for', async () => {
    const message = `no ${'very '.repeat(40)}long luck`;
    await post('/v1/traces', nested(3, { status: { code: 2, message } }));
    expect((await trace('--markdown')).out).toContain(`\n- ✗ \`step 3\` error: \`${message}\`\n`);
  });

  it('lets nothing of a program become Markdown or steer the terminal', async () => {
    await post(
      '/v1/traces',
      nested(0, { name: '@everyone <b>``` x', status: { code: 2, message: '```\u001b[2J\n# big\n' } }),
    );
    await post('/v1/logs', log(traceIdOf(0), '````\n<script>'));
    const { out } = await trace('--markdown', '--logs');
    expect(out.split('\n').slice(0, 2)).toEqual(['### ✗ ````@everyone <b>``` x````', '']);
    expect(out).toContain('\n- ✗ ````@everyone <b>``` x```` error: ```` ``` [2J # big ````\n');
    expect(out).toMatch(/\n````text\n✗ error[^]+\n✗ · @everyone[^]+\n````\n/);
    expect(out).toMatch(/\nLog lines\n\n`````text\n.*```` <script>\n`````\n$/);
    expect(out).not.toContain('\u001b');
  });

  it('lists twenty errors and counts the others', async () => {
    const spans = Array.from({ length: 25 }, (_, index) => ({
      traceId: traceIdOf(0),
      spanId: (index + 1).toString(16).padStart(16, '0'),
      name: `job ${index}`,
      startTimeUnixNano: String(1_763_700_000_000_000_000n + BigInt(index)),
      endTimeUnixNano: '1763700001000000000',
      status: { code: 2, message: `failed ${index}` },
    }));
    await post('/v1/traces', JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
    const { out } = await trace('--markdown');
    expect(out.match(/^- ✗ .*/gm)).toHaveLength(20);
    expect(out).toMatch(/`failed 19`\n- and 5 more\n$/);
  });

  it('has at most 200 log lines, and says how to see the others', async () => {
    await post('/v1/traces', nested(0, {}));
    for (const index of [0, 1, 2]) {
      const record = { traceId: traceIdOf(0), timeUnixNano: '1763700000500000000' };
      const logRecords = Array.from({ length: 70 }, (_, at) => ({
        ...record,
        body: { stringValue: `line ${index}-${at}` },
      }));
      await post('/v1/logs', JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }));
    }
    const { out } = await trace('--markdown', '--logs');
    expect(out.match(/ line /g)).toHaveLength(200);
    expect(out).toContain(`\n… more: tta-obs trace ${traceIdOf(0)} --logs\n\`\`\`\n`);
  });

  it('is one format, and JSON another', async () => {
    expect(await trace('--json', '--markdown')).toMatchObject({
      code: 2,
      err: expect.stringContaining('give one'),
    });
  });
});
