import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from './logger.ts';
import { startServer } from './server.ts';
import { checkServerOptions, type ServerOptions } from './server-options.ts';

const databasePath = 'traces.db';

describe('checkServerOptions', () => {
  it.each<readonly [string, Partial<Record<keyof ServerOptions, unknown>>, string]>([
    ['no path', { databasePath: undefined }, 'databasePath must be the path of a file, but is undefined.'],
    ['an empty path', { databasePath: '' }, "databasePath must be the path of a file, but is ''."],
    ['a path with a zero', { databasePath: 'a\0b' }, 'databasePath must be the path of a file'],
    ['a number for a host', { host: 5 }, 'host must be a name or address, but is 5.'],
    ['an address with a scheme', { host: 'http://x' }, "host must be a name or address, but is 'http://x'."],
    ['a text for a port', { port: 'abc' }, "port must be a whole number from 0 to 65535, but is 'abc'."],
    ['a port beyond the last', { port: 65_536 }, 'port must be a whole number from 0 to 65535'],
    ['one port for a list', { otlpPorts: 4318 }, 'otlpPorts must be a list of up to 8 port numbers'],
    [
      'a text in the list',
      { otlpPorts: ['x'] },
      "otlpPorts must be a list of up to 8 port numbers, but is [ 'x' ].",
    ],
    ['nine ports', { otlpPorts: [1, 2, 3, 4, 5, 6, 7, 8, 9] }, 'otlpPorts must be a list of up to 8'],
    ['a number for a folder', { pageDir: 1 }, 'pageDir must be the path of a folder, but is 1.'],
    [
      'fewer traces than one',
      { maxTraces: -1 },
      'maxTraces must be a whole number from 1 to 10000000, but is -1.',
    ],
    ['half a trace', { maxTraces: 1.5 }, 'maxTraces must be a whole number from 1 to 10000000, but is 1.5.'],
    ['too many traces', { maxTraces: 10_000_001 }, 'maxTraces must be'],
    [
      'no hours',
      { retentionHours: 0 },
      'retentionHours must be a number of hours above 0, at most 100000, but is 0.',
    ],
    ['what is no number', { retentionHours: NaN }, 'retentionHours must be a number of hours above 0'],
    ['too many hours', { retentionHours: 100_001 }, 'retentionHours must be a number of hours above 0'],
    [
      'a text for bytes',
      { maxBytes: '1GiB' },
      "maxBytes must be a whole number of bytes, at least 1000000, but is '1GiB'.",
    ],
    [
      'few bytes',
      { maxBytes: 999_999 },
      'maxBytes must be a whole number of bytes, at least 1000000, but is 999999.',
    ],
    ['no end of bytes', { maxBytes: Infinity }, 'maxBytes must be a whole number of bytes'],
    ['another durability', { durability: 'foo' }, "durability must be 'process' or 'full', but is 'foo'."],
    ['a text for a flag', { redactSecrets: 'no' }, "redactSecrets must be true or false, but is 'no'."],
    [
      'null for a logger',
      { logger: null },
      'logger must be an object with the functions warn and error, but is null.',
    ],
    [
      'half a logger',
      { logger: { warn: () => 0 } },
      'logger must be an object with the functions warn and error',
    ],
  ])('refuses %s', (_, options, message) => {
    const check = () => checkServerOptions({ databasePath, ...options });
    expect(check).toThrow(message);
    expect(check).toThrow(expect.objectContaining({ name: 'ServiceError', code: 'OBS_ERR_INVALID_OPTION' }));
  });

  it.each([{}, { databasePath: 'traces.db', maxTrace: 5 }, { port: 8765 }, 'traces.db', null, undefined])(
    'refuses %j, which lacks what is needed or has what is not known',
    (options) => {
      expect(() => checkServerOptions(options)).toThrow(
        expect.objectContaining({ code: 'OBS_ERR_INVALID_OPTION' }),
      );
    },
  );

  it('names the options to who asks for another', () => {
    expect(() => checkServerOptions({ databasePath, maxTrace: 5 })).toThrow(
      /^There is no option 'maxTrace': use some of databasePath, host, port, .*maxTraces, .*logger\.$/,
    );
  });

  it('does not show a token, nor all of a long text', () => {
    expect(() => checkServerOptions({ databasePath, token: 123_456_789 })).toThrow(
      /^token must be a text\.$/,
    );
    const host = ' x'.repeat(1000);
    expect(() => checkServerOptions({ databasePath, host })).toThrow(/^.{0,200}$/);
  });

  it('takes the least and the most of each, and undefined for what is left out', () => {
    const least: ServerOptions = {
      databasePath,
      host: '::',
      port: 0,
      otlpPorts: [],
      token: '',
      pageDir: '.',
      maxTraces: 1,
      retentionHours: 0.001,
      maxBytes: 1_000_000,
      durability: 'process',
      redactSecrets: false,
      logger: silentLogger,
    };
    const most = {
      ...least,
      port: 65_535,
      otlpPorts: [0, 4318, 4317, 1, 2, 3, 4, 65_535],
      maxTraces: 10_000_000,
      retentionHours: 100_000,
      maxBytes: Number.MAX_SAFE_INTEGER,
      durability: 'full',
    };
    for (const options of [least, most, { databasePath, port: undefined, token: undefined }]) {
      expect(() => checkServerOptions(options)).not.toThrow();
    }
  });
});

describe('startServer', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tta-options-'));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it('rejects what makes no sense before it touches anything', async () => {
    const options = { port: 0, databasePath: join(directory, 'traces.db'), maxTraces: -1 };
    await expect(startServer(options)).rejects.toMatchObject({
      code: 'OBS_ERR_INVALID_OPTION',
      message: 'maxTraces must be a whole number from 1 to 10000000, but is -1.',
    });
    expect(readdirSync(directory)).toEqual([]);
  });
});
