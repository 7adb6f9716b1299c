import { truncate } from './safe-text.ts';
import type { Terminal } from './surroundings.ts';

const LEAST_MS = 100;

/** How far long work is: one line on stderr that is written anew. Where stderr is no terminal, nothing. */
export class ProgressLine {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  #lastMs = -Infinity;
  #isShown = false;

  /** @param now - A clock in milliseconds. */
  constructor(terminal: Terminal, now: () => number = () => performance.now()) {
    this.#terminal = terminal;
    this.#now = now;
  }

  /** Shows a text, at most ten times a second. */
  show(text: () => string): void {
    const nowMs = this.#now();
    const { errColumns } = this.#terminal;
    if (errColumns === 0 || nowMs - this.#lastMs < LEAST_MS) return;
    this.#lastMs = nowMs;
    this.#isShown = true;
    this.#terminal.err(`\r\u001b[K${truncate(text(), errColumns - 1)}`);
  }

  /** Removes the line: before anything else is written, and at the end. */
  clear(): void {
    if (this.#isShown) this.#terminal.err('\r\u001b[K');
    this.#isShown = false;
    this.#lastMs = -Infinity;
  }
}
