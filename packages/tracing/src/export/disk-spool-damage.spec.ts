import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tta/obs-context/manual';
import fc from 'fast-check';
import { DiskSpool } from './disk-spool.ts';
import { headerBytes } from './spool-record.ts';

const key = 'destination';
const limitBytes = 64 * 2 ** 20;
const fileName = '001767225600000-000000-feedbeef-0.free.seg';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-damage-'));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The bytes of a segment with these batches; batch `i` holds `i + 1` items. */
function segmentOf(bodies: readonly Uint8Array[]): Buffer {
  const written = mkdtempSync(join(directory, 'written-'));
  const spool = new DiskSpool({
    directory: written,
    key,
    limitBytes,
    clock: new ManualClock(),
    onDropped: () => {},
  });
  for (const [index, body] of bodies.entries()) spool.append({ body, count: index + 1 });
  const [name = ''] = readdirSync(join(written, key));
  return readFileSync(join(written, key, name));
}

function flip(segment: Buffer, at: number): void {
  segment.writeUInt8(segment.readUInt8(at) ^ 1, at);
}

/** What a later process makes of a segment. */
function deliver(segment: Uint8Array): { bodies: string[]; count: number; drops: [number, string][] } {
  const found = mkdtempSync(join(directory, 'found-'));
  mkdirSync(join(found, key));
  writeFileSync(join(found, key, fileName), segment);
  const drops: [number, string][] = [];
  const spool = new DiskSpool({
    directory: found,
    key,
    limitBytes,
    clock: new ManualClock(),
    onDropped: (count, { message }) => void drops.push([count, message]),
  });
  spool.adopt();
  const bodies: string[] = [];
  let count = 0;
  for (let batch; (batch = spool.first()); spool.removeFirst()) {
    bodies.push(Buffer.from(batch.body).toString('hex'));
    count += batch.count;
  }
  expect([spool.isEmpty, spool.lastError, readdirSync(join(found, key))]).toEqual([true, undefined, []]);
  return { bodies, count, drops };
}

const three = [Buffer.from('first'), Buffer.from('second'), Buffer.from('third')];
const hex = three.map((body) => body.toString('hex'));
const secondAt = headerBytes + 5;
const thirdAt = secondAt + headerBytes + 6;

describe('a segment that is damaged', () => {
  it('loses the batch whose body is damaged, counted, and no other', () => {
    const segment = segmentOf(three);
    flip(segment, secondAt + headerBytes);
    const { bodies, drops } = deliver(segment);
    expect([bodies, drops]).toEqual([
      [hex[0], hex[2]],
      [[2, expect.stringMatching(/^a record of .*\.seg is damaged or incomplete$/)]],
    ]);
  });

  it('loses what comes after a header that is damaged, and says that it cannot be counted', () => {
    const segment = segmentOf(three);
    flip(segment, secondAt + 11);
    const { bodies, drops } = deliver(segment);
    expect([bodies, drops.map(([count]) => count)]).toEqual([[hex[0]], [0]]);
  });

  it('delivers what is whole before the place where a process was killed while it wrote', () => {
    const segment = segmentOf(three);
    const inBody = deliver(segment.subarray(0, thirdAt + headerBytes + 2));
    expect([inBody.bodies, inBody.drops.map(([count]) => count)]).toEqual([hex.slice(0, 2), [3]]);
    const inHeader = deliver(segment.subarray(0, thirdAt + 7));
    expect([inHeader.bodies, inHeader.drops.map(([count]) => count)]).toEqual([hex.slice(0, 2), [0]]);
  });

  it('is empty when it holds nothing, or nothing but zeros', () => {
    expect(deliver(new Uint8Array()).drops).toEqual([]);
    expect(deliver(new Uint8Array(100_000)).bodies).toEqual([]);
  });

  it('makes no room for a body that its header only claims', () => {
    const spool = new DiskSpool({
      directory: mkdtempSync(join(directory, 'large-')),
      key,
      limitBytes: 2 ** 40,
      onDropped: () => {},
    });
    const tooLarge = { byteLength: 64 * 2 ** 20 + 1 } as Uint8Array;
    expect(spool.append({ body: tooLarge, count: 1 })).toBe(false);
    expect(spool.lastError?.message).toMatch(/is larger than the spool takes$/);
  });

  it('never throws, always ends, and delivers every batch before the damage', () => {
    const damage = fc.oneof(
      fc.record({ kind: fc.constant('flip'), at: fc.nat(), bits: fc.integer({ min: 1, max: 255 }) }),
      fc.record({ kind: fc.constant('cut'), at: fc.nat() }),
      fc.record({
        kind: fc.constant('insert'),
        at: fc.nat(),
        bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
      }),
      fc.record({ kind: fc.constant('remove'), at: fc.nat(), length: fc.integer({ min: 1, max: 40 }) }),
    );
    const bodiesOf = fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(bodiesOf, damage, (bodies, change) => {
        const segment = segmentOf(bodies);
        const at = change.at % segment.length;
        const parts: Uint8Array[] = [segment.subarray(0, at)];
        if ('bits' in change)
          parts.push(Uint8Array.of((segment[at] ?? 0) ^ change.bits), segment.subarray(at + 1));
        else if ('bytes' in change) parts.push(change.bytes, segment.subarray(at));
        else if ('length' in change) parts.push(segment.subarray(at + change.length));
        const { bodies: delivered, drops } = deliver(Buffer.concat(parts));
        const whole: string[] = [];
        for (let end = 0, i = 0; i < bodies.length; i++) {
          end += headerBytes + (bodies[i]?.length ?? 0);
          if (end <= at) whole.push(Buffer.from(bodies[i] ?? []).toString('hex'));
        }
        expect(delivered.slice(0, whole.length)).toEqual(whole);
        // Nothing is made up, and what is left keeps its order.
        const originals = bodies.map((body) => Buffer.from(body).toString('hex'));
        let from = 0;
        for (const body of delivered) {
          const index = originals.indexOf(body, from);
          expect(index).toBeGreaterThanOrEqual(from);
          from = index + 1;
        }
        expect(drops.length).toBeLessThanOrEqual(1 + bodies.length);
      }),
      { numRuns: 500 },
    );
  });

  it('does not throw when it is cut while it is drained', () => {
    const owned = mkdtempSync(join(directory, 'cut-'));
    const drops: number[] = [];
    const spool = new DiskSpool({
      directory: owned,
      key,
      limitBytes,
      onDropped: (count) => void drops.push(count),
    });
    for (const [index, body] of three.entries()) spool.append({ body, count: index + 1 });
    spool.first();
    const [name = ''] = readdirSync(join(owned, key));
    truncateSync(join(owned, key, name), thirdAt + 30);
    truncateSync(join(owned, key, name), thirdAt - 1);
    spool.removeFirst();
    expect([spool.first(), spool.isEmpty, drops]).toEqual([undefined, true, [2]]);
  });
});
