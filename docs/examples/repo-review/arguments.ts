import { parseArgs } from 'node:util';
import type { ModelOptions } from './model.ts';
import { ReviewError } from './review-error.ts';
import { visibleText } from './visible-text.ts';

export interface Arguments {
  readonly path: string;
  readonly maxCommits: number;
  readonly isHelp: boolean;
  readonly isJson: boolean;
  readonly model?: ModelOptions;
}

export const HELP = `Reviews the history of a git repository.

  node docs/examples/dist/repo-review/main.js [path] [options]

  path            a git repository (default: the current directory)
  --commits N     read the newest N commits, 1 to 10000 (default: 200)
  --model NAME    let a model write the summary: a chat completion at OPENAI_BASE_URL
                  (default https://api.openai.com/v1) with OPENAI_API_KEY
  --json          print the review as JSON
  --help          print this

The review goes to standard output, progress to standard error. Nothing leaves this machine without --model.
`;

const DEFAULT_COMMITS = 200;
const MOST_COMMITS = 10_000;

/** Reads the command line. @throws {@link ReviewError} with exit status 2 and one line that says what to do. */
export function readArguments(args: readonly string[], env: NodeJS.ProcessEnv): Arguments {
  const { values, positionals } = parse(args);
  if (positionals.length > 1) throw usage(`one path at most, but got ${positionals.length}`);
  const name = values.model;
  return {
    path: positionals[0] ?? '.',
    maxCommits: readCount(values.commits),
    isHelp: values.help ?? false,
    isJson: values.json ?? false,
    ...(name === undefined || values.help ? {} : { model: readModel(name, env) }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        commits: { type: 'string' },
        model: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    // The first sentence says what is wrong; the rest explains parseArgs.
    throw usage(
      visibleText((error as Error).message.split('. ')[0]?.split('\n')[0] ?? 'cannot read the arguments'),
    );
  }
}

function readCount(text: string | undefined): number {
  if (text === undefined) return DEFAULT_COMMITS;
  const count = /^\d+$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > MOST_COMMITS) throw usage(`--commits takes a number from 1 to ${MOST_COMMITS}`);
  return count;
}

function readModel(name: string, env: NodeJS.ProcessEnv): ModelOptions {
  if (name.trim() === '') throw usage('--model takes the name of a model');
  const apiKey = env['OPENAI_API_KEY']?.trim() ?? '';
  if (apiKey === '')
    throw usage('--model needs OPENAI_API_KEY; set it, or leave --model out for a summary made here');
  if (!/^[\x21-\x7e]+$/.test(apiKey))
    throw usage('OPENAI_API_KEY holds characters that no key has; set it anew');
  const text = env['OPENAI_BASE_URL']?.trim() || 'https://api.openai.com/v1';
  const baseUrl = URL.canParse(text) ? new URL(text) : undefined;
  if (baseUrl === undefined || !/^https?:$/.test(baseUrl.protocol)) {
    throw usage('OPENAI_BASE_URL is not an http(s) address, such as https://api.openai.com/v1');
  }
  if (baseUrl.username !== '' || baseUrl.password !== '' || baseUrl.search !== '') {
    throw usage(
      'OPENAI_BASE_URL must hold neither a password nor a query; the key belongs in OPENAI_API_KEY',
    );
  }
  return { name, baseUrl, apiKey };
}

function usage(message: string): ReviewError {
  return new ReviewError(`${message} (--help shows how)`, 2);
}
