import { describe, expect, it } from '@jest/globals';
import { ManualClock, seededRandom } from '@tta/obs-context/manual';
import { createLogger, type LoggerOptions, type StructuredLogger } from './create-logger.ts';

function sampled(sampling: NonNullable<LoggerOptions['sampling']>, clock = new ManualClock()) {
  const lines: Record<string, unknown>[] = [];
  const logger: StructuredLogger = createLogger({
    stream: { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
    level: 'debug',
    sampling,
    clock,
    random: seededRandom(7),
  });
  return { lines, logger, clock };
}

const times = (count: number, run: (index: number) => void): void => {
  for (let index = 0; index < count; index++) run(index);
};

describe('sampling of log lines', () => {
  it('writes the first of those that are alike, then every so-many-th, and says how many it left out', () => {
    const { lines, logger } = sampled({ perKey: { first: 2, thenEvery: 10 } });
    times(32, () => logger.info('busy', { own: 1 }));
    expect(lines.map((line) => line['sampled.dropped'])).toEqual([undefined, undefined, 9, 9, 9]);
    expect(lines.every((line) => line['own'] === 1)).toBe(true);
    expect(logger.counts().sampled).toBe(27);
  });

  it('begins anew with each period', async () => {
    const { lines, logger, clock } = sampled({ perKey: { first: 1, thenEvery: 0, perMs: 500 } });
    times(10, () => logger.info('busy'));
    await clock.advance(499);
    logger.info('busy');
    expect(lines).toHaveLength(1);
    await clock.advance(1);
    logger.info('busy');
    expect(lines.at(-1)).toMatchObject({ 'sampled.dropped': 10 });
  });

  it('has periods of a second by default', async () => {
    const { lines, logger, clock } = sampled({ perKey: { first: 1, thenEvery: 0 } });
    times(2, () => logger.info('busy'));
    await clock.advance(1_000);
    logger.info('busy');
    expect(lines).toHaveLength(2);
  });

  it('takes lines of another level or message for others', () => {
    const { lines, logger } = sampled({ perKey: { first: 1, thenEvery: 0 } });
    times(3, () => {
      logger.info('a');
      logger.warn('a');
      logger.info('b');
      logger.child({ c: 1 }).info('a');
    });
    expect(lines.map(({ level, message }) => `${String(level)} ${String(message)}`)).toEqual([
      'info a',
      'warn a',
      'info b',
    ]);
  });

  it('takes for alike what a key says', () => {
    const { lines, logger } = sampled({
      perKey: { first: 1, thenEvery: 0, key: (level, message) => `${level}${message.split(' ')[0]}` },
    });
    times(5, (index) => logger.info(`user ${index}`));
    expect(lines).toHaveLength(1);
  });

  it('never leaves out errors', () => {
    const { lines, logger } = sampled({ rate: 0, perKey: { first: 0, thenEvery: 0 } });
    const failing = logger.child({ cause: new Error('x') });
    times(3, () => {
      logger.error('failed');
      logger.warn('failed', { error: 'why' });
      logger.info('failed', { err: 'why' });
      logger.debug('failed', { reason: new Error('why') });
      failing.info('failed');
      logger.info('fine', { error: undefined });
      logger.info('fine', { error: null });
      failing.info('fine', { cause: 'none' });
    });
    expect(lines.filter(({ message }) => message === 'failed')).toHaveLength(15);
    expect(lines.filter(({ message }) => message === 'fine')).toHaveLength(0);
  });

  it('writes a share of all lines', () => {
    const { lines, logger } = sampled({ rate: 0.25 });
    times(4_000, () => logger.info('m'));
    expect(lines.length / 4_000).toBeCloseTo(0.25, 1);
    const told = lines.reduce((sum, line) => sum + Number(line['sampled.dropped'] ?? 0), 0);
    expect(4_000 - lines.length - told).toBeLessThan(40);
    expect(logger.counts().sampled).toBe(4_000 - lines.length);
  });

  it('writes all or none with the rates 1 and 0', () => {
    const { lines, logger } = sampled({ rate: 1 });
    times(10, () => logger.info('m'));
    expect(lines).toHaveLength(10);
    expect(sampled({ rate: 0 }).logger.info('m')).toBeUndefined();
  });

  it('remembers a bounded number of keys, and tells what it left out under those it forgot', () => {
    const { lines, logger } = sampled({ perKey: { first: 1, thenEvery: 0 } });
    times(4, () => logger.info('early'));
    times(1_000, (index) => logger.info(`m${index}`));
    expect(lines.at(-1)).toMatchObject({ message: 'm999', 'sampled.dropped': 3 });
    logger.info('next');
    expect(lines.at(-1)).not.toHaveProperty(['sampled.dropped']);
    logger.info('early');
    expect(lines.at(-1)).toMatchObject({ message: 'early' });
  });

  it('forgets keys that were not used for long first', () => {
    const { lines, logger } = sampled({ perKey: { first: 1, thenEvery: 0, perMs: 60_000 } });
    times(20, (round) => {
      logger.info('hot');
      times(999, (index) => logger.info(`m${round} ${index}`));
    });
    expect(lines.filter(({ message }) => message === 'hot')).toHaveLength(1);
  });

  it('takes long messages that differ behind their beginning for others', () => {
    const { lines, logger } = sampled({ perKey: { first: 1, thenEvery: 0 } });
    times(10, (index) => logger.info(`${'x'.repeat(300)}${index % 5}`));
    expect(lines).toHaveLength(5);
  });

  it.each([
    [
      'fails',
      () => {
        throw new Error('no');
      },
    ],
    ['gives no string', () => 5 as unknown as string],
  ])('takes level and message for the key where the key %s', (_what, key) => {
    const { lines, logger } = sampled({ perKey: { first: 1, thenEvery: 0, key } });
    times(2, () => logger.info('a'));
    logger.warn('a');
    logger.info('b');
    expect(lines).toHaveLength(3);
    expect(logger.counts()).toMatchObject({ sampled: 1, unwritten: 0 });
  });

  it('tells what it left out again when the line that told of it did not arrive', () => {
    const lines: Record<string, unknown>[] = [];
    const stream = {
      writableLength: 0,
      write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>),
    };
    const logger = createLogger({ stream, sampling: { perKey: { first: 1, thenEvery: 5 } } });
    times(5, () => logger.info('m'));
    stream.writableLength = 2_000_000;
    logger.info('m');
    stream.writableLength = 0;
    times(5, () => logger.info('m'));
    expect(lines.map((line) => line['sampled.dropped'])).toEqual([undefined, undefined, 8]);
  });

  it('does not count lines below the level', () => {
    const { logger } = sampled({ rate: 0 });
    const quiet = createLogger({ stream: { write: () => 0 }, sampling: { rate: 0 }, level: 'warn' });
    quiet.info('m');
    logger.debug('m');
    expect([quiet.counts().sampled, logger.counts().sampled]).toEqual([0, 1]);
  });
});
