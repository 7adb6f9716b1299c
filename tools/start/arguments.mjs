import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const usage = `Usage: npm start [-- path] [--commits N] [--model NAME] [--exit] [--port N] [--db-path FILE]

Starts the local service and reviews a git repository as an example workflow.

  path            git repository to review (default: this one)
  --commits N     newest commits to read (default: 200)
  --model NAME    summarise with a model behind OPENAI_BASE_URL and OPENAI_API_KEY (default: without a model)
  --exit          end after the review instead of keeping the service up until Ctrl-C
  --port N        port of the service and its page (default: 8765)
  --db-path FILE  database file (default: in your data directory)
  --help          show this text
`;

const options = {
  commits: { type: 'string' },
  model: { type: 'string' },
  exit: { type: 'boolean' },
  port: { type: 'string' },
  'db-path': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
};

const MOST_COMMITS = 10_000;

/** A command line that cannot be carried out; the message is one line for the user. */
export class UsageError extends Error {}

function parse(args) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    const [firstSentence] = error.message.split('. ');
    throw new UsageError(firstSentence, { cause: error });
  }
}

/**
 * Reads the command line of `npm start`.
 *
 * Relative paths are relative to `callerFolder`, the folder in which the user called npm. What the example would refuse
 * is refused here, before minutes are spent on a build and a service is up for nothing.
 *
 * @returns the arguments of `tta-obs run` and of the example, or `{ help: true }`.
 * @throws UsageError for an unknown option, a bad number, a path that is no repository, and a model without a key.
 */
export function readArguments(args, callerFolder, env = process.env) {
  const { values, positionals } = parse(args);
  if (values.help) return { help: true };
  if (positionals.length > 1) throw new UsageError(`one path at most, got ${positionals.length}`);

  const service = [];
  if (values.exit) service.push('--exit');
  if (values.port !== undefined) {
    if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) {
      throw new UsageError(`--port takes a number from 0 to 65535, got '${values.port}'`);
    }
    service.push('--port', values.port);
  }
  if (values['db-path'] !== undefined) service.push('--db-path', resolve(callerFolder, values['db-path']));

  const example = [];
  if (positionals[0] !== undefined) {
    const repository = resolve(callerFolder, positionals[0]);
    checkRepository(repository);
    example.push(repository);
  }
  if (values.commits !== undefined) {
    const count = /^\d+$/.test(values.commits) ? Number(values.commits) : 0;
    if (count < 1 || count > MOST_COMMITS) {
      throw new UsageError(`--commits takes a number from 1 to ${MOST_COMMITS}, got '${values.commits}'`);
    }
    example.push('--commits', values.commits);
  }
  if (values.model !== undefined) {
    if (values.model.trim() === '') throw new UsageError('--model takes the name of a model');
    if (!env.OPENAI_API_KEY?.trim()) {
      throw new UsageError(
        '--model needs OPENAI_API_KEY; set it, or leave --model out for a summary made here',
      );
    }
    example.push('--model', values.model);
  }
  return { help: false, service, example };
}

function checkRepository(folder) {
  if (!isFolder(folder)) throw new UsageError(`there is no folder ${folder}`);
  // Of the caller's environment nothing but what git needs to start: a hook's GIT_DIR would speak for any folder.
  const { PATH, Path, HOME, SystemRoot } = process.env;
  const { stderr } = spawnSync('git', ['-C', folder, 'rev-parse', '--git-dir'], {
    encoding: 'utf8',
    env: { PATH, Path, HOME, SystemRoot, LC_ALL: 'C' },
  });
  // All else, such as a git that is not installed, is for the example to tell.
  if (stderr?.includes('not a git repository')) throw new UsageError(`${folder} is not in a git repository`);
}

/** False also for one that lies where the user may not look. */
function isFolder(path) {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
