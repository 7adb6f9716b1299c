import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions } from 'esbuild';
import type { ServerOptions } from '../server-options.ts';

const packageDirectory = fileURLToPath(new URL('../..', import.meta.url));
// One level below the package, like src and dist: the service reads ../package.json.
const directory = join(packageDirectory, 'out-tsc');
const options: BuildOptions = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  conditions: ['@tta/source'],
  external: ['fastify', 'libsql', 'ws'],
};

export interface ServiceProcess {
  readonly child: ChildProcess;
  readonly url: string;
  /** What it has told its user so far, line by line. */
  readonly told: readonly string[];
}

/** The sources as a program that can be started in a process of its own, and killed. */
export class ServiceProgram {
  readonly #file: string;
  readonly #running = new Set<ChildProcess>();

  private constructor(file: string) {
    this.#file = file;
  }

  static async bundle(): Promise<ServiceProgram> {
    mkdirSync(directory, { recursive: true });
    const file = join(directory, `service-${process.pid}.mjs`);
    await build({
      ...options,
      stdin: {
        contents: `
          import { startServer } from './src/server.ts';
          const tell = (message, error) => console.error(message, error?.message ?? '');
          const logger = { info: () => undefined, warn: tell, error: tell };
          const server = await startServer({ port: 0, logger, ...JSON.parse(process.argv[2]) });
          process.on('SIGTERM', () => void server.close());
          console.log(server.url);`,
        resolveDir: packageDirectory,
      },
      outfile: file,
    });
    // Where the service looks for the program of its threads: beside itself. Spec files run side by side.
    const unfinished = join(directory, `storage-thread-${process.pid}.js`);
    await build({
      ...options,
      entryPoints: [join(packageDirectory, 'src/thread/storage-thread.ts')],
      outfile: unfinished,
    });
    renameSync(unfinished, join(directory, 'storage-thread.js'));
    return new ServiceProgram(file);
  }

  /**
   * Starts the program and waits for nothing.
   *
   * @param wrapper - A command that ends with the start of the program that is given to it.
   */
  spawn(serverOptions: ServerOptions, wrapper: readonly string[] = []): ChildProcess {
    const node = [process.execPath, '--no-warnings', this.#file, JSON.stringify(serverOptions)];
    const [command, ...args] = [...wrapper, ...node];
    const child = spawn(command!, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    this.#running.add(child);
    child.once('exit', () => this.#running.delete(child));
    return child;
  }

  /** Starts a service and waits until it listens. */
  async start(serverOptions: ServerOptions, wrapper?: readonly string[]): Promise<ServiceProcess> {
    const child = this.spawn(serverOptions, wrapper);
    const told: string[] = [];
    createInterface({ input: child.stderr! }).on('line', (line) => told.push(line));
    for await (const line of createInterface({ input: child.stdout! })) return { child, url: line, told };
    throw new Error(`the service ended before it was ready: ${told.join(' ')}`);
  }

  remove(): void {
    for (const child of this.#running) child.kill('SIGKILL');
    rmSync(this.#file, { force: true });
  }
}

/** The memory of a process in MiB, now and at its highest. Linux alone tells it. */
export function memoryMiB(child: ChildProcess): { readonly now: number; readonly highest: number } {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
  return { now: field('VmRSS'), highest: field('VmHWM') };
}

/** Ends a process and waits for it. */
export async function ended(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await exited;
}
