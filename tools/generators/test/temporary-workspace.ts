import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Of the workspace that this is in. */
export const realRoot = fileURLToPath(new URL('../../..', import.meta.url));

export interface Exit {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a program said that failed; nothing of one that succeeded. */
export function complaint({ status, stdout, stderr }: Exit): string {
  return status === 0 ? '' : `it ended with ${status}\n${stdout}${stderr}`;
}

interface Manifest {
  readonly name: string;
  readonly workspaces?: readonly string[];
}

/**
 * A copy of this workspace in a folder of its own, with the same installed packages but its own `@tta` ones, so
 * that generators can write and every tool can run there. Nothing is installed and nothing is asked for over the
 * network.
 */
export class TemporaryWorkspace {
  readonly root = mkdtempSync(join(tmpdir(), 'tta-workspace-'));

  constructor() {
    for (const file of sourceFiles()) cpSync(join(realRoot, file), join(this.root, file));
    for (const folder of ['.', ...this.#projects()]) linkInstalled(folder, this.root);
    this.linkPackages();
  }

  /** Links the workspace's own packages, as `npm install` does; again after a package was added. */
  linkPackages(): void {
    for (const folder of this.#projects()) {
      const { name } = this.#manifest(folder);
      const link = join(this.root, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      if (!existsSync(link)) symlinkSync(join(this.root, folder), link);
    }
  }

  /** Runs Nx as a contributor does. */
  nx(...args: string[]): Promise<Exit> {
    return this.node('node_modules/nx/dist/bin/nx.js', ...args);
  }

  /** Runs a script with this Node; both its path and its folder are relative to the workspace. */
  node(script: string, ...args: string[]): Promise<Exit> {
    return new Promise((resolve) => {
      const options = { cwd: this.root, env: environment(), maxBuffer: 2 ** 26 };
      const child = execFile(process.execPath, [script, ...args], options, (_error, stdout, stderr) =>
        resolve({ status: child.exitCode ?? -1, stdout, stderr }),
      );
    });
  }

  /** Runs specs of projects. */
  jest(projects: readonly string[], ...args: string[]): Promise<Exit> {
    const folders = projects.map((folder) => `--projects=${folder}`);
    return this.node('--experimental-vm-modules', 'node_modules/jest/bin/jest.js', ...args, ...folders);
  }

  exists(file: string): boolean {
    return existsSync(join(this.root, file));
  }

  read(file: string): string {
    return readFileSync(join(this.root, file), 'utf8');
  }

  /** Every file that Git would look at, with its text. */
  files(): ReadonlyMap<string, string> {
    const files = readdirSync(this.root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.root.length + 1))
      .filter((file) => !/(^|\/)(node_modules|\.nx|dist|out-tsc|coverage)\//.test(file));
    return new Map(files.toSorted().map((file) => [file, this.read(file)]));
  }

  /** What is not as it was: `+` for a new file, `~` for another text, `-` for a file that is gone. */
  changesSince(before: ReadonlyMap<string, string>): readonly string[] {
    const now = this.files();
    const changed = [...now].flatMap(([file, text]) => {
      if (!before.has(file)) return [`+ ${file}`];
      return before.get(file) === text ? [] : [`~ ${file}`];
    });
    return [...changed, ...[...before.keys()].filter((file) => !now.has(file)).map((file) => `- ${file}`)];
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }

  #projects(): readonly string[] {
    return (this.#manifest('.').workspaces ?? [])
      .flatMap((pattern) => {
        if (!pattern.endsWith('/*')) return [pattern];
        const parent = pattern.slice(0, -2);
        return readdirSync(join(this.root, parent)).map((name) => `${parent}/${name}`);
      })
      .filter((folder) => existsSync(join(this.root, folder, 'package.json')));
  }

  #manifest(folder: string): Manifest {
    return JSON.parse(this.read(join(folder, 'package.json'))) as Manifest;
  }
}

/** What Git tracks or would, as it stands. */
function sourceFiles(): readonly string[] {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', list, { cwd: realRoot, encoding: 'utf8' }).split('\0');
  return files.filter((file) => file !== '' && existsSync(join(realRoot, file)));
}

/** Links each package that npm has installed below a folder, except the workspace's own. */
function linkInstalled(folder: string, root: string): void {
  const installed = join(realRoot, folder, 'node_modules');
  if (!existsSync(installed)) return;
  mkdirSync(join(root, folder, 'node_modules'), { recursive: true });
  for (const name of readdirSync(installed)) {
    if (name !== '@tta' && name !== '.cache')
      symlinkSync(join(installed, name), join(root, folder, 'node_modules', name));
  }
}

/** Of this process, without what it got from Nx, npm and Jest for its own folder. */
function environment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(nx|npm|jest)_|^(node_options|force_color|ci)$/i.test(name),
  );
  return { ...Object.fromEntries(inherited), NX_DAEMON: 'false', NX_NO_CLOUD: 'true' };
}
