import { existsSync } from 'node:fs';
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
 * Relative paths are relative to `callerFolder`, the folder in which the user called npm.
 *
 * @returns the arguments of `tta-obs run` and of the example, or `{ help: true }`.
 * @throws UsageError for an unknown option, a bad port or a path that does not exist.
 */
export function readArguments(args, callerFolder) {
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
    if (!existsSync(repository)) throw new UsageError(`there is no folder ${repository}`);
    example.push(repository);
  }
  if (values.commits !== undefined) example.push('--commits', values.commits);
  if (values.model !== undefined) example.push('--model', values.model);
  return { help: false, service, example };
}
