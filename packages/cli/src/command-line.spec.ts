import { describe, expect, it } from '@jest/globals';
import { parseCommandLine } from './command-line.ts';
import { COMMANDS } from './commands/all-commands.ts';
import { generalHelp } from './help.ts';
import { nearestName } from './nearest-name.ts';
import { traceIdOf } from './trace-id.ts';

/** What is read, with the names of commands in place of them. */
function read(args: readonly string[]) {
  const line = parseCommandLine(args);
  if (line.kind === 'help') return { help: line.topic?.name ?? 'all' };
  if (line.kind === 'version') return 'version';
  const { flags, positionals, program } = line.words;
  return {
    command: line.command.name,
    ...(Object.keys(flags).length > 0 && { flags }),
    ...(positionals.length > 0 && { positionals }),
    ...(program.length > 0 && { program }),
  };
}

describe('parseCommandLine', () => {
  it.each([
    [[], { help: 'all' }],
    [['--help'], { help: 'all' }],
    [['help', 'run'], { help: 'run' }],
    [['trace', '-h'], { help: 'trace' }],
    [['--version'], 'version'],
    [['start'], { command: 'start' }],
    [
      ['start', '--port', '1', '--host=::1', '--db-path', 'a.db'],
      { command: 'start', flags: { port: '1', host: '::1', dbPath: 'a.db' } },
    ],
    [
      ['run', '--exit', '--', 'node', 'app.js', '--exit', '--', 'x'],
      { command: 'run', flags: { exit: true }, program: ['node', 'app.js', '--exit', '--', 'x'] },
    ],
    [['trace'], { command: 'trace' }],
    [['trace', '--logs'], { command: 'trace', flags: { logs: true } }],
    [
      ['start', '--max-bytes', '1GiB', '--otlp-ports=none', '--keep-secrets', '--config', 'a.json'],
      {
        command: 'start',
        flags: { maxBytes: '1GiB', otlpPorts: 'none', keepSecrets: true, config: 'a.json' },
      },
    ],
    [['run', '--token', 't', '--', 'x'], { command: 'run', flags: { token: 't' }, program: ['x'] }],
    [['cleanup', '--preview', '--json'], { command: 'cleanup', flags: { preview: true, json: true } }],
    [['pin', 'latest'], { command: 'pin', positionals: ['latest'] }],
    [['unpin', 'AB'.repeat(16)], { command: 'unpin', positionals: ['AB'.repeat(16)] }],
    [
      ['backup', 'copy.db', '--db-path', 'a.db'],
      { command: 'backup', flags: { dbPath: 'a.db' }, positionals: ['copy.db'] },
    ],
  ])('reads %j', (args, expected) => {
    expect(read(args)).toEqual(expected);
  });

  it.each([
    [['strat'], 'Unknown command "strat". Did you mean "start"? See tta-obs --help.'],
    [['help', 'trcae'], 'Unknown command "trcae". Did you mean "trace"? See tta-obs --help.'],
    [['--help', 'nonsense'], 'Unknown command "nonsense". See tta-obs --help.'],
    [['frobnicate'], 'Unknown command "frobnicate". See tta-obs --help.'],
    [['start', '--prot', '1'], 'Unknown flag "--prot". Did you mean "--port"? See tta-obs start --help.'],
    [['start', '--constructor'], 'Unknown flag "--constructor". See tta-obs start --help.'],
    [['start', '--logs'], 'Unknown flag "--logs". See tta-obs start --help.'],
    [['start', '--port'], '--port needs a value.'],
    [['start', '--port', '--host', 'x'], '--port needs a value.'],
    [['run', '--exit=1', '--', 'x'], '--exit takes no value.'],
    [['run', 'node', 'app.js'], 'Put "--" before the command: tta-obs run [--exit] -- node app.js'],
    [['run', '--'], 'Put "--" before the command: tta-obs run [--exit] -- node app.js'],
    [['pin'], 'Something is missing: tta-obs pin <id|latest>'],
    [['backup'], 'Something is missing: tta-obs backup <file>'],
    [['backup', 'a', 'b'], '"b" is too much: see tta-obs backup --help.'],
    [['cleanup', 'all'], '"all" is too much: see tta-obs cleanup --help.'],
    [['cleanup', '--max-traces', '1'], 'Unknown flag "--max-traces". See tta-obs cleanup --help.'],
    [['start', '--keep-secrets=no'], '--keep-secrets takes no value.'],
    [['start', 'now'], '"now" is too much: see tta-obs start --help.'],
    [
      ['traces', '-service:web', '--json'],
      `A query that begins with "-" needs "--" before it: tta-obs traces -- '-service:web'`,
    ],
    [['tail', '-has:x'], `A query that begins with "-" needs "--" before it: tta-obs tail -- '-has:x'`],
    [['traces', '-n', '5'], 'Unknown flag "-n". See tta-obs traces --help.'],
    [['trace', '-service:web'], 'Unknown flag "-s".'],
    [['pin', ''], 'Something is missing: tta-obs pin <id|latest>'],
  ])('refuses %j', (args, message) => {
    expect(() => parseCommandLine(args)).toThrow(message);
  });
});

describe('COMMANDS', () => {
  it.each(COMMANDS.map((command) => [command.name, command] as const))(
    '%s tells how it is used',
    (name, command) => {
      expect(command.help).toMatch(
        new RegExp(`^tta-obs ${name} – [^]+\\nUsage\\n  tta-obs ${name}\\b[^]+\\nExit codes\\n  [^]+\\n$`),
      );
      const untold = Object.keys(command.flags).filter((flag) => !command.help.includes(`  --${flag} `));
      expect(untold).toEqual([]);
      expect(command.help.split('\n').filter((line) => line.length > 80)).toEqual([]);
    },
  );

  it('are all in the general help, in lines that fit', () => {
    const help = generalHelp();
    expect(COMMANDS.filter(({ name }) => !help.includes(name)).map(({ name }) => name)).toEqual([]);
    expect(help.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});

describe('traceIdOf', () => {
  it('takes hex digits in either case, and latest', () => {
    expect([traceIdOf('AB'.repeat(16)), traceIdOf('latest')]).toEqual(['ab'.repeat(16), 'latest']);
  });

  it.each(['xyz', 'ab', 'ab'.repeat(17)])('refuses %s', (text) => {
    expect(() => traceIdOf(text)).toThrow(
      `"${text}" is not a trace id: give its 32 hex digits, the first 8 or more of them, or "latest".`,
    );
  });
});

describe('nearestName', () => {
  it.each([
    ['rnu', 'run'],
    ['tr', 'trace'],
    ['starrt', 'start'],
    ['zzz', undefined],
  ])('takes %s for %s', (name, expected) => {
    expect(nearestName(name, ['start', 'run', 'trace'])).toBe(expected);
  });
});
