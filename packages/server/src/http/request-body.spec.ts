import { PassThrough, Readable } from 'node:stream';
import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { drain, gunzip, readBody } from './request-body.ts';
import { RequestBudget } from './request-budget.ts';

const KIB = 1024;

let nowMs = 0;

function budgetOf(limitBytes: number, limitRequests = 10, smallBytes = 0) {
  const budget = new RequestBudget({
    limitBytes,
    limitRequests,
    smallBytes,
    slowMs: 1_000,
    nowMs: () => nowMs,
  });
  return { budget, room: budget.admit() };
}

describe('readBody', () => {
  it('joins the chunks, and holds them in the budget until the reservation is closed', async () => {
    const { budget, room } = budgetOf(10);
    const source = Readable.from([Buffer.from('ab'), Buffer.from('cd')]);
    expect(String(await readBody(source, { limitBytes: 4, room }))).toBe('abcd');
    expect([budget.usedBytes, budget.requestCount]).toEqual([4, 1]);
    room.close();
    expect([budget.usedBytes, budget.requestCount]).toEqual([0, 0]);
  });

  it('reads an empty body', async () => {
    const { room } = budgetOf(10);
    expect(await readBody(Readable.from([]), { limitBytes: 4, room })).toHaveLength(0);
  });

  it('refuses a body over the limit before its end, and leaves the rest unread', async () => {
    const { budget, room } = budgetOf(100);
    const source = new PassThrough();
    source.write(Buffer.alloc(3));
    source.write(Buffer.alloc(2));
    await expect(readBody(source, { limitBytes: 4, room })).rejects.toMatchObject({ status: 413 });
    expect(source.isPaused()).toBe(true);
    room.close();
    expect(budget.usedBytes).toBe(0);
  });

  it('refuses a body for which there is no room, until another is done', async () => {
    const { budget, room } = budgetOf(6);
    await readBody(Readable.from([Buffer.alloc(4)]), { limitBytes: 10, room });
    const other = budget.admit();
    const refused = readBody(Readable.from([Buffer.alloc(3)]), { limitBytes: 10, room: other });
    await expect(refused).rejects.toMatchObject({ status: 503 });
    other.close();
    room.close();
    const third = budget.admit();
    expect(await readBody(Readable.from([Buffer.alloc(6)]), { limitBytes: 10, room: third })).toHaveLength(6);
  });

  it('ends when the client goes away or breaks off', async () => {
    const gone = new PassThrough();
    const goneBody = readBody(gone, { limitBytes: 4, room: budgetOf(9).room });
    gone.destroy();
    await expect(goneBody).rejects.toMatchObject({ status: 400, message: 'The client went away.' });
    const broken = new PassThrough();
    const brokenBody = readBody(broken, { limitBytes: 4, room: budgetOf(9).room });
    broken.destroy(new Error('aborted'));
    await expect(brokenBody).rejects.toMatchObject({
      status: 400,
      message: 'The body broke off: aborted',
    });
  });
});

describe('RequestBudget', () => {
  it('admits no more requests than it may', () => {
    const { budget, room } = budgetOf(10, 1);
    expect(() => budget.admit()).toThrow(expect.objectContaining({ status: 503 }));
    room.close();
    expect(() => budget.admit()).not.toThrow();
  });
});

describe('uploads', () => {
  it('give way to others once they are slow, the oldest first', async () => {
    const { budget, room } = budgetOf(10);
    const begin = (source: PassThrough, reservation = budget.admit()) => {
      const body = readBody(source, { limitBytes: 10, room: reservation });
      body.catch(() => undefined);
      return { body, reservation };
    };
    const first = begin(new PassThrough(), room);
    room.take(5);
    nowMs += 500;
    const second = begin(new PassThrough());
    second.reservation.take(5);
    const third = budget.admit();
    nowMs += 499;
    expect(() => third.take(4)).toThrow(expect.objectContaining({ status: 503 }));
    nowMs += 1;
    third.take(4);
    await expect(first.body).rejects.toMatchObject({ status: 503 });
    expect(budget.usedBytes).toBe(9);
    expect(() => third.take(4)).toThrow(expect.objectContaining({ status: 503 }));
    first.reservation.close();
    second.reservation.close();
    third.close();
    expect([budget.usedBytes, budget.requestCount]).toEqual([0, 0]);
  });

  it('do not give way once they are complete', async () => {
    const { budget, room } = budgetOf(4);
    await readBody(Readable.from([Buffer.alloc(4)]), { limitBytes: 4, room });
    nowMs += 5_000;
    expect(() => budget.admit().take(1)).toThrow(expect.objectContaining({ status: 503 }));
  });

  it('leave room for requests of up to 1 MiB', () => {
    const { budget, room } = budgetOf(2 * KIB * KIB, 10, KIB * KIB);
    room.take(2 * KIB * KIB);
    const large = budget.admit();
    expect(() => large.take(KIB * KIB + 1)).toThrow(expect.objectContaining({ status: 503 }));
    const small = budget.admit();
    small.take(KIB * KIB - 1);
    expect(() => small.take(2)).toThrow(expect.objectContaining({ status: 503 }));
    small.take(1);
  });
});

describe('gunzip', () => {
  it.each([0, 1, 100 * KIB, 3_000 * KIB])('unpacks %d bytes', async (size) => {
    const { budget, room } = budgetOf(4_000 * KIB);
    const bytes = Buffer.alloc(size, 'text');
    const packed = gzipSync(bytes);
    room.take(packed.length);
    expect((await gunzip(packed, { limitBytes: size, room })).equals(bytes)).toBe(true);
    expect(budget.usedBytes).toBe(size + packed.length);
  });

  it('unpacks what was packed in several parts', async () => {
    const { room } = budgetOf(10 * KIB);
    const packed = Buffer.concat([gzipSync('ab'), gzipSync('cd')]);
    room.take(packed.length);
    expect(String(await gunzip(packed, { limitBytes: 4, room }))).toBe('abcd');
  });

  it('takes no more than the limit of what unpacks to a thousand times its size', async () => {
    const { budget, room } = budgetOf(64 * KIB * KIB);
    const bomb = gzipSync(Buffer.alloc(32 * KIB * KIB));
    expect(bomb.length).toBeLessThan(40 * KIB);
    await expect(gunzip(bomb, { limitBytes: KIB * KIB, room })).rejects.toMatchObject({ status: 413 });
    expect(budget.usedBytes).toBeLessThanOrEqual(KIB * KIB);
  });

  it('takes no more than what is left in the budget', async () => {
    const { budget, room } = budgetOf(KIB * KIB);
    const bomb = gzipSync(Buffer.alloc(32 * KIB * KIB));
    await expect(gunzip(bomb, { limitBytes: 64 * KIB * KIB, room })).rejects.toMatchObject({ status: 503 });
    expect(budget.usedBytes).toBeLessThanOrEqual(KIB * KIB);
  });

  it.each([
    ['text', Buffer.from('plain')],
    ['deflate', deflateSync('x')],
    ['half of a gzip', gzipSync(Buffer.alloc(KIB, 'abc')).subarray(0, 20)],
    ['nothing', Buffer.alloc(0)],
  ])('refuses %s', async (_, bytes) => {
    const { room } = budgetOf(KIB);
    await expect(gunzip(bytes, { limitBytes: KIB, room })).rejects.toMatchObject({ status: 400 });
  });
});

describe('drain', () => {
  it('reads what follows, and cuts off who sends more than that', () => {
    const patient = new PassThrough();
    drain(patient, 4);
    patient.write(Buffer.alloc(4));
    const endless = new PassThrough();
    drain(endless, 4);
    endless.write(Buffer.alloc(5));
    return new Promise<void>((resolve) =>
      endless.on('close', () => {
        expect(patient.destroyed).toBe(false);
        resolve();
      }),
    );
  });
});
