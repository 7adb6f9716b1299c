import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Batch } from './backlog.ts';
import { DiskSpool } from './disk-spool.ts';
import { DiskThenMemory } from './disk-then-memory.ts';
import { MemoryBacklog } from './memory-backlog.ts';

let directory: string;
/** Holds the spool, and cannot be made as long as a file has its name. */
let folder: string;
let drops: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-disk-then-memory-'));
  folder = join(directory, 'spool');
  drops = [];
});
afterEach(() => rmSync(directory, { recursive: true }));

function backlog(limitBytes = 1_000): DiskThenMemory {
  const onDropped = (count: number, { message }: Error): void => void drops.push(`${count}: ${message}`);
  const disk = new DiskSpool({ directory: folder, key: 'here', limitBytes: 2 ** 20, onDropped });
  return new DiskThenMemory(disk, new MemoryBacklog({ limitBytes, onDropped }), onDropped);
}
const batch = (text: string): Batch => ({ body: Buffer.from(text), count: 1 });
const textOf = (found: Batch | undefined): string | undefined => found && Buffer.from(found.body).toString();

describe('DiskThenMemory', () => {
  it('keeps on disk what the disk takes', () => {
    const both = backlog();
    expect(both.append(batch('a'))).toBe(true);
    expect(both.keepsOn).toBe('disk');
    both.close();
    const next = backlog();
    next.adopt();
    expect(textOf(next.first())).toBe('a');
  });

  it('keeps in memory what the disk does not take, and says why', () => {
    writeFileSync(folder, 'in the way');
    const both = backlog();
    expect(both.append(batch('a'))).toBe(true);
    expect(both.keepsOn).toBe('memory');
    expect(both.lastError?.message).toContain(folder);
    expect(both.isEmpty).toBe(false);
    expect(textOf(both.first())).toBe('a');
    both.removeFirst();
    expect(both.isEmpty).toBe(true);
    expect(drops).toEqual([]);
  });

  it('removes what it handed out, also when the disk takes batches again meanwhile', () => {
    writeFileSync(folder, 'in the way');
    const both = backlog();
    both.append(batch('a'));
    expect(textOf(both.first())).toBe('a');
    rmSync(folder);
    both.append(batch('b'));
    both.removeFirst();
    expect(textOf(both.first())).toBe('b');
    both.removeFirst();
    expect(both.isEmpty).toBe(true);
  });

  it('writes what is in memory to disk at the end, if that works by then', () => {
    writeFileSync(folder, 'in the way');
    const both = backlog();
    both.append(batch('a'));
    rmSync(folder);
    both.close();
    const next = backlog();
    next.adopt();
    expect(textOf(next.first())).toBe('a');
    expect(drops).toEqual([]);
  });

  it('counts what is gone with the process', () => {
    writeFileSync(folder, 'in the way');
    const both = backlog();
    both.append(batch('a'));
    both.append(batch('b'));
    both.close();
    expect(drops).toHaveLength(2);
    expect(drops[0]).toContain(folder);
  });

  it('refuses what neither takes', () => {
    writeFileSync(folder, 'in the way');
    expect(backlog(10).append(batch('more than ten bytes'))).toBe(false);
  });
});
