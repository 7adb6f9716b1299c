import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ended, ServiceProgram, type ServiceProcess } from '../testing/service-process.ts';

let program: ServiceProgram;
let directory: string;
let databasePath: string;
let service: ServiceProcess;

beforeAll(async () => {
  program = await ServiceProgram.bundle();
}, 30_000);

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-damaged-'));
  databasePath = join(directory, 'traces.db');
  await start();
});

afterEach(async () => {
  await ended(service.child, 'SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

afterAll(() => program.remove());

async function start(): Promise<void> {
  service = await program.start({ databasePath, retentionHours: 100_000 });
}

const traceIdOf = (trace: number) => trace.toString(16).padStart(32, '0');

async function send(number: number): Promise<number> {
  const spans = Array.from({ length: 20 }, (_, index) => ({
    traceId: traceIdOf(number),
    spanId: (index + 1).toString(16).padStart(16, '0'),
    name: 'span',
    startTimeUnixNano: '1763700000000000000',
    endTimeUnixNano: '1763700001000000000',
    attributes: [{ key: 'input.value', value: { stringValue: `${number} lorem ipsum `.repeat(50) } }],
  }));
  const answer = await fetch(`${service.url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
  });
  return answer.status;
}

const read = (number: number) => fetch(`${service.url}/api/traces/${traceIdOf(number)}`);
const setAside = () =>
  readdirSync(directory).filter((name) => /^traces\.db\.damaged-[^-]+-[^-]+$/.test(name));

/** Overwrites the pages from one part of the file to another, as a failing disk may. */
function overwrite(from: number, to: number): void {
  const { size } = statSync(databasePath);
  const begin = Math.floor(size * from);
  const file = openSync(databasePath, 'r+');
  writeSync(file, Buffer.alloc(Math.floor(size * to) - begin, 'damaged '), 0, undefined, begin);
  closeSync(file);
}

describe('a service on a damaged file', () => {
  it('sets it aside at its start, says where it lies, and begins anew', async () => {
    for (let number = 1; number <= 50; number++) expect(await send(number)).toBe(200);
    await ended(service.child, 'SIGTERM');
    overwrite(0.3, 0.9);
    const damaged = readFileSync(databasePath);
    await start();
    const [aside] = setAside();
    expect(readFileSync(join(directory, aside!)).equals(damaged)).toBe(true);
    expect(service.told.filter((line) => line.includes('was damaged'))).toEqual([
      expect.stringContaining(join(directory, aside!)),
    ]);
    expect(await send(51)).toBe(200);
    expect((await read(51)).status).toBe(200);
    expect((await read(1)).status).toBe(404);
  });

  it('notices damage while it runs, sets the file aside, says so, and takes what is sent then', async () => {
    for (let number = 1; number <= 50; number++) expect(await send(number)).toBe(200);
    await ended(service.child, 'SIGTERM');
    await start();
    overwrite(0, 1);
    const answers: number[] = [];
    for (let number = 51; number <= 250 && setAside().length === 0; number++) {
      answers.push(await send(number), (await read(number % 50)).status);
    }
    expect(setAside()).toHaveLength(1);
    // A sender whose request met the damage repeats it.
    expect(answers.filter((status) => ![200, 404, 503].includes(status))).toEqual([]);
    expect(service.told.join('\n')).toMatch(/was damaged/);
    for (let number = 301; number <= 310; number++) {
      expect(await send(number)).toBe(200);
      expect(await (await read(number)).json()).toMatchObject({ summary: { spanCount: 20 } });
    }
  });
});

describe('a second service on the file of a running one', () => {
  it('ends with one line that says so, and disturbs nothing', async () => {
    expect(await send(1)).toBe(200);
    await expect(program.start({ databasePath })).rejects.toThrow(
      `Another service already uses ${databasePath}: stop it, or choose another file`,
    );
    expect(await send(2)).toBe(200);
    expect((await read(1)).status).toBe(200);
    await ended(service.child, 'SIGKILL');
    await start();
    expect((await read(2)).status).toBe(200);
  });
});
