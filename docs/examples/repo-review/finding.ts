import type { Commit } from './history.ts';
import type { Repository } from './repository.ts';
import { shellQuote } from './shell-quote.ts';

export type Severity = 'high' | 'medium' | 'low';

/** Something a reviewer should look at, with the command that proves it. */
export interface Finding {
  readonly kind: string;
  readonly severity: Severity;
  /** Short commit id. */
  readonly commit: string;
  readonly file?: string;
  /** Line in the file after the commit, from 1. */
  readonly line?: number;
  readonly reason: string;
  /** A command for a POSIX shell. */
  readonly evidence: string;
}

/** `git show` of one commit, narrowed to one file where there is one, ready to paste. */
export function showCommand(repository: Repository, commit: Pick<Commit, 'shortSha'>, path?: string): string {
  const literal = path !== undefined && /[*?[\\]|^:/.test(path) ? ['--literal-pathspecs'] : [];
  // A name that is not UTF-8 cannot be written here; the whole commit still shows it.
  const file = path === undefined || path.includes('\ufffd') ? [] : ['--', shellQuote(path)];
  return ['git', ...whereFrom(repository), ...literal, 'show', commit.shortSha, ...file].join(' ');
}

/** As {@link showCommand}, for the message and the list of files. */
export function showMessageCommand(repository: Repository, commit: Pick<Commit, 'shortSha'>): string {
  return ['git', ...whereFrom(repository), 'show', '--stat', commit.shortSha].join(' ');
}

function whereFrom(repository: Repository): readonly string[] {
  return repository.root === process.cwd() ? [] : ['-C', shellQuote(repository.root)];
}
