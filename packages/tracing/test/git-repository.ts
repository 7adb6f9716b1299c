import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of its own, with symbolic links resolved. */
export function temporaryFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'tta-git-')));
}

/** A git repository in a folder of its own, made by git without anybody's configuration. */
export class GitRepository {
  readonly root = temporaryFolder();

  constructor() {
    this.git('init', '--quiet', '--initial-branch=main');
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.root, path), text);
  }

  /** Commits all files; returns the commit's id. */
  commit(): string {
    this.git('add', '--all');
    this.git('-c', 'user.name=a', '-c', 'user.email=a@b.test', 'commit', '--quiet', '-m', 'x');
    return this.git('rev-parse', 'HEAD').trim();
  }

  git(...args: readonly string[]): string {
    return execFileSync('git', ['-c', `core.hooksPath=${devNull}`, ...args], {
      cwd: this.root,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: devNull },
    });
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
