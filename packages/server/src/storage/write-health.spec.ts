import { describe, expect, it } from '@jest/globals';
import { DamagedDatabaseError } from './sqlite-errors.ts';
import { StorageFullError } from './storage.ts';
import { isWorthRepeating, StorageEndedError } from './write-failure.ts';
import { WriteHealth } from './write-health.ts';

const written = async () => 7;
const failed = async (error: Error): Promise<number> => {
  throw error;
};
/** As `node:sqlite` and libsql tell that the disk is full. */
const full = Object.assign(new Error('database or disk is full'), { errcode: 13 });
const ioError = Object.assign(new Error('disk I/O error'), { rawCode: 778 });
const tooBig = Object.assign(new Error('string or blob too big'), { errcode: 18 });

describe('WriteHealth', () => {
  it.each([full, ioError, new DamagedDatabaseError('the file is damaged')])(
    'tells of the latest write alone, and hands on how each went: %s',
    async (error) => {
      const health = new WriteHealth();
      expect(health.problem).toBeNull();
      await expect(health.watch(failed(error))).rejects.toBe(error);
      expect(health.problem).toBe(error.message);
      expect(await health.watch(written())).toBe(7);
      expect(health.problem).toBeNull();
    },
  );

  it.each([new StorageFullError('come again'), tooBig, new TypeError('could not be cloned')])(
    'tells nothing of a write that alone was refused: %s',
    async (error) => {
      const health = new WriteHealth();
      await expect(health.watch(failed(error))).rejects.toBe(error);
      expect(health.problem).toBeNull();
    },
  );

  it('says of everything that fails after its end that it has ended', async () => {
    const health = new WriteHealth();
    health.end(new Error('no thread'));
    expect(health.problem).toBe('no thread');
    await expect(health.watch(failed(new Error('closed')))).rejects.toMatchObject({
      name: 'StorageEndedError',
      message: 'no thread',
    });
  });
});

describe('isWorthRepeating', () => {
  it('is true of what is wrong with the machine, and false of what is wrong with the records', async () => {
    const health = new WriteHealth();
    health.end(new Error('no thread'));
    const ended = await health.watch(failed(tooBig)).catch((error: unknown) => error);
    for (const error of [
      full,
      ioError,
      ended,
      new StorageEndedError('closed'),
      new StorageFullError('come again'),
    ]) {
      expect(isWorthRepeating(error)).toBe(true);
    }
    for (const error of [tooBig, new TypeError('could not be cloned'), 'text', null]) {
      expect(isWorthRepeating(error)).toBe(false);
    }
  });
});
