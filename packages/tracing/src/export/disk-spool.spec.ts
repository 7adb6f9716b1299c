import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemRandom } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import type { Batch } from './backlog.ts';
import { DiskSpool, type DiskSpoolOptions } from './disk-spool.ts';
import { spoolKey } from './spool-key.ts';
import { currentOwner, type SpoolOwner } from './spool-owner.ts';

const mebibyte = 2 ** 20;
const key = 'destination';

let directory: string;
let folder: string;
let clock: ManualClock;
let drops: [count: number, reason: string][];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-spool-'));
  folder = join(directory, key);
  clock = new ManualClock();
  drops = [];
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function spool(options: Partial<DiskSpoolOptions> = {}): DiskSpool {
  return new DiskSpool({
    directory,
    key,
    limitBytes: 64 * mebibyte,
    clock,
    onDropped: (count, { message }) => void drops.push([count, message]),
    ...options,
  });
}

/** A process that is no more. */
function deadOwner(): SpoolOwner {
  return { ...currentOwner(systemRandom), pid: 2 ** 31 - 1 };
}

function batch(text: string, count = 1): Batch {
  return { body: Buffer.from(text), count };
}

function drain(backlog: DiskSpool): string[] {
  const found = [];
  for (let first; (first = backlog.first()); backlog.removeFirst())
    found.push(Buffer.from(first.body).toString());
  return found;
}

/** The name of a segment that nobody owns, older than all that are written here. */
function oldSegment(index: number): string {
  return `${String(index).padStart(15, '0')}-000000-feedbeef-0.free.seg`;
}

/** Rights mean nothing to root. */
function asOrdinaryUser<T>(action: () => T): T {
  if (process.geteuid?.() !== 0) return action();
  const nobody = 65_534;
  for (const path of [directory, folder]) chownSync(path, nobody, nobody);
  for (const name of segments()) chownSync(join(folder, name), nobody, nobody);
  process.seteuid?.(nobody);
  try {
    return action();
  } finally {
    process.seteuid?.(0);
    for (const path of [directory, folder]) chownSync(path, 0, 0);
  }
}

function segments(): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

function bytesOnDisk(): number {
  return segments().reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

function droppedSpans(): number {
  return drops.reduce((sum, [count]) => sum + count, 0);
}

describe('a spool on disk', () => {
  it('touches no disk before something is spooled', () => {
    const backlog = spool({ directory: join(directory, 'later') });
    backlog.adopt();
    expect([backlog.isEmpty, backlog.first(), existsSync(join(directory, 'later'))]).toEqual([
      true,
      undefined,
      false,
    ]);
    backlog.close();
    expect(backlog.lastError).toBeUndefined();
  });

  it.each([0o000, 0o022, 0o277, 0o777])('is for its user alone under umask %p', (umask) => {
    const before = process.umask(umask);
    try {
      const backlog = spool();
      expect(backlog.append(batch('x'))).toBe(true);
      expect(segments().map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o600]);
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      expect(drain(backlog)).toEqual(['x']);
    } finally {
      process.umask(before);
    }
  });

  it('makes folders above its own for its user alone, too', () => {
    const before = process.umask(0);
    try {
      spool({ directory: join(directory, 'a', 'b') }).append(batch('x'));
      const modes = ['a', 'a/b', `a/b/${key}`].map((path) => statSync(join(directory, path)).mode & 0o777);
      expect(modes).toEqual([0o700, 0o700, 0o700]);
    } finally {
      process.umask(before);
    }
  });

  it('takes the rights of others from a folder that has them', () => {
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    spool().append(batch('x'));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('neither writes to nor reads from a folder that is a link', () => {
    const elsewhere = join(directory, 'elsewhere');
    const there = spool({ key: 'elsewhere', owner: deadOwner() });
    there.append(batch('not ours'));
    symlinkSync(elsewhere, folder);
    const backlog = spool();
    expect(backlog.append(batch('x'))).toBe(false);
    expect(backlog.lastError?.message).toBe(
      `${folder} is not a folder of this user: nothing is spooled there; remove or rename it`,
    );
    backlog.adopt();
    expect([backlog.isEmpty, readdirSync(elsewhere).length]).toEqual([true, 1]);
  });

  it('writes no credentials', () => {
    const url = 'https://someone:hunter2@collector.example.com/v1/traces?token=tok-4711';
    const name = spoolKey({ url, protocol: 'http/protobuf', signal: 'traces' });
    const backlog = spool({ key: name });
    backlog.append(batch('spans'));
    const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' });
    const contents = paths
      .filter((path) => path.endsWith('.seg'))
      .map((path) => readFileSync(join(directory, path)));
    expect(contents).toHaveLength(1);
    expect([...paths, ...contents.map(String)].join('\n')).not.toMatch(/someone|hunter2|token|tok-4711/);
  });

  it('removes a segment when everything in it is sent', () => {
    const backlog = spool();
    backlog.append(batch('a'));
    backlog.append(batch('b'));
    backlog.first();
    backlog.removeFirst();
    expect(segments()).toHaveLength(1);
    backlog.first();
    backlog.removeFirst();
    expect(segments()).toEqual([]);
  });

  it('begins another segment after 1 MiB', () => {
    const backlog = spool();
    const third = 'x'.repeat(mebibyte / 3);
    for (let i = 0; i < 7; i++) backlog.append(batch(third));
    expect(segments()).toHaveLength(4);
    expect(Math.max(...segments().map((name) => statSync(join(folder, name)).size))).toBeLessThanOrEqual(
      mebibyte,
    );
    expect(drain(backlog)).toHaveLength(7);
  });

  it('gives a batch that is larger than a segment one of its own', () => {
    const backlog = spool();
    const texts = ['a', 'b'.repeat(3 * mebibyte), 'c'];
    for (const text of texts) backlog.append(batch(text));
    expect(segments()).toHaveLength(3);
    expect(drain(backlog)).toEqual(texts);
  });

  it('begins another segment after a minute', () => {
    const backlog = spool();
    backlog.append(batch('a'));
    clock.spend(59_999);
    backlog.append(batch('b'));
    expect(segments()).toHaveLength(1);
    clock.spend(1);
    backlog.append(batch('c'));
    expect(segments()).toHaveLength(2);
    expect(drain(backlog)).toEqual(['a', 'b', 'c']);
  });

  it('keeps the order when the clock is set back', () => {
    let nowMs = 2_000_000;
    const backlog = spool({
      clock: { now: () => nowMs, monotonic: () => 3_000_000 - nowMs, timer: () => () => {} },
    });
    for (const text of ['a', 'b', 'c', 'd']) {
      backlog.append(batch(text));
      nowMs -= 60_000;
    }
    expect(segments()).toHaveLength(4);
    expect(drain(backlog)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('refuses batches when it is closed', () => {
    const backlog = spool();
    backlog.append(batch('a'));
    backlog.close();
    backlog.close();
    backlog.adopt();
    expect([backlog.append(batch('b')), backlog.lastError?.message]).toEqual([false, 'the spool is closed']);
    expect([backlog.isEmpty, backlog.first(), segments().length]).toEqual([true, undefined, 1]);
  });
});

describe('adopting', () => {
  it('takes what a process has left that has ended, in the order of age', () => {
    const [one, two] = [spool({ owner: deadOwner() }), spool({ owner: deadOwner() })];
    const backlog = spool();
    for (const [writer, text] of [
      [two, 'a'],
      [one, 'b'],
      [backlog, 'c'],
      [two, 'd'],
    ] as const) {
      writer.append(batch(text));
      clock.spend(60_000);
    }
    backlog.adopt();
    expect(drain(backlog)).toEqual(['a', 'b', 'c', 'd']);
    expect([segments(), drops]).toEqual([[], []]);
  });

  it('goes on with the older ones, but not before the batch that is under way', () => {
    const before = spool({ owner: deadOwner() });
    before.append(batch('old'));
    clock.spend(10);
    const backlog = spool();
    backlog.append(batch('under way'));
    backlog.append(batch('new'));
    expect(String(backlog.first()?.body)).toBe('under way');
    backlog.adopt();
    expect(drain(backlog)).toEqual(['under way', 'old', 'new']);
  });

  it('hands out an adopted batch first when nothing is under way', () => {
    const before = spool({ owner: deadOwner() });
    before.append(batch('old'));
    clock.spend(10);
    const backlog = spool();
    backlog.append(batch('new'));
    expect(backlog.isEmpty).toBe(false);
    backlog.adopt();
    expect(drain(backlog)).toEqual(['old', 'new']);
  });

  it('sends again at most what was under way when the process was killed', () => {
    const killed = spool({ owner: deadOwner() });
    for (const text of ['a', 'b', 'c', 'd']) killed.append(batch(text));
    killed.first();
    killed.removeFirst();
    killed.first();
    killed.removeFirst();
    killed.first();
    const backlog = spool();
    backlog.adopt();
    expect(drain(backlog)).toEqual(['c', 'd']);
  });

  it('takes at once what another spool of this process has left when it was closed', () => {
    const closed = spool();
    for (const text of ['a', 'b', 'c']) closed.append(batch(text));
    closed.first();
    closed.removeFirst();
    const backlog = spool();
    backlog.adopt();
    expect(backlog.isEmpty).toBe(true);
    closed.close();
    backlog.adopt();
    expect(drain(backlog)).toEqual(['b', 'c']);
  });

  it('lets the segments of a living process be', () => {
    const living = spool();
    living.append(batch('a'));
    const others = spool();
    clock.spend(24 * 3_600_000);
    others.adopt();
    expect([others.isEmpty, drain(living)]).toEqual([true, ['a']]);
  });

  it('takes the segment of a process whose id another process has now', () => {
    const reused = { ...currentOwner(systemRandom), started: 'ffffffff' };
    spool({ owner: reused }).append(batch('a'));
    const backlog = spool();
    backlog.adopt();
    expect(drain(backlog)).toEqual(['a']);
  });

  it('takes the segment of another host after ten idle minutes, not before', () => {
    spool({ owner: { ...deadOwner(), host: 'ffffffff' } }).append(batch('a'));
    const backlog = spool();
    const touch = (agoMs: number): void => {
      for (const name of segments()) {
        const seconds = (clock.now() - agoMs) / 1000;
        utimesSync(join(folder, name), seconds, seconds);
      }
    };
    touch(600_000);
    backlog.adopt();
    expect(backlog.isEmpty).toBe(true);
    touch(600_001);
    backlog.adopt();
    expect(drain(backlog)).toEqual(['a']);
  });

  it('shows other hosts that the owner of a segment lives, before and after adoption', () => {
    const here = { ...deadOwner(), host: 'aaaaaaaa' };
    const there = { ...deadOwner(), host: 'bbbbbbbb' };
    const [mine, others] = [spool({ owner: here }), spool({ owner: there })];
    spool({ owner: { ...deadOwner(), host: 'aaaaaaaa' } }).append(batch('dead'));
    mine.append(batch('own'));
    for (let minute = 0; minute < 30; minute += 5) {
      mine.adopt();
      clock.spend(5 * 60_000);
      others.adopt();
      expect(others.isEmpty).toBe(true);
    }
    expect(drain(mine).sort()).toEqual(['dead', 'own']);
  });

  it('takes 64 segments at a time, oldest first, and more when they are sent', () => {
    const killed = spool({ owner: deadOwner() });
    for (let i = 0; i < 100; i++) {
      killed.append(batch(String(i)));
      clock.spend(60_000);
    }
    expect(segments()).toHaveLength(100);
    const backlog = spool();
    backlog.adopt();
    const ours = segments().filter((name) => !name.includes(`-${2 ** 31 - 1}-`));
    expect(ours).toEqual(segments().slice(0, 64));
    expect(drain(backlog)).toEqual(Array.from({ length: 100 }, (_, i) => String(i)));
  });

  it('lets be what is no segment: other files, and folders, links and pipes that are called like one', () => {
    const killed = spool({ owner: deadOwner() });
    killed.append(batch('a'));
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    const others = Array.from({ length: 3 * 64 }, (_, index) => oldSegment(index));
    for (const [index, name] of others.entries()) {
      const path = join(folder, name);
      if (index % 64 === 0) execFileSync('mkfifo', [path]);
      else if (index % 2 === 0) mkdirSync(path);
      else symlinkSync('/etc/hosts', path);
    }
    const backlog = spool({ limitBytes: 1_000 });
    backlog.adopt();
    expect(drain(backlog)).toEqual(['a']);
    expect([backlog.isEmpty, backlog.append(batch('x'.repeat(900)))]).toEqual([true, true]);
    expect(segments()).toEqual([...others, expect.stringContaining('.seg'), 'notes.txt']);
    expect([backlog.lastError, drops]).toEqual([undefined, []]);
  });

  it('passes by any number of segments that belong to another user, and leaves them their names', () => {
    const others = Array.from({ length: 130 }, (_, index) => oldSegment(index));
    const killed = spool({ owner: deadOwner() });
    killed.append(batch('a'));
    for (const name of others) writeFileSync(join(folder, name), 'theirs', { mode: 0o000 });
    const backlog = spool();
    const found = asOrdinaryUser(() => {
      backlog.adopt();
      return drain(backlog);
    });
    expect(found).toEqual(['a']);
    expect(backlog.lastError).toMatchObject({ code: 'EACCES' });
    expect([backlog.isEmpty, segments(), drops]).toEqual([true, others, []]);
    for (const name of others) chmodSync(join(folder, name), 0o600);
    clock.spend(59_999);
    backlog.adopt();
    expect(segments()).toEqual(others);
    clock.spend(1);
    backlog.adopt();
    expect(segments()).not.toEqual(others);
  });

  it('ends where 64 segments cannot be read once they are its own, and goes on with those behind them', () => {
    const killed = spool({ owner: deadOwner() });
    for (let i = 0; i < 65; i++) {
      killed.append(batch(String(i)));
      clock.spend(60_000);
    }
    const backlog = spool();
    backlog.adopt();
    const adopted = segments().slice(0, 64);
    for (const name of adopted) {
      rmSync(join(folder, name));
      mkdirSync(join(folder, name));
    }
    expect(drain(backlog)).toEqual(['64']);
    expect([backlog.isEmpty, segments()]).toEqual([true, adopted]);
  });

  it('never sends again what is sent and can neither be removed nor emptied', () => {
    const backlog = spool();
    backlog.append(batch('a'));
    expect(String(backlog.first()?.body)).toBe('a');
    const [name = ''] = segments();
    chmodSync(join(folder, name), 0o400);
    asOrdinaryUser(() => {
      chmodSync(folder, 0o500);
      backlog.removeFirst();
      chmodSync(folder, 0o700);
    });
    expect([segments(), backlog.lastError]).toEqual([[name], expect.objectContaining({ code: 'EACCES' })]);
    clock.spend(3_600_000);
    backlog.adopt();
    expect([backlog.first(), drops]).toEqual([undefined, []]);
  });

  it('takes its own segment up again after it could not be read', () => {
    const backlog = spool();
    backlog.append(batch('a'));
    const [name = ''] = segments();
    renameSync(join(folder, name), join(directory, 'aside'));
    mkdirSync(join(folder, name));
    expect([backlog.isEmpty, backlog.lastError]).toEqual([true, expect.objectContaining({ code: 'EISDIR' })]);
    rmSync(join(folder, name), { recursive: true });
    renameSync(join(directory, 'aside'), join(folder, name));
    clock.spend(59_999);
    backlog.adopt();
    expect(backlog.isEmpty).toBe(true);
    clock.spend(1);
    backlog.adopt();
    expect(drain(backlog)).toEqual(['a']);
  });

  it('sends nothing of a name that says more is sent than the file holds', () => {
    const killed = spool({ owner: deadOwner() });
    killed.append(batch('a'));
    const [name = ''] = segments();
    renameSync(join(folder, name), join(folder, name.replace('-0.', '-999999.')));
    const backlog = spool();
    backlog.adopt();
    expect([backlog.first(), segments()]).toEqual([undefined, []]);
  });
});

describe('the bound', () => {
  const limitBytes = 16 * 10_000;
  const body = 'x'.repeat(1_000);

  it('holds for a single process at all times', () => {
    const backlog = spool({ limitBytes });
    let highest = 0;
    for (let i = 0; i < 500; i++) {
      backlog.append(batch(body, 2));
      highest = Math.max(highest, bytesOnDisk());
    }
    expect(highest).toBeLessThanOrEqual(limitBytes);
    expect(highest).toBeGreaterThan(limitBytes * 0.9);
    const kept = drain(backlog).length;
    expect(droppedSpans()).toBe((500 - kept) * 2);
  });

  it('holds over the segments of several processes but for one segment each, and counts every span once', () => {
    const writers = [spool({ limitBytes }), spool({ limitBytes }), spool({ limitBytes })];
    spool({ limitBytes, owner: deadOwner() }).append(batch(body));
    let highest = 0;
    let appended = 1;
    for (let round = 0; round < 300; round++) {
      for (const writer of writers) {
        clock.spend(1);
        expect(writer.append(batch(body))).toBe(true);
        appended++;
      }
      highest = Math.max(highest, bytesOnDisk());
    }
    expect(highest).toBeLessThanOrEqual(limitBytes + 2 * 10_000);
    const kept = writers.flatMap((writer) => drain(writer));
    expect([droppedSpans() + kept.length, droppedSpans() > 0]).toEqual([appended, true]);
    expect(segments()).toEqual([]);
  });

  it('drops only what is not sent yet of the segments of others', () => {
    const other = spool({ limitBytes });
    for (let i = 0; i < 9; i++) other.append(batch(body));
    for (let i = 0; i < 4; i++) {
      other.first();
      other.removeFirst();
    }
    clock.spend(1);
    const backlog = spool({ limitBytes });
    backlog.append(batch('x'.repeat(limitBytes - 100), 7));
    expect(droppedSpans()).toBe(5);
    expect([other.isEmpty, other.first()]).toEqual([true, undefined]);
    expect(other.append(batch('again'))).toBe(true);
    expect(drain(other)).toEqual(['again']);
  });

  it('lets the owner of a dropped segment finish the batch that is under way', () => {
    const other = spool({ limitBytes });
    other.append(batch('a'));
    other.append(batch('b'));
    other.first();
    clock.spend(1);
    spool({ limitBytes }).append(batch('x'.repeat(limitBytes - 30)));
    other.removeFirst();
    expect([other.isEmpty, droppedSpans(), other.lastError]).toEqual([true, 2, undefined]);
  });

  it('counts a batch that was under way and has no place on disk any more when it is closed', () => {
    const backlog = spool({ limitBytes });
    backlog.append(batch('a', 3));
    backlog.first();
    backlog.append(batch('x'.repeat(limitBytes - 30)));
    expect(drops).toEqual([]);
    backlog.close();
    expect(drops).toEqual([[3, 'the spool was full and is closed']]);
  });

  it('comes back by 128 segments a batch, and takes none before there is room', () => {
    mkdirSync(folder);
    const large = Buffer.from(batch(body).body);
    for (let i = 0; i < 300; i++) writeFileSync(join(folder, oldSegment(i)), large);
    const backlog = spool({ limitBytes });
    const lefts = [];
    for (let i = 0; i < 3; i++) lefts.push([backlog.append(batch(String(i))), segments().length]);
    expect(lefts).toEqual([
      [false, 172],
      [true, 151],
      [true, 151],
    ]);
    expect(backlog.lastError?.message).toBe(
      `${folder} holds too much: its oldest segments make room, 128 at a time`,
    );
  });

  it('holds for the number of segments, too, and comes back by 128 a batch', () => {
    mkdirSync(folder);
    for (let i = 0; i < 4_228; i++) writeFileSync(join(folder, oldSegment(i)), '');
    const backlog = spool();
    const isKept = [backlog.append(batch('a'))];
    expect([segments().length, segments()[0]]).toEqual([4_100, oldSegment(128)]);
    isKept.push(backlog.append(batch('b')));
    expect([segments().length, segments()[0]]).toEqual([4_096, oldSegment(133)]);
    expect([isKept, drops]).toEqual([[false, true], []]);
  });

  it('removes segments that it cannot read, and says so', () => {
    const killed = spool({ owner: deadOwner() });
    killed.append(batch(body, 3));
    const [name = ''] = segments();
    chmodSync(join(folder, name), 0o000);
    const backlog = spool({ limitBytes: 1_500 });
    const isKept = asOrdinaryUser(() => backlog.append(batch(body)));
    expect([isKept, segments().length, drops]).toEqual([
      true,
      1,
      [[0, expect.stringMatching(/\.seg makes room and could not be read$/)]],
    ]);
  });
});

describe('trouble with the disk', () => {
  it('is told when there is a file in place of a folder', () => {
    writeFileSync(folder, '');
    const backlog = spool();
    expect(backlog.append(batch('a'))).toBe(false);
    expect(backlog.lastError?.message).toMatch(/ is not a folder of this user: /);
    rmSync(folder);
    expect([backlog.append(batch('b')), drain(backlog)]).toEqual([true, ['b']]);
  });

  it('is told where no folder can be made at all', () => {
    const backlog = spool({ directory: '/proc/tta/spool' });
    expect(backlog.append(batch('a'))).toBe(false);
    expect(backlog.lastError?.message).toMatch(/mkdir/);
  });

  it('costs what was in a folder that the user removes, and nothing more', () => {
    const backlog = spool();
    backlog.append(batch('a'));
    rmSync(folder, { recursive: true });
    expect(backlog.append(batch('b'))).toBe(true);
    expect(drain(backlog)).toEqual(['b']);
    backlog.append(batch('c'));
    backlog.first();
    rmSync(folder, { recursive: true });
    backlog.removeFirst();
    backlog.adopt();
    expect([backlog.isEmpty, backlog.first(), backlog.lastError]).toEqual([true, undefined, undefined]);
    backlog.append(batch('d'));
    rmSync(folder, { recursive: true });
    backlog.close();
    expect(backlog.lastError).toBeUndefined();
  });

  it('does not follow a link in place of a segment', () => {
    const backlog = spool();
    backlog.append(batch('a'));
    const [name = ''] = segments();
    const target = join(directory, 'target');
    renameSync(join(folder, name), target);
    const before = readFileSync(target);
    symlinkSync(target, join(folder, name));
    expect(backlog.append(batch('b'))).toBe(false);
    expect(backlog.lastError).toMatchObject({ code: 'ELOOP' });
    expect(readFileSync(target).equals(before)).toBe(true);
  });

  it('loses nothing when its segment is claimed while it is written', () => {
    const backlog = spool();
    backlog.append(batch('a'));
    const claimed = {
      body: Buffer.from('b'),
      // Read once the segment is open, as when another process runs at that moment.
      get count() {
        for (const name of segments())
          renameSync(join(folder, name), join(folder, name.replace(/\..*/, '.free.seg')));
        return 1;
      },
    };
    expect(backlog.append(claimed)).toBe(false);
    expect(backlog.lastError?.message).toBe(`files in ${folder} vanish as soon as they are made`);
    let writes = 0;
    const claimedOnce = {
      body: Buffer.from('c'),
      get count() {
        return writes++ === 0 ? claimed.count : 1;
      },
    };
    expect([backlog.append(claimedOnce), drain(backlog)]).toEqual([true, ['c']]);
    backlog.adopt();
    expect(drain(backlog)).toEqual(['a', 'b', 'b', 'b', 'c']);
  });

  it('takes back what a failed write has left, and appends nothing behind it', () => {
    const backlog = spool();
    expect(backlog.append(batch('not a count', 2 ** 40))).toBe(false);
    expect([segments(), backlog.lastError]).toEqual([
      [],
      expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }),
    ]);
    backlog.append(batch('a'));
    expect(backlog.append(batch('not a count', -1))).toBe(false);
    backlog.append(batch('b'));
    expect([segments().length, drain(backlog), drops]).toEqual([2, ['a', 'b'], []]);
  });

  it('sends nothing again that it could not remove', () => {
    const backlog = spool();
    backlog.append(batch('a'));
    backlog.append(batch('b'));
    const [name = ''] = segments();
    backlog.first();
    // A folder in place of what the segment would be called next.
    const next = join(folder, name.replace('-0.', '-21.'));
    mkdirSync(next);
    backlog.removeFirst();
    expect(backlog.lastError).toMatchObject({ code: 'EISDIR' });
    expect(drain(backlog)).toEqual(['b']);
    expect(segments()).toEqual([name.replace('-0.', '-21.')]);
  });
});
