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

  it('takes no line where the question is answered by a fault, which is kept from the run', () => {
    const faults: unknown[] = [];
    const error = new Error('no level');
    const isEnabled = (): never => {
      throw error;
    };
    const logger = guardedLogger({ ...noopLogger, isEnabled }, (fault) => faults.push(fault));
    expect(logger.isEnabled?.('debug')).toBe(false);
    expect(faults).toEqual([error]);
  });
});
