import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { workspaceRoot } from './workspace-root.ts';

interface Arguments {
  readonly help: boolean;
  readonly service: readonly string[];
  readonly example: readonly string[];
}
type ReadArguments = (
  args: readonly string[],
  callerFolder: string,
  env?: Readonly<Record<string, string>>,
) => Arguments;

const load = (file: string) => import(pathToFileURL(join(workspaceRoot, file)).href) as Promise<unknown>;

function start(...args: string[]) {
  return spawnSync(process.execPath, [join(workspaceRoot, 'tools/start/start.mjs'), ...args], {
    cwd: workspaceRoot,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', OPENAI_API_KEY: '' },
  });
}

describe('npm start', () => {
  it.each([
    { args: ['--nope'], says: "Unknown option '--nope'" },
    { args: ['--port', 'eighty'], says: "--port takes a number from 0 to 65535, got 'eighty'" },
    { args: ['--port', '65536'], says: "--port takes a number from 0 to 65535, got '65536'" },
    { args: ['one', 'two'], says: 'one path at most, got 2' },
    { args: ['/no/such/folder'], says: 'there is no folder /no/such/folder' },
    { args: [process.execPath], says: `there is no folder ${process.execPath}` },
    { args: [tmpdir()], says: `${tmpdir()} is not in a git repository` },
    { args: ['--commits', 'abc'], says: "--commits takes a number from 1 to 10000, got 'abc'" },
    { args: ['--commits', '0'], says: "--commits takes a number from 1 to 10000, got '0'" },
    { args: ['--commits', '10001'], says: "--commits takes a number from 1 to 10000, got '10001'" },
    {
      args: ['--model', 'small'],
      says: '--model needs OPENAI_API_KEY; set it, or leave --model out for a summary made here',
    },
    { args: ['--model', ''], says: '--model takes the name of a model' },
  ])('refuses $args with one line and status 2', ({ args, says }) => {
    const { status, stdout, stderr } = start(...args);
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: '',
      stderr: `npm start: ${says}; see npm start -- --help\n`,
    });
  });

  it('explains every option with --help', () => {
    const { status, stdout } = start('--help');
    expect(status).toBe(0);
    for (const option of ['path', '--model', '--exit', '--port', '--db-path'])
      expect(stdout).toContain(option);
  });
});

describe('readArguments', () => {
  let readArguments: ReadArguments;
  let callerFolder: string;
  beforeAll(async () => {
    ({ readArguments } = (await load('tools/start/arguments.mjs')) as { readArguments: ReadArguments });
    callerFolder = mkdtempSync(join(tmpdir(), 'tta-start-'));
  });
  afterAll(() => rmSync(callerFolder, { recursive: true }));

  it('takes relative paths from the folder of the caller', () => {
    spawnSync('git', ['init', '--quiet', callerFolder]);
    expect(readArguments(['.', '--db-path', 'runs.db'], callerFolder)).toEqual({
      help: false,
      service: ['--db-path', join(callerFolder, 'runs.db')],
      example: [callerFolder],
    });
  });

  it('keeps the options of the service and of the example apart', () => {
    const args = ['--exit', '--port', '0', '--model', 'small', '--commits', '10000'];
    expect(readArguments(args, callerFolder, { OPENAI_API_KEY: 'key' })).toEqual({
      help: false,
      service: ['--exit', '--port', '0'],
      example: ['--commits', '10000', '--model', 'small'],
    });
  });

  it('leaves the default repository to the example', () => {
    expect(readArguments([], callerFolder)).toEqual({ help: false, service: [], example: [] });
  });
});
