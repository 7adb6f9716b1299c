import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemRandom } from '@tta/obs-context';
import { seededRandom } from '@tta/obs-context/manual';
import { buildSpoolProgram, SpoolProcess } from '../../test/spool-processes.ts';
import { DiskSpool } from './disk-spool.ts';
import { currentOwner } from './spool-owner.ts';

/** `npm run soak` kills more often. */
const kills = Number(process.env['TTA_SPOOL_KILLS'] ?? 10);

/** Also of the program. */
const limitBytes = 64 * 2 ** 20;

let root: string;
let bundle: string;
let directory: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'tta-spools-'));
  bundle = join(root, 'program.cjs');
  await buildSpoolProgram(bundle);
}, 30_000);

afterAll(() => rmSync(root, { recursive: true, force: true }));

const started: SpoolProcess[] = [];

afterEach(() => {
  for (const { child } of started.splice(0)) child.kill('SIGKILL');
});

function start(parameters: readonly string[], shell?: string): SpoolProcess {
  const process = new SpoolProcess(bundle, parameters, shell);
  started.push(process);
  return process;
}

beforeEach(() => {
  directory = mkdtempSync(join(root, 'spool-'));
});

function segments(): string[] {
  return readdirSync(join(directory, 'destination'));
}

/** What a process that comes later finds. */
function adoptAll(onDropped: (count: number) => void = () => {}): string[] {
  const spool = new DiskSpool({ directory, key: 'destination', limitBytes, onDropped });
  const found: string[] = [];
  spool.adopt();
  for (let batch; (batch = spool.first()); spool.adopt()) {
    found.push(Buffer.from(batch.body).toString('latin1').split(' ', 1)[0] ?? '');
    spool.removeFirst();
  }
  return found;
}

describe('processes with a spool', () => {
  it(
    `lose nothing that is spooled over ${kills} kills, keep the order, and send nothing twice but what was under way`,
    async () => {
      const random = seededRandom(kills);
      const kept: string[] = [];
      const got: string[] = [];
      let lost = 0;
      for (let round = 0; round < kills; round++) {
        const child = start(['churn', directory, String(round)]);
        // From its first words on, so that also adopting is interrupted.
        await child.said(1 + Math.floor(random.next() ** 2 * 3_000));
        await child.kill();
        kept.push(...child.ids('kept'));
        got.push(...child.ids('got'));
        lost += child.ids('dropped').reduce((sum, count) => sum + Number(count), 0);
      }
      got.push(...adoptAll());

      const delivered = new Set(got);
      expect(kept.filter((id) => !delivered.has(id))).toEqual([]);
      expect(kept.length).toBeGreaterThan(kills * 10);
      // What was written to its end, but not said before the kill, and what was cut in its middle.
      expect(delivered.size - kept.length).toBeLessThanOrEqual(kills);
      expect(lost).toBeLessThanOrEqual(kills);
      expect(got.length - delivered.size).toBeLessThanOrEqual(kills);
      for (let round = 0; round < kills; round++) {
        const numbers = [...delivered]
          .filter((id) => id.startsWith(`${round}:`))
          .map((id) => Number(id.split(':')[1]));
        expect(numbers).toEqual(numbers.map((_, index) => index));
      }
      expect(segments()).toEqual([]);
    },
    30_000 + kills * 2_000,
  );

  it('leave each other alone while they live, and take what a dead one has left', async () => {
    const living = [start(['hold', directory, '5']), start(['hold', directory, '7'])];
    const dead = start(['hold', directory, '9']);
    await Promise.all([living[0]?.said(5), living[1]?.said(7), dead.said(9)]);
    await dead.kill();
    expect(segments()).toHaveLength(3);
    expect(adoptAll()).toEqual(dead.ids('kept'));
    expect(segments()).toHaveLength(2);
    for (const process of living) {
      process.child.stdin?.end();
      await process.ended();
      expect([process.ids('got').length > 0, process.ids('got')]).toEqual([true, process.ids('kept')]);
    }
    expect(segments()).toEqual([]);
  });

  it('take what a killed one has left whose parent has not asked for it yet', async () => {
    // The shell becomes a program that never waits for its children.
    const parent = start(['hold', directory, '4'], '"$@" <&0 & exec sleep 600');
    await parent.said(4);
    const kept = parent.ids('kept');
    process.kill(Number(kept[0]?.split(':')[0]), 'SIGKILL');
    let got: string[] = [];
    for (let look = 0; look < 2_000 && got.length === 0; look++) {
      got = adoptAll();
      await new Promise((resolve) => setImmediate(resolve));
    }
    // Elsewhere it is taken after ten minutes.
    expect(got).toEqual(process.platform === 'linux' ? kept : []);
  });

  it('share 50 segments of dead ones without any going to two of them', async () => {
    const expected: string[] = [];
    for (let i = 0; i < 50; i++) {
      const owner = { ...currentOwner(systemRandom), pid: 2 ** 31 - 1 };
      const dead = new DiskSpool({ directory, key: 'destination', limitBytes, owner, onDropped: () => {} });
      for (let n = 0; n < 3; n++) dead.append({ body: Buffer.from(`${i}.${n} `), count: 1 });
      expected.push(`${i}.0`, `${i}.1`, `${i}.2`);
    }
    expect(segments()).toHaveLength(50);
    const adopters = Array.from({ length: 4 }, () => start(['adopt', directory]));
    await Promise.all(adopters.map((adopter) => adopter.said(1)));
    for (const { child } of adopters) child.stdin?.write('go\n');
    await Promise.all(adopters.map((adopter) => adopter.ended()));
    const got = adopters.flatMap((adopter) => adopter.ids('got'));
    expect([...got].sort()).toEqual([...expected].sort());
    expect(adopters.map(({ lines }) => lines.at(-1))).toEqual(['done', 'done', 'done', 'done']);
    expect(segments()).toEqual([]);
  });

  it('keep the bound together, and count what they drop', async () => {
    const writers = Array.from({ length: 3 }, () => start(['bound', directory, '1000']));
    await Promise.all(writers.map((writer) => writer.ended()));
    const bytes = segments().reduce(
      (sum, name) => sum + statSync(join(directory, 'destination', name)).size,
      0,
    );
    const boundBytes = 4 * 2 ** 20;
    expect(bytes).toBeLessThanOrEqual(boundBytes + 3 * (boundBytes / 16));
    expect(bytes).toBeGreaterThan(boundBytes / 2);
    const kept = writers.flatMap((writer) => writer.ids('kept'));
    const dropped = writers.flatMap((writer) => writer.ids('dropped')).map(Number);
    const left = adoptAll();
    expect(kept).toHaveLength(3_000);
    // A batch counts twice when its segment is claimed while it is written: its writer spools it again.
    const counted = dropped.reduce((sum, count) => sum + count, 0) + left.length;
    expect(counted).toBeGreaterThanOrEqual(3_000);
    expect(counted).toBeLessThanOrEqual(3_000 + dropped.length);
    expect(new Set(left).size).toBe(left.length);
  });

  it('say why when the disk takes no more, leave no half batch, and drain what it took', async () => {
    // In blocks of 512 or 1024 bytes: less than a segment.
    const full = start(['fill', directory], 'ulimit -f 600');
    await full.ended();
    expect(full.ids('kept').length).toBeGreaterThan(2);
    const [refused = ''] = full.lines.filter((line) => line.startsWith('refused'));
    expect(refused).toMatch(/EFBIG/);
    const drops: number[] = [];
    expect(adoptAll((count) => void drops.push(count))).toEqual(full.ids('kept'));
    expect([segments(), drops]).toEqual([[], []]);
  });
});
