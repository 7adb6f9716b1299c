import { ProgressLine } from './progress-line.ts';
import type { Terminal } from './surroundings.ts';

/** What is answered sooner needs no word about how far it is. */
const PATIENCE_MS = 1_000;

/** How far back a search that takes its time has looked. */
export class SearchProgress {
  readonly #line: ProgressLine;
  readonly #now: () => number;
  readonly #startMs: number;

  /** @param now - A clock in milliseconds. */
  constructor(terminal: Terminal, now: () => number = () => performance.now()) {
    this.#line = new ProgressLine(terminal, now);
    this.#now = now;
    this.#startMs = now();
  }

  /** @param lookedBackToMs - Since the Unix epoch; `null` where it is not told. */
  show(foundCount: number, lookedBackToMs: number | null): void {
    if (this.#now() - this.#startMs < PATIENCE_MS) return;
    this.#line.show(() => `${placeText(lookedBackToMs)}, ${foundCount} found`);
  }

  clear(): void {
    this.#line.clear();
  }
}

function placeText(lookedBackToMs: number | null): string {
  if (lookedBackToMs === null) return 'looking further back';
  return `looked back to ${new Date(lookedBackToMs).toISOString().slice(0, 16).replace('T', ' ')}Z`;
}
