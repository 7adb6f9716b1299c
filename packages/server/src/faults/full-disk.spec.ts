import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ended, ServiceProgram, type ServiceProcess } from '../testing/service-process.ts';

/** A disk of 12 MiB and more that is taken, which only the service sees: a file system in memory, in a mount namespace. */
const SCRIPT = 'mount -t tmpfs -o size=64m tmpfs "$0" && head -c 52M /dev/zero >"$0/taken" && exec "$@"';
const namespace = process.getuid?.() === 0 ? '-m' : '-Urm';

let program: ServiceProgram;
let directory: string;
let service: ServiceProcess;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-full-disk-'));
  program = await ServiceProgram.bundle();
  const disk = join(directory, 'disk');
  mkdirSync(disk);
  const options = { databasePath: join(disk, 'traces.db'), maxTraces: 1_000_000, retentionHours: 100_000 };
  service = await program.start(options, ['unshare', namespace, 'sh', '-c', SCRIPT, disk]);
}, 30_000);

afterAll(async () => {
  await ended(service.child, 'SIGTERM');
  program.remove();
  rmSync(directory, { recursive: true, force: true });
});

const SPANS = 10;
const traceIdOf = (trace: number) => trace.toString(16).padStart(32, '0');

/** About 600 KB. */
function trace(number: number) {
  const spans = Array.from({ length: SPANS }, (_, index) => ({
    traceId: traceIdOf(number),
    spanId: (number * SPANS + index).toString(16).padStart(16, '0'),
    name: 'span',
    startTimeUnixNano: '1763700000000000000',
    endTimeUnixNano: '1763700001000000000',
    attributes: [{ key: 'input.value', value: { stringValue: `${number} `.repeat(20_000) } }],
  }));
  return { resourceSpans: [{ scopeSpans: [{ spans }] }] };
}

const logRecord = { timeUnixNano: '1763700000000000000', body: { stringValue: 'x'.repeat(400_000) } };
const dataPoints = Array.from({ length: 200 }, (_, index) => ({
  timeUnixNano: '1763700000000000000',
  asInt: 1,
  attributes: [{ key: 'series', value: { stringValue: `${index} `.repeat(2_000) } }],
}));
/** More than a megabyte each. */
const others = {
  logs: {
    resourceLogs: [{ scopeLogs: [{ logRecords: [logRecord, logRecord, logRecord, logRecord, logRecord] }] }],
  },
  metrics: { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'load', gauge: { dataPoints } }] }] }] },
};

const send = (signal: string, request: unknown) =>
  fetch(`${service.url}/v1/${signal}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });

async function read(
  path: string,
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const answer = await fetch(service.url + path);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function expectWhole(numbers: readonly number[]): Promise<void> {
  for (const number of numbers) {
    const { body } = await read(`/api/traces/${traceIdOf(number)}`);
    expect(body).toMatchObject({ summary: { spanCount: SPANS } });
  }
}

describe('a service whose disk is full', () => {
  const stored: number[] = [];
  let next = 1;

  it('tells senders to come back, and its user why', async () => {
    let answer: Response;
    do {
      answer = await send('traces', trace(next));
      if (answer.status === 200) stored.push(next);
      next++;
    } while (answer.status === 200 && next < 100);
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(((await answer.json()) as { message: string }).message).toMatch(/full/);
    expect(stored.length).toBeGreaterThan(2);
    for (const [signal, request] of Object.entries(others)) {
      expect([signal, (await send(signal, request)).status]).toEqual([signal, 503]);
    }
    expect(service.told.join('\n')).toMatch(/full/);
  });

  it('answers meanwhile, all that it has taken', async () => {
    expect((await read('/api/traces')).status).toBe(200);
    await expectWhole(stored);
    const { status, body } = await read('/health');
    expect(status).toBe(503);
    expect(body).toMatchObject({ status: 'failing', problem: expect.stringMatching(/full/) });
  });

  it('takes everything again once there is room, without a new start', async () => {
    rmSync(`/proc/${service.child.pid}/root${join(directory, 'disk', 'taken')}`);
    for (const end = next + 3; next < end; next++) {
      expect((await send('traces', trace(next))).status).toBe(200);
      stored.push(next);
    }
    for (const [signal, request] of Object.entries(others)) {
      expect([signal, (await send(signal, request)).status]).toEqual([signal, 200]);
    }
    await expectWhole(stored);
    expect((await read('/health')).body).toMatchObject({ status: 'ok', problem: null });
  });
});
