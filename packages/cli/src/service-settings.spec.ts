import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { dataDirectory } from './data-directory.ts';
import { serviceSettings } from './service-settings.ts';

const surroundings = (env: Record<string, string>) => ({
  platform: 'linux' as const,
  env,
  homeDirectory: '/home/ada',
  terminal: { err: () => undefined },
});

const defaults = {
  host: '127.0.0.1',
  port: 8765,
  databasePath: '/home/ada/.local/share/tta-obs/traces.db',
  isDatabaseNamed: false,
  otlpPorts: [4318, 4317],
  maxTraces: 1000,
  retentionHours: 24,
  maxBytes: 1024 ** 3,
  durability: 'process',
  redactSecrets: true,
};

describe('serviceSettings', () => {
  it('has defaults', () => {
    expect(serviceSettings({}, surroundings({ TTA_UI_PORT: '' }))).toEqual(defaults);
  });

  it('takes no further ports beside any free one', () => {
    expect(serviceSettings({ port: '0' }, surroundings({})).otlpPorts).toEqual([]);
    expect(serviceSettings({}, surroundings({ TTA_UI_PORT: '0' })).otlpPorts).toEqual([]);
    expect(serviceSettings({ port: '0', otlpPorts: '9' }, surroundings({})).otlpPorts).toEqual([9]);
  });

  it('reads the environment, and lets flags win', () => {
    const env = {
      TTA_UI_PORT: '1',
      TTA_UI_HOST: 'localhost',
      TTA_UI_DB_PATH: '/a.db',
      TTA_UI_MAX_TRACES: '5',
      TTA_UI_RETENTION_HOURS: '0.5',
      TTA_UI_MAX_BYTES: '500MB',
      TTA_UI_OTLP_PORTS: 'none',
      TTA_UI_TOKEN: 'x'.repeat(16),
      TTA_UI_DURABILITY: 'full',
      TTA_UI_KEEP_SECRETS: 'true',
    };
    const flags = { port: '2', dbPath: '/b.db', otlpPorts: '3' };
    expect(serviceSettings(flags, surroundings(env))).toEqual({
      host: 'localhost',
      port: 2,
      databasePath: '/b.db',
      isDatabaseNamed: true,
      otlpPorts: [3],
      maxTraces: 5,
      retentionHours: 0.5,
      maxBytes: 500_000_000,
      token: 'x'.repeat(16),
      durability: 'full',
      redactSecrets: false,
    });
  });

  it('lets variables win over the file, and the flag that names one over the variable', () => {
    const directory = mkdtempSync(join(tmpdir(), 'tta-service-settings-'));
    const [first, second] = [join(directory, '1.json'), join(directory, '2.json')];
    writeFileSync(first, '{ "maxTraces": 1, "retentionHours": 1 }');
    writeFileSync(second, `{ "maxTraces": 2, "token": "${'y'.repeat(16)}" }`, { mode: 0o644 });
    const said: string[] = [];
    const terminal = { err: (text: string) => void said.push(text) };
    const env = { TTA_UI_CONFIG: first, TTA_UI_RETENTION_HOURS: '9' };
    expect(serviceSettings({}, { ...surroundings(env), terminal })).toMatchObject({
      maxTraces: 1,
      retentionHours: 9,
    });
    expect(said).toEqual([]);
    expect(serviceSettings({ config: second }, { ...surroundings(env), terminal })).toMatchObject({
      maxTraces: 2,
      retentionHours: 9,
      token: 'y'.repeat(16),
    });
    expect(said).toEqual([`tta-obs: ${second} holds a token, and others may read it: chmod 600 ${second}\n`]);
    rmSync(directory, { recursive: true });
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
