import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readSettingsFile, usualSettingsPath } from './settings-file.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-settings-'));
  path = join(directory, 'service.json');
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const user = () => ({ platform: 'linux' as const, env: {}, homeDirectory: directory });

function read(text: string) {
  writeFileSync(path, text, { mode: 0o600 });
  return readSettingsFile(path, user());
}

describe('readSettingsFile', () => {
  it('reads every setting, as JSON values or as the text of a flag', () => {
    const settings = {
      port: 1234,
      host: 'localhost',
      dbPath: 'data/traces.db',
      otlpPorts: [4318, 1],
      retentionHours: 0.5,
      maxTraces: '5000',
      maxBytes: '2GiB',
      token: 'x'.repeat(16),
      durability: 'full',
      keepSecrets: true,
    };
    expect(read(JSON.stringify(settings)).values).toEqual({
      ...settings,
      dbPath: join(directory, 'data/traces.db'),
      maxTraces: 5000,
      maxBytes: 2 * 1024 ** 3,
    });
    expect(read('{ "otlpPorts": [] }').values).toEqual({ otlpPorts: [] });
    expect(read('{ "otlpPorts": 4318 }').values).toEqual({ otlpPorts: [4318] });
  });

  it('is found at its usual place, and may be missing there', () => {
    expect(readSettingsFile(undefined, user())).toEqual({ values: {}, notices: [] });
    const usual = usualSettingsPath(user());
    mkdirSync(dirname(usual), { recursive: true });
    writeFileSync(usual, '{ "maxTraces": 3 }');
    expect(readSettingsFile(undefined, user()).values).toEqual({ maxTraces: 3 });
    expect(() => readSettingsFile(path, user())).toThrow(
      `The settings file ${path} cannot be read (ENOENT).`,
    );
  });

  it.each([
    [
      '{ "maxTrace": 5 }',
      'Unknown setting "maxTrace" in PATH. Did you mean "maxTraces"? There are port, host,',
    ],
    ['{ "constructor": 5 }', 'Unknown setting "constructor" in PATH. There are port, host,'],
    ['{ "maxTraces": 0 }', 'maxTraces in PATH must be a whole number from 1 to 10000000, but is "0".'],
    ['{ "maxTraces": null }', 'maxTraces in PATH must be a whole number from 1 to 10000000, but is null.'],
    ['{ "port": {} }', 'port in PATH must be a whole number from 0 to 65535, but is {}.'],
    ['{ "maxTraces": ["5"] }', 'maxTraces in PATH must be a whole number from 1 to 10000000, but is ["5"].'],
    ['{ "maxTraces": true }', 'maxTraces in PATH must be a whole number from 1 to 10000000, but is true.'],
    ['{ "dbPath": null }', 'dbPath in PATH must be the path of a file, as text in quotes, but is null.'],
    [
      '{ "dbPath": {"a":1} }',
      'dbPath in PATH must be the path of a file, as text in quotes, but is {"a":1}.',
    ],
    ['{ "dbPath": "" }', 'dbPath in PATH must be the path of a file, but is "".'],
    ['{ "host": null }', 'host in PATH must be a name or address, as text in quotes, but is null.'],
    ['{ "keepSecrets": 1 }', 'keepSecrets in PATH must be true or false, but is 1.'],
    [
      '{ "otlpPorts": [[4318]] }',
      'otlpPorts in PATH must be up to 8 port numbers such as 4318,4317, or none, but',
    ],
    [
      '{ "otlpPorts": null }',
      'otlpPorts in PATH must be up to 8 port numbers such as 4318,4317, or none, but',
    ],
    [
      '{ "token": 12345678901234567890 }',
      'token in PATH must be 16 to 256 printable ASCII characters without blanks, as text in quotes.',
    ],
    ['{ "keepSecrets": "maybe" }', 'keepSecrets in PATH must be true or false, but is "maybe".'],
    ['[]', 'PATH must hold an object such as { "maxTraces": 5000 }.'],
    ['null', 'PATH must hold an object'],
    ['', 'PATH is not JSON'],
  ])('refuses %s', (text, message) => {
    expect(() => read(text)).toThrow(message.replace('PATH', path));
  });

  it('says where it is no JSON, and shows nothing of it', () => {
    const failed = () => read('{\n  "maxTraces": 5,\n  "token": "sesame-sesame-sesame",,\n}');
    expect(failed).toThrow(`${path} is not JSON`);
    expect(failed).not.toThrow('sesame');
  });

  it('warns when others may read a token', () => {
    writeFileSync(path, `{ "token": "${'x'.repeat(16)}" }`);
    chmodSync(path, 0o640);
    expect(readSettingsFile(path, user()).notices).toEqual([
      `${path} holds a token, and others may read it: chmod 600 ${path}`,
    ]);
    expect(readSettingsFile(path, { ...user(), platform: 'win32' }).notices).toEqual([]);
    chmodSync(path, 0o600);
    expect(readSettingsFile(path, user()).notices).toEqual([]);
    writeFileSync(path, '{ "maxTraces": 5 }');
    chmodSync(path, 0o644);
    expect(readSettingsFile(path, user()).notices).toEqual([]);
  });
});

describe('usualSettingsPath', () => {
  it.each([
    ['linux', {}, '/home/ada/.config/tta-obs/config.json'],
    ['linux', { XDG_CONFIG_HOME: '/config' }, '/config/tta-obs/config.json'],
    ['linux', { XDG_CONFIG_HOME: 'relative' }, '/home/ada/.config/tta-obs/config.json'],
    ['darwin', {}, '/home/ada/Library/Application Support/tta-obs/config.json'],
    ['win32', { APPDATA: 'C:\\Roaming' }, 'C:\\Roaming\\tta-obs\\config.json'],
    ['win32', {}, '\\home\\ada\\AppData\\Roaming\\tta-obs\\config.json'],
  ] as const)('is on %s with %j: %s', (platform, env, expected) => {
    expect(usualSettingsPath({ platform, env, homeDirectory: '/home/ada' })).toBe(expected);
  });
});
