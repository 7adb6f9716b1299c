import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { SessionList, SessionSummary } from '@tta/obs-protocol';

/** The sessions that the list shows, those with the newest end first. */
export class SessionRows {
  /** The row that the keys are at. */
  readonly activeId = signal<string | undefined>(undefined);
  /** The row at the top of what is in sight, with a part of it where it is cut off. */
  topRow = 0;

  readonly #rows = signal<readonly SessionSummary[]>([]);
  #nextCursor: string | null = null;
  #isLoading = false;

  get rows(): ReadonlySignal<readonly SessionSummary[]> {
    return this.#rows;
  }

  /** Takes the first page as it is now: sessions in which something happened stand above the others again. */
  takeFirst({ items, nextCursor }: SessionList): void {
    const held = this.#rows.value;
    const fresh = new Map(items.map(({ sessionId, lastTimeMs }) => [sessionId, lastTimeMs]));
    // Above and below a session that is where it was nothing can be missing.
    const isConnected = held.some(({ sessionId, lastTimeMs }) => fresh.get(sessionId) === lastTimeMs);
    const last = items.at(-1);
    if (nextCursor === null || last === undefined || !isConnected) {
      // All that there is, or so much has changed that nobody knows what is between this page and the next.
      this.#rows.value = items;
      this.#nextCursor = nextCursor;
      return;
    }
    const below = held.filter((row) => !fresh.has(row.sessionId) && isBelow(row, last));
    this.#rows.value = [...items, ...below];
    // A page with no rows held below it is the end of what is known.
    if (below.length === 0) this.#nextCursor = nextCursor;
  }

  /** Loads the next page, if there is one. Rejects with what `load` rejects. */
  async loadMore(load: (cursor: string) => Promise<SessionList>): Promise<void> {
    const cursor = this.#nextCursor;
    if (cursor === null || this.#isLoading) return;
    this.#isLoading = true;
    try {
      const { items, nextCursor } = await load(cursor);
      // The list began anew meanwhile: the page is not the next one any more.
      if (this.#nextCursor !== cursor) return;
      const held = new Set(this.#rows.value.map(({ sessionId }) => sessionId));
      this.#rows.value = [...this.#rows.value, ...items.filter(({ sessionId }) => !held.has(sessionId))];
      this.#nextCursor = nextCursor;
    } finally {
      this.#isLoading = false;
    }
  }
}

/** Whether the service lists `row` after `other`. */
function isBelow(row: SessionSummary, other: SessionSummary): boolean {
  if (row.lastTimeMs !== other.lastTimeMs) return row.lastTimeMs < other.lastTimeMs;
  return row.sessionId < other.sessionId;
}
