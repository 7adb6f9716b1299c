import { wordsOf } from '@tta/obs-protocol/query';
import { INCOMPLETE_TEXT } from '../otlp/span-batch-builder.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqlStatement } from './sqlite-driver.ts';
import { number } from './sqlite-rows.ts';
import { storedText } from './stored-text.ts';

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
/** Everybody waits while pieces are merged. With nearly so many, of so much text, a segment ends instead. */
const MANY_PIECES = 400;
const MUCH_TEXT = 32 * 1024 * 1024;

/** A segment of which at most so many spans are left, no more than this part of all, and so many bytes, is given up. */
const THIN_SPANS = 1_000;
const THIN_PART = 0.1;
const THIN_BYTES = 4 * 1024 * 1024;

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
  /** Added since pieces were merged. */
  #pieces = 0;
  #pieceCharacters = 0;
  #insert: SqlStatement | undefined;
  /** Which segment is looked at next. */
  #turn = 0;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
    connection.onRollback(() => this.#forget());
  }

  add(spanKey: number, text: string): void {
    if (this.#insert === undefined || this.#isFull(spanKey, this.#newest!)) this.#open(spanKey);
    this.#insert!.run(spanKey, indexed(text));
    this.#characters += text.length;
    this.#pieceCharacters += text.length;
  }

  /** Has to be called when all texts of a commit are added. */
  endPiece(): void {
    if (++this.#pieces < MERGED_PIECES) return;
    this.#pieces = 0;
    this.#pieceCharacters = 0;
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
      if (used === undefined) this.#drop(segment);
    }
  }

  /**
   * Gives up one segment of which little is left, as of traces that are pinned: the next one takes that over, unless it
   * still grows. Each call looks at another one. @returns whether this one was given up.
   */
  mergeThin(): boolean {
    const segments = segmentsOf(this.#connection);
    const count = segments.length - 2;
    if (count < 1) return false;
    const index = this.#turn++ % count;
    const { segment, firstKey } = segments[index]!;
    const next = segments[index + 1]!;
    const limit = Math.min(THIN_SPANS, Math.floor((next.firstKey - firstKey) * THIN_PART));
    const left = this.#connection
      .sql(
        `SELECT span_key, octet_length(attributes) + coalesce(octet_length(events), 0) + coalesce(octet_length(links), 0) AS bytes
         FROM span WHERE span_key >= ? AND span_key < ? LIMIT ?`,
      )
      .all(firstKey, next.firstKey, limit + 1);
    const bytes = left.reduce((sum, row) => sum + number(row, 'bytes'), 0);
    if (left.length > limit || bytes > THIN_BYTES) return false;
    const insert = this.#insertInto(next.segment);
    for (const row of left) {
      const spanKey = number(row, 'span_key');
      insert.run(spanKey, indexed(storedText(this.#connection, spanKey)));
    }
    this.#connection
      .sql('UPDATE text_segment SET first_key = ? WHERE segment = ?')
      .run(firstKey, next.segment);
    this.#drop(segment);
    return true;
  }

  #drop(segment: number): void {
    this.#connection.exec(`DROP TABLE span_text_${segment}`);
    this.#connection.sql('DELETE FROM text_segment WHERE segment = ?').run(segment);
  }

  #insertInto(segment: number): SqlStatement {
    return this.#connection.statement(`INSERT INTO span_text_${segment} (rowid, text) VALUES (?, ?)`);
  }

  #isFull(spanKey: number, { firstKey }: Segment): boolean {
    const isSlow = this.#pieces >= MANY_PIECES && this.#pieceCharacters >= MUCH_TEXT;
    return spanKey >= firstKey + SEGMENT_SPANS || this.#characters >= this.#limit || isSlow;
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
    this.#beginCounting();
    const table = `span_text_${this.#newest.segment}`;
    this.#connection.exec(
      `INSERT INTO ${table} (${table}, rank) VALUES ('hashsize', ${GATHERED_BYTES}), ('automerge', 0), ('crisismerge', ${MERGED_PIECES})`,
    );
    this.#insert = this.#insertInto(this.#newest.segment);
  }

  #forget(): void {
    this.#newest = undefined;
    this.#beginCounting();
    this.#insert = undefined;
  }

  #beginCounting(): void {
    this.#characters = 0;
    this.#pieces = 0;
    this.#pieceCharacters = 0;
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
  const phrases = words.map((word) => wordsOf(word).trim()).filter((phrase) => phrase !== '');
  if (phrases.length === 0) return [];
  const match = phrases.map((phrase) => `"${phrase}"`).join(' ');
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

/**
 * Keys of all spans in whose text an expression is true, or may be: the texts of some are not complete. `undefined` when they
 * are more than `most`, or `isOver` says that it takes too long.
 *
 * @param match - For FTS5.
 */
export function findKeys(
  connection: SqliteConnection,
  match: string,
  most: number,
  isOver: () => boolean,
): readonly number[] | undefined {
  const found: number[] = [];
  for (const { segment } of segmentsOf(connection).reverse()) {
    if (isOver()) return undefined;
    const table = `span_text_${segment}`;
    const rows = connection
      .statement(`SELECT rowid AS span_key FROM ${table} WHERE ${table} MATCH ? ORDER BY rowid DESC LIMIT ?`)
      .all(`(${match}) OR ${INCOMPLETE_TEXT}`, most + 1 - found.length);
    for (const row of rows) found.push(number(row, 'span_key'));
    if (found.length > most) return undefined;
  }
  return found;
}

/** As the index takes it: SQLite knows the letters of an older Unicode, and other ways to write them without accents. */
function indexed(text: string): string {
  return /^[\t-\r -~]*$/.test(text) ? text : wordsOf(text);
}

function segmentsOf(connection: SqliteConnection): Segment[] {
  return connection
    .sql('SELECT segment, first_key FROM text_segment ORDER BY segment')
    .all()
    .map((row) => ({ segment: number(row, 'segment'), firstKey: number(row, 'first_key') }));
}
