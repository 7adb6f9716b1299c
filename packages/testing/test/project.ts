import { execFile } from 'node:child_process';
import { cp, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const repository = join(import.meta.dirname, '../../..');
const fixtures = join(import.meta.dirname, 'runners');

/** What a program has said when it ended. */
export interface ChildEnd {
  readonly code: number;
  /** Both of its outputs, one after the other. */
  readonly text: string;
}

/** A user's project, in a folder of its own. */
export class Project {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Runs a program of Node.js in the project, in the environment of a plain terminal without colours. */
  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<ChildEnd> {
    const { PATH = '', HOME = '' } = process.env;
    const options = { cwd: this.folder, env: { PATH, HOME, NO_COLOR: '1', ...env } };
    return new Promise((resolve) => {
      execFile(process.execPath, args, options, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, text: `${stdout}\n${stderr}` }),
      );
    });
  }
}

/**
 * The body of a test in a project, which is gone afterwards.
 *
 * @param runner - The folder of its tests in `test/runners`.
 */
export function inProject(runner: string, body: (project: Project) => Promise<void>): () => Promise<void> {
  return async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'tta-testing-')));
    try {
      await cp(join(fixtures, 'ask.ts'), join(folder, 'ask.ts'));
      await cp(join(fixtures, runner), join(folder, runner), { recursive: true });
      await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
      await body(new Project(join(folder, runner)));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}

/** A file of a dependency of the repository. */
export function moduleFile(path: string): string {
  return join(repository, 'node_modules', path);
}
