import { Readable } from 'node:stream';
import { main } from '../src/main.ts';
import type { Surroundings } from '../src/surroundings.ts';

export interface SessionOptions {
  readonly homeDirectory: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly isInteractive?: boolean;
  /** What runs the command line in a process of its own. */
  readonly ownProgram?: readonly [string, ...string[]];
  /** What the user types when asked, one after the other. */
  readonly answers?: readonly string[];
  readonly columns?: number;
  /** What comes in on stdin. */
  readonly input?: Iterable<Uint8Array>;
  readonly errColumns?: number;
}

/** A terminal that remembers, a user who answers, and signals that a spec sends. */
export class Session implements Surroundings {
  stdout = '';
  stderr = '';
  exitedWith: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform = process.platform;
  readonly homeDirectory: string;
  readonly pageDir = undefined;
  readonly pid = process.pid;
  readonly ownProgram: readonly [string, ...string[]];
  readonly isInteractive: boolean;
  readonly terminal: Surroundings['terminal'];
  readonly input: AsyncIterable<Uint8Array>;
  readonly #answers: string[];
  readonly #listeners = new Set<(signal: NodeJS.Signals) => void>();
  #wake: () => void = () => undefined;

  constructor({
    homeDirectory,
    env,
    isInteractive = false,
    answers = [],
    columns = 80,
    ownProgram,
    input = [],
    errColumns = 0,
  }: SessionOptions) {
    this.homeDirectory = homeDirectory;
    this.env = { PATH: process.env['PATH'], ...env };
    this.isInteractive = isInteractive;
    this.ownProgram = ownProgram ?? [process.execPath, '-e', 'process.exit(1)'];
    this.#answers = [...answers];
    this.input = Readable.from(input);
    this.terminal = {
      out: (text) => {
        this.stdout += text;
        this.#wake();
      },
      err: (text) => void (this.stderr += text),
      columns,
      hasColour: false,
      isOutTerminal: false,
      errColumns,
    };
  }

  onSignal(listener: (signal: NodeJS.Signals) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  ask(question: string): Promise<string | undefined> {
    this.stderr += question;
    return Promise.resolve(this.#answers.shift());
  }

  async pipeOut(parts: AsyncIterable<string>): Promise<void> {
    for await (const part of parts) this.terminal.out(part);
  }

  tellReady(): boolean {
    return false;
  }

  exitNow(code: number): void {
    this.exitedWith = code;
  }

  send(signal: NodeJS.Signals): void {
    for (const listener of this.#listeners) listener(signal);
  }

  async printed(pattern: RegExp): Promise<RegExpMatchArray> {
    for (;;) {
      const match = this.stdout.match(pattern);
      if (match !== null) return match;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  run(...args: string[]): Promise<number> {
    return main(args, this);
  }
}
