import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tta/obs-context/manual';
import type { Backlog, Batch } from './backlog.ts';
import { DiskSpool } from './disk-spool.ts';
import { MemoryBacklog } from './memory-backlog.ts';

interface Made {
  readonly backlog: Backlog & { readonly lastError: Error | undefined };
  readonly drops: [count: number, reason: string][];
}

let directory: string;
let folders = 0;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-backlog-'));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

const kinds: [name: string, make: (limitBytes: number) => Made][] = [
  [
    'MemoryBacklog',
    (limitBytes) => {
      const drops: Made['drops'] = [];
      const onDropped = (count: number, { message }: Error): void => void drops.push([count, message]);
      return { backlog: new MemoryBacklog({ onDropped, limitBytes }), drops };
    },
  ],
  [
    'DiskSpool',
    (limitBytes) => {
      const drops: Made['drops'] = [];
      const onDropped = (count: number, { message }: Error): void => void drops.push([count, message]);
      const key = `spool-${folders++}`;
      const clock = new ManualClock();
      return {
        backlog: new DiskSpool({ directory, key, clock, onDropped, limitBytes }),
        drops,
      };
    },
  ],
];

function batch(text: string, count = 1): Batch {
  return { body: Buffer.from(text), count };
}

function read(found: Batch | undefined): string | undefined {
  return found && `${Buffer.from(found.body).toString()}:${found.count}`;
}

function drain(backlog: Backlog): (string | undefined)[] {
  const found = [];
  for (let first; (first = backlog.first()); backlog.removeFirst()) found.push(read(first));
  return found;
}

describe.each(kinds)('%s', (_name, make) => {
  it('is empty at first, and hands out nothing', () => {
    const { backlog } = make(2 ** 20);
    expect([backlog.isEmpty, backlog.first()]).toEqual([true, undefined]);
    backlog.removeFirst();
    expect(backlog.isEmpty).toBe(true);
  });

  it('hands batches out in the order in which they came, with their counts', () => {
    const { backlog, drops } = make(2 ** 20);
    expect(['a', 'b', 'c'].map((text, index) => backlog.append(batch(text, index + 1)))).toEqual([
      true,
      true,
      true,
    ]);
    expect(drain(backlog)).toEqual(['a:1', 'b:2', 'c:3']);
    expect([backlog.isEmpty, drops]).toEqual([true, []]);
  });

  it('keeps the first batch until it is removed', () => {
    const { backlog } = make(2 ** 20);
    backlog.append(batch('a'));
    backlog.append(batch('b'));
    expect([read(backlog.first()), read(backlog.first())]).toEqual(['a:1', 'a:1']);
    backlog.removeFirst();
    backlog.removeFirst();
    expect(read(backlog.first())).toBe('b:1');
  });

  it('removes nothing that it has not handed out', () => {
    const { backlog } = make(2 ** 20);
    backlog.append(batch('a'));
    expect(backlog.isEmpty).toBe(false);
    backlog.removeFirst();
    expect(drain(backlog)).toEqual(['a:1']);
  });

  it('takes batches while it is drained, and after', () => {
    const { backlog } = make(2 ** 20);
    const found = [];
    for (let i = 0; i < 20; i++) {
      backlog.append(batch(`${i}`));
      if (i % 3 === 2) {
        found.push(read(backlog.first()));
        backlog.removeFirst();
      }
    }
    found.push(...drain(backlog));
    backlog.append(batch('later'));
    expect([...found, ...drain(backlog)]).toEqual([
      ...Array.from({ length: 20 }, (_, i) => `${i}:1`),
      'later:1',
    ]);
  });

  it('takes an empty batch, and bytes of any value', () => {
    const { backlog } = make(2 ** 20);
    const bytes = Uint8Array.from({ length: 512 }, (_, index) => index);
    backlog.append({ body: new Uint8Array(), count: 0 });
    backlog.append({ body: bytes.subarray(3), count: 7 });
    expect(read(backlog.first())).toBe(':0');
    backlog.removeFirst();
    expect(backlog.first()?.count).toBe(7);
    expect(Buffer.from(backlog.first()?.body ?? []).equals(bytes.subarray(3))).toBe(true);
  });

  it('drops the oldest at its bound, counts what it held, and keeps the newest in order', () => {
    const { backlog, drops } = make(20_000);
    const text = (i: number): string => String(i).padStart(500, '.');
    for (let i = 0; i < 200; i++) expect(backlog.append(batch(text(i), 3))).toBe(true);
    const kept = drain(backlog);
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, i) => `${text(200 - kept.length + i)}:3`));
    expect(kept.length).toBeGreaterThanOrEqual(30);
    expect(kept.length).toBeLessThan(40);
    expect(drops.reduce((sum, [count]) => sum + count, 0)).toBe((200 - kept.length) * 3);
    expect(drops[0]?.[1]).toMatch(/^more than 20000 bytes wait in /);
  });

  it('neither drops nor counts the batch that is under way', () => {
    const { backlog, drops } = make(20_000);
    backlog.append(batch('under way', 1_000));
    expect(read(backlog.first())).toBe('under way:1000');
    let appended = 0;
    for (; appended < 100; appended++) backlog.append(batch('x'.repeat(500)));
    expect([backlog.isEmpty, read(backlog.first())]).toEqual([false, 'under way:1000']);
    backlog.removeFirst();
    const dropped = drops.reduce((sum, [count]) => sum + count, 0);
    expect([dropped + drain(backlog).length, dropped > 0]).toEqual([appended, true]);
  });

  it('refuses a batch that is larger than its bound, says so, and keeps the rest', () => {
    const { backlog, drops } = make(20_000);
    backlog.append(batch('small'));
    expect(backlog.append(batch('x'.repeat(20_001)))).toBe(false);
    expect(backlog.lastError?.message).toMatch(/^a batch of \d+ bytes is larger than the /);
    expect([drain(backlog), drops]).toEqual([['small:1'], []]);
  });

  it('hands out nothing when it is closed, and what no other process can send is counted', () => {
    const { backlog, drops } = make(2 ** 20);
    for (const text of ['a', 'b', 'c']) backlog.append(batch(text, 2));
    backlog.first();
    backlog.close();
    backlog.close();
    backlog.adopt();
    expect([backlog.isEmpty, backlog.first()]).toEqual([true, undefined]);
    expect(drops).toEqual(backlog.isDurable ? [] : [[6, 'the process ends']]);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses a bound of %p', (limitBytes) => {
    expect(() => new MemoryBacklog({ limitBytes, onDropped: () => {} })).toThrow(
      /^limitBytes of a backlog is .*: give a whole number of bytes above 0/,
    );
    expect(() => new DiskSpool({ directory, key: 'none', limitBytes, onDropped: () => {} })).toThrow(
      expect.objectContaining({ code: 'OBS_ERR_INVALID_OPTION' }),
    );
  });
});
