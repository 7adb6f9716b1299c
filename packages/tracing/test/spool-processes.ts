import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Bundles {@link file://./spool-program.ts}, because Node 20 does not run TypeScript. */
export async function buildSpoolProgram(outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL('spool-program.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    conditions: ['@tta/source'],
    logLevel: 'error',
  });
}

/** A process that runs the program. */
export class SpoolProcess {
  readonly child: ChildProcess;
  /** What it has said so far. */
  readonly lines: string[] = [];
  readonly #reader: Interface;
  readonly #ended: Promise<unknown>;

  /** @param shell - Set up by a shell that ends in the program, e.g. `ulimit -f 100`. */
  constructor(bundle: string, parameters: readonly string[], shell?: string) {
    const command = [process.execPath, bundle, ...parameters];
    const [file = '', ...rest] = shell ? ['sh', '-c', `${shell}; exec "$@"`, 'sh', ...command] : command;
    this.child = spawn(file, rest, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'] },
    });
    if (!this.child.stdout) throw new Error('it has no output');
    this.#reader = createInterface({ input: this.child.stdout });
    this.#reader.on('line', (line) => void this.lines.push(line));
    // Its output ends a moment before it is seen to have ended.
    this.#ended = Promise.all([once(this.#reader, 'close'), once(this.child, 'close')]);
  }

  /** Resolves when it has said at least so many lines; rejects when it ends before. */
  async said(count: number): Promise<void> {
    const endedEarly = this.#ended.then(() => {
      if (this.lines.length < count) throw new Error(`it ended after ${this.lines.length} lines`);
    });
    while (this.lines.length < count) await Promise.race([once(this.#reader, 'line'), endedEarly]);
  }

  /** Resolves when it has ended and everything it said is here. */
  async ended(): Promise<void> {
    await this.#ended;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.#ended;
  }

  /** The ids that follow a word: `kept`, `got`, `refused`. */
  ids(word: string): string[] {
    return this.lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.split(' ')[1] ?? ''] : []));
  }
}
