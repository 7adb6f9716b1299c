import { once } from 'node:events';
import { createServer, connect, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tta/obs-context/manual';
import { createLogger } from './create-logger.ts';

describe('a stream of log lines', () => {
  it('may throw', () => {
    let isBroken = true;
    let text = '';
    const stream = {
      write(line: string) {
        if (isBroken) throw new Error('no');
        text += line;
      },
    };
    const logger = createLogger({ stream });
    logger.info('one');
    logger.info('two');
    expect(logger.counts()).toEqual({ sampled: 0, unwritten: 2, unbridged: 0 });
    isBroken = false;
    logger.info('three');
    const lines = text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as object);
    expect(lines).toMatchObject([
      { level: 'warn', message: 'log lines are missing: the stream did not take them', count: 2 },
      { message: 'three' },
    ]);
  });

  it('may be closed by its reader', async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket: Socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const logger = createLogger({ stream: socket });
    const sameStream = createLogger({ stream: socket });
    expect(socket.listenerCount('error')).toBe(1);
    const closed = new Promise((resolve) => socket.on('close', resolve));
    const write = setInterval(() => logger.info('m'), 1);
    await closed;
    clearInterval(write);
    logger.info('late');
    sameStream.info('late');
    expect(logger.counts().unwritten).toBeGreaterThan(0);
    expect(sameStream.counts().unwritten).toBe(1);
    server.close();
  });

  it('may say later that it failed', () => {
    let fail = (): void => {};
    const stream = {
      write: (_text: string, done?: (error: Error) => void) => (fail = () => done?.(new Error('EPIPE'))),
    };
    const logger = createLogger({ stream });
    logger.info('m');
    expect(logger.counts().unwritten).toBe(0);
    fail();
    expect(logger.counts().unwritten).toBe(1);
  });

  it('may be slow: what waits in it is bounded, and what is missing is told', () => {
    let release = (): void => {};
    let isBlocked = true;
    const texts: string[] = [];
    const stream = new Writable({
      decodeStrings: false,
      write(text, _encoding, done) {
        texts.push(String(text));
        if (isBlocked) release = done;
        else done();
      },
    });
    const logger = createLogger({ stream });
    const long = 'x'.repeat(10_000);
    for (let i = 0; i < 500; i++) logger.info(long);
    expect(stream.writableLength).toBeGreaterThan(1_000_000);
    expect(stream.writableLength).toBeLessThan(1_048_576 + 11_000);
    const { unwritten } = logger.counts();
    expect(unwritten).toBeGreaterThan(390);
    expect(unwritten + texts.length).toBeLessThan(500);
    isBlocked = false;
    release();
    logger.info('last');
    expect(texts.at(-2)).toContain(`"count":${unwritten}`);
    expect(texts.at(-1)).toContain('last');
  });

  it('has its line before the call returns', () => {
    const lines: string[] = [];
    const logger = createLogger({ stream: { write: (line) => lines.push(line) } });
    for (let i = 1; i <= 100; i++) {
      logger.info('m');
      expect(lines).toHaveLength(i);
    }
  });

  it('may log itself', () => {
    const lines: string[] = [];
    const logger = createLogger({
      stream: {
        write(line) {
          lines.push(line);
          if (lines.length < 3) logger.info('inner');
        },
      },
    });
    logger.info('outer');
    expect(lines).toHaveLength(3);
  });

  it('is flushed once it has written what waited in it', async () => {
    let release = (): void => {};
    let written = 0;
    const stream = new Writable({
      write(_text, _encoding, done) {
        release = () => {
          written++;
          done();
        };
      },
    });
    // The limit is never reached.
    const logger = createLogger({ stream, clock: new ManualClock() });
    await logger.flush();
    logger.info('one');
    logger.info('two');
    const flushed = Promise.all([logger.flush(), logger.flush()]).then(() => written);
    logger.info('late');
    for (let i = 0; i < 2; i++) {
      release();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect(flushed).resolves.toBe(2);
    stream.destroy();
    await logger.flush();
  });

  it('is flushed when it says nothing of what waits, and at the limit when it hangs', async () => {
    await createLogger({ stream: { write: () => true } }).flush();
    const clock = new ManualClock();
    const logger = createLogger({ clock, stream: { writableLength: 1, write: () => true } });
    logger.info('m');
    let isFlushed = false;
    const flushed = logger.flush().then(() => (isFlushed = true));
    await clock.advance(2_999);
    expect(isFlushed).toBe(false);
    await clock.advance(1);
    await flushed;
    const short = logger.flush(10);
    await clock.advance(10);
    await expect(short).resolves.toBeUndefined();
  });
});
