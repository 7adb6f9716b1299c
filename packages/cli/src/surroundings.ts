import type { DataDirectoryOptions } from './data-directory.ts';

/** Where a command writes. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Width in characters. */
  readonly columns: number;
  readonly hasColour: boolean;
  /** What goes to `out` is seen at once, among what goes to `err`. */
  readonly isOutTerminal: boolean;
  /** Width of `err` in characters, where a line on it can be written anew; 0 where it cannot. */
  readonly errColumns: number;
}

/** Everything of the process that a command touches; specs bring their own. */
export interface Surroundings extends DataDirectoryOptions {
  readonly terminal: Terminal;
  /** Writes what is long to stdout, no faster than it is read; ends early when nobody reads it any more. */
  pipeOut(parts: AsyncIterable<string>): Promise<void>;
  /** What comes in on stdin. */
  readonly input: AsyncIterable<Uint8Array>;
  /** The built page, when there is one. */
  readonly pageDir: string | undefined;
  /** Calls back for each SIGINT and SIGTERM. Returns how to stop that. */
  onSignal(listener: (signal: NodeJS.Signals) => void): () => void;
  /** Someone sits at a terminal: can be asked, and whose Ctrl-C reaches our child processes by itself. */
  readonly isInteractive: boolean;
  /** Asks the user for a line; `undefined` when there is none, as after Ctrl-C. Only where it is interactive. */
  ask(question: string): Promise<string | undefined>;
  /** This process. */
  readonly pid: number;
  /** Runs this program again: what comes before its arguments. */
  readonly ownProgram: readonly [string, ...string[]];
  /** Tells the program that started this one in the background that it serves now; false when none waits for that. */
  tellReady(): boolean;
  /** Ends the process at once. */
  exitNow(code: number): void;
}
