import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A real repository in a temporary folder, for specs. */
export class PlantedRepository {
  readonly directory = mkdtempSync(join(tmpdir(), 'repo-review-'));
  #minutes = 0;

  constructor() {
    this.git('init', '--quiet', '--initial-branch=main');
  }

  /** Writes the files, commits everything, and returns the commit's id. */
  commit(message: string, files: Readonly<Record<string, string | Buffer>> = {}): string {
    for (const [path, content] of Object.entries(files)) this.write(path, content);
    this.git('add', '--all');
    this.git(
      'commit',
      '--quiet',
      '--allow-empty',
      '--allow-empty-message',
      '--cleanup=verbatim',
      '-m',
      message,
    );
    return this.git('rev-parse', 'HEAD').trim();
  }

  write(path: string, content: string | Buffer): void {
    const full = join(this.directory, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
  }

  git(...args: readonly string[]): string {
    const date = new Date(Date.UTC(2026, 0, 1, 0, (this.#minutes += 1))).toISOString();
    return execFileSync('git', ['-c', 'core.hooksPath=/dev/null', ...args], {
      cwd: this.directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: this.directory,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_AUTHOR_NAME: 'Ada',
        GIT_AUTHOR_EMAIL: 'ada@localhost',
        GIT_COMMITTER_NAME: 'Ada',
        GIT_COMMITTER_EMAIL: 'ada@localhost',
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_DATE: date,
      },
    });
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Numbered lines, for files of a given length. */
export function numberedLines(count: number): string {
  return Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join('');
}
