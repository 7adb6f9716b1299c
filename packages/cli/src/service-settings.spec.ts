import { describe, expect, it } from '@jest/globals';
import { dataDirectory } from './data-directory.ts';
import { serviceSettings } from './service-settings.ts';

const surroundings = (env: Record<string, string>) => ({
  platform: 'linux' as const,
  env,
  homeDirectory: '/home/ada',
});

describe('serviceSettings', () => {
  it('has defaults', () => {
    expect(serviceSettings({}, surroundings({ TTA_UI_PORT: '' }))).toEqual({
      host: '127.0.0.1',
      port: 8765,
      databasePath: '/home/ada/.local/share/tta-obs/traces.db',
      maxTraces: 1000,
      retentionHours: 24,
    });
  });

  it('reads the environment, and lets flags win', () => {
    const env = {
      TTA_UI_PORT: '1',
      TTA_UI_HOST: 'localhost',
      TTA_UI_DB_PATH: '/a.db',
      TTA_UI_MAX_TRACES: '5',
      TTA_UI_RETENTION_HOURS: '0.5',
    };
    expect(serviceSettings({ port: '2', dbPath: '/b.db' }, surroundings(env))).toEqual({
      host: 'localhost',
      port: 2,
      databasePath: '/b.db',
      maxTraces: 5,
      retentionHours: 0.5,
    });
  });

  it.each([
    [{ port: 'abc' }, {}, '--port must be a whole number from 0 to 65535, but is "abc".'],
    [{}, { TTA_UI_PORT: '70000' }, 'TTA_UI_PORT must be a whole number from 0 to 65535, but is "70000".'],
    [
      {},
      { TTA_UI_MAX_TRACES: '0' },
      'TTA_UI_MAX_TRACES must be a whole number from 1 to 10000000, but is "0".',
    ],
    [{}, { TTA_UI_RETENTION_HOURS: '-1' }, 'TTA_UI_RETENTION_HOURS must be a number of hours above 0'],
  ])('refuses %j with %j', (flags, env, message) => {
    expect(() => serviceSettings(flags, surroundings(env as Record<string, string>))).toThrow(message);
  });
});

describe('dataDirectory', () => {
  it.each([
    ['linux', {}, '/home/ada/.local/share/tta-obs'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/data/tta-obs'],
    ['linux', { XDG_DATA_HOME: 'relative' }, '/home/ada/.local/share/tta-obs'],
    ['darwin', {}, '/home/ada/Library/Application Support/tta-obs'],
    ['win32', { LOCALAPPDATA: 'C:\\Local' }, 'C:\\Local\\tta-obs'],
    ['win32', {}, '\\home\\ada\\AppData\\Local\\tta-obs'],
  ] as const)('is on %s with %j: %s', (platform, env, expected) => {
    expect(dataDirectory({ platform, env, homeDirectory: '/home/ada' })).toBe(expected);
  });
});
