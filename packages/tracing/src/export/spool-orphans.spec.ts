import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemRandom } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { SpoolOrphans } from './spool-orphans.ts';
import { currentOwner, type SpoolOwner } from './spool-owner.ts';
import { formatSegmentName } from './spool-segment.ts';

let folder: string;
let clock: ManualClock;
let errors: unknown[];
const self = currentOwner(systemRandom);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tta-orphans-'));
  clock = new ManualClock();
  errors = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const idOf = (index: number): string => `${String(index).padStart(15, '0')}-000000-feedbeef`;

function leave(count: number, owner: (index: number) => SpoolOwner | undefined = () => undefined): void {
  for (let index = 0; index < count; index++)
    writeFileSync(join(folder, formatSegmentName({ id: idOf(index), position: 0, owner: owner(index) })), '');
}

function orphans(monotonic = () => clock.monotonic()): SpoolOrphans {
  return new SpoolOrphans({
    folder,
    owner: self,
    clock: { now: () => clock.now(), monotonic, timer: () => () => {} },
    onError: (error) => void errors.push(error),
  });
}

/** First and last of what is found. */
function found(search: SpoolOrphans, held: ReadonlySet<string> = new Set()): [number, ...string[]] {
  const ids = [...search.search(held)].map(({ file }) => file.id);
  return [ids.length, ...[ids.at(0), ids.at(-1)].filter((id) => id !== undefined)];
}

describe('SpoolOrphans', () => {
  it('finds nothing where there is no folder', () => {
    rmSync(folder, { recursive: true });
    const search = orphans();
    expect([found(search), search.isCutShort]).toEqual([[0], false]);
    mkdirSync(folder);
  });

  it('finds 64 at a time, goes on from there, and begins again at the end', () => {
    leave(130);
    const search = orphans();
    expect([found(search), search.isCutShort]).toEqual([[64, idOf(0), idOf(63)], true]);
    expect([found(search), search.isCutShort]).toEqual([[64, idOf(64), idOf(127)], true]);
    expect([found(search), search.isCutShort]).toEqual([[2, idOf(128), idOf(129)], false]);
    expect(found(search)).toEqual([64, idOf(0), idOf(63)]);
  });

  it('ends when 10 ms are over, and goes on from there', () => {
    leave(50);
    let nowMs = 0;
    const search = orphans(() => nowMs);
    const seen: string[][] = [];
    while (seen.length === 0 || search.isCutShort) {
      seen.push([]);
      for (const { file } of search.search(new Set())) {
        seen.at(-1)?.push(file.id);
        nowMs++;
      }
    }
    expect(seen.map(({ length }) => length)).toEqual([10, 10, 10, 10, 10]);
    expect(seen.flat()).toEqual(Array.from({ length: 50 }, (_, index) => idOf(index)));
  });

  it('tells those that are held from those that are not, and counts only these', () => {
    leave(100, () => self);
    const held = new Set(Array.from({ length: 90 }, (_, index) => idOf(index)));
    const all = [...orphans().search(held)];
    expect(all.map(({ isHeld }) => isHeld)).toEqual(Array.from({ length: 100 }, (_, index) => index < 90));
  });

  it('asks the system once for each process, not for each segment', () => {
    const others = [0, 1, 2].map((index) => ({ ...self, instance: `0000000${index}` }));
    leave(300, (index) => others[index % 3]);
    let reads = 0;
    const search = new SpoolOrphans({
      folder,
      owner: {
        ...self,
        // Compared each time the system is asked.
        get host() {
          reads++;
          return self.host;
        },
      },
      clock,
      onError: () => {},
    });
    expect([found(search), reads]).toEqual([[0], 1]);
  });

  it('does not find one again that is left alone, for a minute or for good', () => {
    leave(3);
    const search = orphans();
    search.leaveAlone(idOf(0));
    search.leaveForGood(idOf(1));
    clock.spend(59_999);
    expect(found(search)).toEqual([1, idOf(2), idOf(2)]);
    clock.spend(1);
    expect(found(search)).toEqual([2, idOf(0), idOf(2)]);
    clock.spend(24 * 3_600_000);
    expect(found(search)).toEqual([2, idOf(0), idOf(2)]);
  });

  it('forgets what it leaves alone when its file is gone', () => {
    leave(2);
    const search = orphans();
    search.leaveForGood(idOf(0));
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    expect(found(search)).toEqual([0]);
    leave(2);
    expect(found(search)).toEqual([2, idOf(0), idOf(1)]);
  });

  it('does not find a segment that is gone before it is looked at', () => {
    leave(2);
    const path = join(folder, formatSegmentName({ id: idOf(0), position: 0, owner: undefined }));
    // The clock is asked when the folder is listed and no file is read yet.
    const search = orphans(() => {
      rmSync(path, { force: true });
      return 0;
    });
    expect(found(search)).toEqual([1, idOf(1), idOf(1)]);
    writeFileSync(path, '');
    rmSync(path);
    expect(errors.map((error) => (error as NodeJS.ErrnoException).code)).toEqual(['ENOENT']);
  });
});
