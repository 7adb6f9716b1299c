import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendRecord, countItems, headerBytes, readRecord } from './spool-record.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-record-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('a record', () => {
  it('is laid out as it is documented', () => {
    const fd = openSync(join(directory, 'segment'), 'a+');
    appendRecord(fd, { body: Buffer.from('123456789'), count: 258 });
    const bytes = Buffer.alloc(100);
    const length = readSync(fd, bytes, 0, 100, 0);
    // CRC-32 of "123456789" is cbf43926 (the check value of CRC-32/ISO-HDLC).
    expect(bytes.subarray(0, 16).toString('hex')).toBe('545441310000000900000102cbf43926');
    expect(bytes.subarray(headerBytes, length).toString()).toBe('123456789');
    expect(readRecord(fd, 0, length)).toEqual({
      batch: { body: Buffer.from('123456789'), count: 258 },
      count: 258,
      next: 29,
    });
    closeSync(fd);
  });

  it('is not read beyond the end of the segment', () => {
    const fd = openSync(join(directory, 'segment'), 'a+');
    for (const count of [1, 2, 3]) appendRecord(fd, { body: Buffer.from('x'), count });
    const size = headerBytes + 1;
    expect([
      countItems(fd, 0, size),
      countItems(fd, size, 3 * size),
      countItems(fd, 3 * size, 3 * size),
    ]).toEqual([1, 5, 0]);
    expect(readRecord(fd, 0, size - 1)).toEqual({ batch: undefined, count: 1, next: size - 1 });
    closeSync(fd);
  });

  it('says why only a part of it was written', () => {
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    // A pipe takes what it has room for, as a disk that runs full does.
    const fd = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
    const body = Buffer.alloc(2 ** 20, 1);
    expect(() => appendRecord(fd, { body, count: 1 })).toThrow(/^EAGAIN/);
    expect(readSync(fd, Buffer.alloc(100))).toBe(100);
    closeSync(fd);
  });
});
