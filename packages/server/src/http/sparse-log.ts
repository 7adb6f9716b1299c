const INTERVAL_MS = 60_000;

interface Kind {
  saidMs: number;
  unsaidCount: number;
}

/**
 * Writes at most one line a minute of each kind: when the disk is full every request fails, and a log that
 * tells of each would fill what is left of it.
 */
export class SparseLog {
  readonly #nowMs: () => number;
  readonly #kinds = new Map<string, Kind>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Hands `line` to `write`, with the number of lines of its kind that were left out before it. */
  say(kind: string, line: string, write: (line: string) => void): void {
    const nowMs = this.#nowMs();
    const last = this.#kinds.get(kind);
    if (last !== undefined && nowMs - last.saidMs < INTERVAL_MS) {
      last.unsaidCount++;
      return;
    }
    this.#kinds.set(kind, { saidMs: nowMs, unsaidCount: 0 });
    const unsaid = last === undefined || last.unsaidCount === 0 ? '' : ` (${last.unsaidCount} times before)`;
    write(line + unsaid);
  }
}
