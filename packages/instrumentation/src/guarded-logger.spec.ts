import { describe, expect, it } from '@jest/globals';
import { type LineLevel, type Logger, noopLogger } from '@tta/obs-context';
import { guardedLogger } from './guarded-logger.ts';

const levels = ['debug', 'info', 'warn', 'error'] as const;

describe('a guarded logger', () => {
  it('passes lines of every level on, and whether they go anywhere', () => {
    const written: unknown[] = [];
    const keep =
      (level: LineLevel): Logger[LineLevel] =>
      (message, fields) =>
        void written.push([level, message, fields]);
    const logger = guardedLogger(
      {
        debug: keep('debug'),
        info: keep('info'),
        warn: keep('warn'),
        error: keep('error'),
        isEnabled: (level) => level === 'warn' || level === 'error',
      },
      () => undefined,
    );
    for (const level of levels) logger[level]('said', { level });
    expect(written).toEqual(levels.map((level) => [level, 'said', { level }]));
    expect(levels.map((level) => logger.isEnabled?.(level))).toEqual([false, false, true, true]);
  });

  it('takes every line where the logger says nothing of levels', () => {
    const { isEnabled: _, ...silent } = noopLogger;
    expect(guardedLogger(silent, () => undefined).isEnabled?.('debug')).toBe(true);
  });

  it.each<[string, () => unknown]>([
    [
      'a fault',
      () => {
        throw new Error('no level');
      },
    ],
    ['a promise', () => Promise.resolve(true)],
    ['a promise that rejects', () => Promise.reject(new Error('no level'))],
    ['nothing', () => undefined],
    ['a number', () => 1],
  ])('takes no line where the question is answered by %s, which is a fault once', async (_, answer) => {
    const faults: unknown[] = [];
    const isEnabled = answer as () => boolean;
    const logger = guardedLogger({ ...noopLogger, isEnabled }, (fault) => faults.push(fault));
    expect(levels.map((level) => logger.isEnabled?.(level))).toEqual([false, false, false, false]);
    await new Promise(setImmediate);
    expect(faults).toEqual([expect.any(Error)]);
  });
});
