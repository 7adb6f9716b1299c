import { describe, expect, it } from '@jest/globals';
import { parseCommandLine } from './command-line.ts';
import { nearestName } from './nearest-name.ts';

describe('parseCommandLine', () => {
  it.each([
    [[], { command: 'help' }],
    [['--help'], { command: 'help' }],
    [['help', 'run'], { command: 'help', topic: 'run' }],
    [['trace', '-h'], { command: 'help', topic: 'trace' }],
    [['--version'], { command: 'version' }],
    [['start'], { command: 'start', flags: {} }],
    [
      ['start', '--port', '1', '--host=::1', '--db-path', 'a.db'],
      { command: 'start', flags: { port: '1', host: '::1', dbPath: 'a.db' } },
    ],
    [
      ['run', '--exit', '--', 'node', 'app.js', '--exit', '--', 'x'],
      { command: 'run', flags: { exit: true }, program: ['node', 'app.js', '--exit', '--', 'x'] },
    ],
    [['trace'], { command: 'trace', flags: {}, traceId: 'latest' }],
    [['trace', '--logs'], { command: 'trace', flags: { logs: true }, traceId: 'latest' }],
    [
      ['start', '--max-bytes', '1GiB', '--otlp-ports=none', '--keep-secrets', '--config', 'a.json'],
      {
        command: 'start',
        flags: { maxBytes: '1GiB', otlpPorts: 'none', keepSecrets: 'true', config: 'a.json' },
      },
    ],
    [['run', '--token', 't', '--', 'x'], { command: 'run', flags: { token: 't' }, program: ['x'] }],
    [['cleanup', '--preview', '--json'], { command: 'cleanup', flags: { preview: true, json: true } }],
    [['pin', 'latest'], { command: 'pin', flags: {}, traceId: 'latest' }],
    [['unpin', 'AB'.repeat(16)], { command: 'unpin', flags: {}, traceId: 'ab'.repeat(16) }],
    [
      ['backup', 'copy.db', '--db-path', 'a.db'],
      { command: 'backup', flags: { dbPath: 'a.db' }, file: 'copy.db' },
    ],
    [['trace', 'AB'.repeat(16)], { command: 'trace', flags: {}, traceId: 'ab'.repeat(16) }],
  ])('reads %j', (args, expected) => {
    expect(parseCommandLine(args)).toEqual(expected);
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
    [['trace', 'xyz'], '"xyz" is not a trace id: give its 32 hex digits, or "latest".'],
  ])('refuses %j', (args, message) => {
    expect(() => parseCommandLine(args)).toThrow(message);
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
