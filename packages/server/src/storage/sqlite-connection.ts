import type { DatabaseFile } from './database-file.ts';
import { Origins } from './origins.ts';
import type { SqlDatabase, SqlStatement } from './sqlite-driver.ts';

/** As it is set when the file is opened. */
const BUSY_MS = 2_000;

/**
 * The open database as the stores of traces, log records and metrics share it: prepared statements, transactions,
 * the sequence of changes, and what the records come from.
 */
export class SqliteConnection {
  readonly origins: Origins;
  readonly #file: DatabaseFile;
  readonly #database: SqlDatabase;
  readonly #statements = new Map<string, SqlStatement>();
  readonly #rollbackListeners: (() => void)[] = [];
  #seq: number;

  constructor(file: DatabaseFile) {
    this.#file = file;
    this.#database = file.database;
    this.#seq = Number(this.sql(`SELECT value FROM counter WHERE name = 'seq'`).get()?.['value']);
    this.origins = new Origins(this);
  }

  /** The newest change; it survives a restart. */
  get seq(): number {
    return this.#seq;
  }

  /** Numbers a change. Only within a transaction. */
  nextSeq(): number {
    return ++this.#seq;
  }

  /** The prepared statement of `sql`. */
  sql(sql: string): SqlStatement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }

  /** A prepared statement that the caller keeps. */
  statement(sql: string): SqlStatement {
    return this.#database.prepare(sql);
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** Calls `listener` when a transaction was taken back: what was remembered of its rows is wrong. */
  onRollback(listener: () => void): void {
    this.#rollbackListeners.push(listener);
  }

  /** What the file holds, without free pages. */
  usedBytes(): number {
    return (this.#pragma('page_count') - this.#pragma('freelist_count')) * this.#pragma('page_size');
  }

  /** The file gets shorter with a checkpoint alone; while somebody reads, a later one does it. */
  shrinkFile(): void {
    this.#database.exec('PRAGMA busy_timeout = 0');
    try {
      this.sql('PRAGMA wal_checkpoint(TRUNCATE)').get();
    } finally {
      this.#database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
    }
  }

  /** How much of the file is free, from 0 to 1. */
  freePart(): number {
    return this.#pragma('freelist_count') / Math.max(1, this.#pragma('page_count'));
  }

  /** Commits all that `work` writes, or nothing. */
  transaction<Result>(work: () => Result): Result {
    const seqBefore = this.#seq;
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      if (this.#seq !== seqBefore) this.sql(`UPDATE counter SET value = ? WHERE name = 'seq'`).run(this.#seq);
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      // Before anything else can fail: rows that these ids name are not there any more.
      this.#seq = seqBefore;
      this.#rollBack();
      for (const listener of this.#rollbackListeners) listener();
      throw error;
    }
  }

  /** All that `work` reads is of one moment, whatever another connection commits meanwhile. */
  snapshot<Result>(work: () => Result): Result {
    this.#database.exec('BEGIN');
    try {
      return work();
    } finally {
      this.#rollBack();
    }
  }

  close(): void {
    this.#file.close();
  }

  #pragma(name: 'page_count' | 'freelist_count' | 'page_size'): number {
    return Number(this.sql(`PRAGMA ${name}`).get()?.[name]);
  }

  #rollBack(): void {
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // A full disk has rolled the transaction back already; there is none to end.
    }
  }
}
