import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqlStatement } from './sqlite-driver.ts';
import { number } from './sqlite-rows.ts';

/** Large enough that a search visits few segments, small enough that what is dropped late weighs little. */
const SEGMENT_SPANS = 100_000;
/** A segment ends earlier where texts are long: what of it is of removed spans takes space until it is dropped. */
const SEGMENT_CHARACTERS = 128 * 1024 * 1024;
/** What SQLite gathers in memory of one transaction before it writes; its default would write many small pieces. */
const GATHERED_BYTES = 16 * 1024 * 1024;
/**
 * Each commit adds a piece. So many are merged into one at once; fewer would copy the same words more often. A segment that
 * fills fast ends before: nothing of it is merged.
 */
const MERGED_PIECES = 500;

interface Segment {
  readonly segment: number;
  readonly firstKey: number;
}

/** The texts of spans, by which `findText` finds them. Only within transactions. */
export class TextIndex {
  readonly #connection: SqliteConnection;
  #newest: Segment | undefined;
  /** Added to the newest segment since it was opened. */
  #characters = 0;
  #limit = SEGMENT_CHARACTERS;
  #insert: SqlStatement | undefined;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
    connection.onRollback(() => this.#forget());
  }

  add(spanKey: number, text: string): void {
    if (this.#insert === undefined || this.#isFull(spanKey, this.#newest!)) this.#open(spanKey);
    this.#insert!.run(spanKey, text);
    this.#characters += text.length;
  }

  /** From now on a segment ends at so many characters. */
  limit(characters: number): void {
    this.#limit = Math.min(characters, SEGMENT_CHARACTERS);
  }

  /** Drops the segments of which no span is left, but never the newest. */
  dropUnused(): void {
    const segments = segmentsOf(this.#connection);
    for (const [index, { segment, firstKey }] of segments.entries()) {
      const next = segments[index + 1];
      if (next === undefined) return;
      const used = this.#connection
        .sql('SELECT 1 FROM span WHERE span_key >= ? AND span_key < ? LIMIT 1')
        .get(firstKey, next.firstKey);
      if (used !== undefined) continue;
      this.#connection.exec(`DROP TABLE span_text_${segment}`);
      this.#connection.sql('DELETE FROM text_segment WHERE segment = ?').run(segment);
    }
  }

  #isFull(spanKey: number, { firstKey }: Segment): boolean {
    return spanKey >= firstKey + SEGMENT_SPANS || this.#characters >= this.#limit;
  }

  #open(spanKey: number): void {
    const newest = segmentsOf(this.#connection).at(-1);
    if (newest !== undefined && !this.#isFull(spanKey, newest)) this.#newest = newest;
    else {
      this.#newest = { segment: (newest?.segment ?? 0) + 1, firstKey: spanKey };
      const table = `span_text_${this.#newest.segment}`;
      this.#connection.exec(`CREATE VIRTUAL TABLE ${table} USING fts5(text, content = '', columnsize = 0)`);
      this.#connection
        .sql('INSERT INTO text_segment VALUES (?, ?)')
        .run(this.#newest.segment, this.#newest.firstKey);
    }
    this.#characters = 0;
    const table = `span_text_${this.#newest.segment}`;
    this.#connection.exec(
      `INSERT INTO ${table} (${table}, rank) VALUES ('hashsize', ${GATHERED_BYTES}), ('automerge', 0), ('crisismerge', ${MERGED_PIECES})`,
    );
    this.#insert = this.#connection.statement(`INSERT INTO ${table} (rowid, text) VALUES (?, ?)`);
  }

  #forget(): void {
    this.#newest = undefined;
    this.#characters = 0;
    this.#insert = undefined;
  }
}

/**
 * Keys of the newest spans in whose text all words occur, newest first. Words are taken as they are: nothing in
 * them is an operator.
 *
 * @param isStored - Tells which of the keys still stand for a span.
 */
export function findText(
  connection: SqliteConnection,
  words: readonly string[],
  limit: number,
  isStored: (keys: readonly number[]) => readonly number[],
): readonly number[] {
  const match = words.map((word) => `"${word.replaceAll('"', '""')}"`).join(' ');
  const found: number[] = [];
  for (const { segment } of segmentsOf(connection).reverse()) {
    const table = `span_text_${segment}`;
    const select = connection.statement(
      `SELECT rowid AS span_key FROM ${table} WHERE ${table} MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?`,
    );
    let below = Number.MAX_SAFE_INTEGER;
    while (found.length < limit) {
      const keys = select.all(match, below, limit).map((row) => number(row, 'span_key'));
      found.push(...isStored(keys).slice(0, limit - found.length));
      if (keys.length < limit) break;
      below = keys.at(-1)!;
    }
    if (found.length >= limit) break;
  }
  return found;
}

function segmentsOf(connection: SqliteConnection): Segment[] {
  return connection
    .sql('SELECT segment, first_key FROM text_segment ORDER BY segment')
    .all()
    .map((row) => ({ segment: number(row, 'segment'), firstKey: number(row, 'first_key') }));
}
