import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Session } from '../../test/session.ts';
import { serviceSettings } from '../service-settings.ts';
import { changeSettings } from '../write-settings.ts';

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-config-'));
  file = join(directory, 'config', 'config.json');
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const config = async (words: readonly string[], env: Record<string, string> = {}) => {
  const session = new Session({ homeDirectory: directory, env: { TTA_UI_CONFIG: file, ...env } });
  const exitCode = await session.run('config', ...words);
  return { exitCode, out: session.stdout, err: session.stderr };
};

const write = (content: object) => {
  mkdirSync(join(directory, 'config'), { recursive: true });
  writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
};

const written = () => JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;

describe('tta-obs config', () => {
  it('shows each setting with where it comes from', async () => {
    write({ maxTraces: 5000, otlpPorts: [], token: 't'.repeat(16), port: 1 });
    const { exitCode, out } = await config(['--port', '9', '--keep-secrets'], { TTA_UI_HOST: 'localhost' });
    expect(exitCode).toBe(0);
    const rows = out.split('\n').map((line) => line.split(/ {2,}/));
    expect(rows.slice(0, 11)).toEqual([
      ['setting', 'value', 'from'],
      ['port', '9', '--port'],
      ['host', 'localhost', 'TTA_UI_HOST'],
      ['dbPath', join(directory, '.local/share/tta-obs/traces.db'), 'default'],
      ['otlpPorts', 'none', 'settings file'],
      ['retentionHours', '24', 'default'],
      ['maxTraces', '5000', 'settings file'],
      ['maxBytes', '1GiB', 'default'],
      ['token', 'set, and not shown', 'settings file'],
      ['durability', 'process', 'default'],
      ['keepSecrets', 'true', '--keep-secrets'],
    ]);
    expect(out).toContain(`\nsettings file: ${file}\n`);
    expect(out).not.toContain('tttt');
  });

  it('tells the same to programs', async () => {
    write({ maxTraces: 5000, token: 't'.repeat(16) });
    const { out } = await config(['--json'], { TTA_UI_PORT: '9' });
    const report = JSON.parse(out) as { file: unknown; settings: { name: string }[] };
    expect(report.file).toEqual({ path: file, exists: true });
    const byName = Object.fromEntries(report.settings.map(({ name, ...rest }) => [name, rest]));
    expect(byName).toMatchObject({
      port: { value: 9, isSet: true, source: 'variable', place: 'TTA_UI_PORT' },
      maxTraces: { value: 5000, isSet: true, source: 'file', place: file },
      token: { value: null, isSet: true, source: 'file', place: file },
      host: { value: '127.0.0.1', isSet: true, source: 'default', place: null },
    });
  });

  it('shows defaults where there is no file', async () => {
    const session = new Session({ homeDirectory: directory });
    expect(await session.run('config')).toBe(0);
    expect(session.stdout).toMatch(/\ntoken +none +default\n/);
    expect(session.stdout).toContain('config.json (there is none)\n');
  });

  it('tells where the file is', async () => {
    expect(await config(['path'])).toEqual({ exitCode: 0, out: `${file}\n`, err: '' });
    const other = join(directory, 'other.json');
    expect((await config(['path', '--config', other])).out).toBe(`${other}\n`);
  });

  it.each([
    ['maxTraces', '5000', 5000],
    ['retentionHours', '0.5', 0.5],
    ['maxBytes', '4GiB', '4GiB'],
    ['maxBytes', '4000000', 4_000_000],
    ['otlpPorts', '4318, 4317', [4318, 4317]],
    ['otlpPorts', 'none', []],
    ['keepSecrets', 'true', true],
    ['host', 'localhost', 'localhost'],
    ['durability', 'full', 'full'],
    ['dbPath', '/a/traces.db', '/a/traces.db'],
  ])('writes %s %s as the service reads it', async (name, text, value) => {
    const { exitCode, out } = await config(['set', name, text]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(new RegExp(`^${name} is .* in ${file}\\.\n$`));
    expect(written()).toEqual({ [name]: value });
    const read = serviceSettings(
      { config: file },
      { platform: 'linux', env: {}, homeDirectory: directory, terminal: { err: () => undefined } },
    );
    const asFlag = serviceSettings(
      { [name]: text },
      { platform: 'linux', env: {}, homeDirectory: directory, terminal: { err: () => undefined } },
    );
    expect(read).toEqual(asFlag);
  });

  it('seals the file, leaves nothing beside it, and keeps what else stands in it', async () => {
    write({ maxTraces: 1, retentionHours: 2 });
    const { out } = await config(['set', 'token', 's'.repeat(16)]);
    expect(out).toBe(`token is set in ${file}.\n`);
    expect(written()).toEqual({ maxTraces: 1, retentionHours: 2, token: 's'.repeat(16) });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(directory, 'config'))).toEqual(['config.json']);
  });

  it('takes a setting out of the file', async () => {
    write({ maxTraces: 1, retentionHours: 2 });
    expect((await config(['unset', 'maxTraces'])).out).toBe(`maxTraces is taken out of ${file}.\n`);
    expect(written()).toEqual({ retentionHours: 2 });
    expect((await config(['unset', 'maxTraces'])).out).toBe(`maxTraces is not set in ${file}.\n`);
  });

  it('takes out what no service knows', async () => {
    write({ maxTrace: 1 });
    expect((await config([])).exitCode).toBe(2);
    expect((await config(['unset', 'maxTrace'])).exitCode).toBe(0);
    expect(written()).toEqual({});
  });

  it('writes where a symbolic link leads', async () => {
    write({});
    const link = join(directory, 'link.json');
    symlinkSync(file, link);
    expect((await config(['set', 'port', '9', '--config', link])).exitCode).toBe(0);
    expect(written()).toEqual({ port: 9 });
    expect(readFileSync(link, 'utf8')).toContain('9');
  });

  it('writes where a symbolic link leads, also when nothing is there yet', async () => {
    const link = join(directory, 'link.json');
    symlinkSync('config/config.json', link);
    expect((await config(['set', 'port', '9', '--config', link])).exitCode).toBe(0);
    expect(written()).toEqual({ port: 9 });
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  it('loses no change of another that runs at the same time', () => {
    write({});
    changeSettings(file, (before) => {
      expect(() => changeSettings(file, () => ({ port: 8 }))).toThrow(
        `Another program is changing ${file}: try again, or remove ${file}.new if there is none.`,
      );
      return { ...before, port: 9 };
    });
    expect(written()).toEqual({ port: 9 });
  });

  it.each(['toString', '__proto__'])(
    'takes nothing out that only an object of JavaScript has: %s',
    async (name) => {
      write({ maxTraces: 1 });
      expect(await config(['unset', name])).toMatchObject({ exitCode: 2 });
      expect(written()).toEqual({ maxTraces: 1 });
    },
  );

  it('refuses what is no file, or never ends', async () => {
    const endless = '/dev/zero';
    expect((await config(['--config', endless])).err).toContain(
      '/dev/zero is too large for a settings file.',
    );
    expect((await config(['set', 'port', '9', '--config', endless])).err).toContain('/dev/zero is no file.');
  });

  it('says when a variable wins over what was written', async () => {
    const { err } = await config(['set', 'port', '9'], { TTA_UI_PORT: '10' });
    expect(err).toBe('tta-obs: TTA_UI_PORT is set, and wins over the file.\n');
  });

  it.each([
    [['set', 'maxTrace', '5'], 'Unknown setting "maxTrace". Did you mean "maxTraces"?'],
    [['unset', 'maxTrace'], 'Unknown setting "maxTrace". Did you mean "maxTraces"?'],
    [['set', 'maxTraces', '0'], 'maxTraces must be a whole number from 1 to 10000000, but is "0".'],
    [['set', 'token', 'short'], 'token must be 16 to 256 printable ASCII characters without blanks.'],
    [['unset'], 'tta-obs config unset <name>'],
    [['path', 'x'], 'tta-obs config path'],
    [['get', 'maxTraces'], 'There is no tta-obs config get. "tta-obs config" shows all settings.'],
    [['set', 'maxTraces'], 'The value is missing: tta-obs config set maxTraces <value>'],
    [['set'], 'The name of a setting is missing: tta-obs config set <name> <value>'],
    [['unset', 'a', 'b'], '"b" is too much: tta-obs config unset a'],
    [['sett', 'port', '9'], 'There is no tta-obs config sett. Did you mean "set"?'],
    [['--port', 'x'], '--port must be a whole number'],
  ])('refuses %j', async (words, message) => {
    write({});
    const { exitCode, err } = await config(words);
    expect(exitCode).toBe(2);
    expect(err).toContain(message);
    expect(written()).toEqual({});
  });

  it('leaves a file as it is that is wrong', async () => {
    mkdirSync(join(directory, 'config'));
    writeFileSync(file, '{ "port": ');
    expect(await config(['set', 'port', '9'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('is not JSON'),
    });
    writeFileSync(file, '{ "maxTraces": 0 }');
    expect((await config(['set', 'port', '9'])).err).toContain(`maxTraces in ${file} must be`);
    expect(written()).toEqual({ maxTraces: 0 });
  });

  it('says where it cannot write', async () => {
    writeFileSync(join(directory, 'config'), '');
    const { exitCode, err } = await config(['set', 'port', '9']);
    expect(exitCode).toBe(1);
    expect(err).toMatch(/^tta-obs: The settings file .* cannot be written \((ENOTDIR|EEXIST)\)\.\n$/);
    expect(existsSync(file)).toBe(false);
  });
});
