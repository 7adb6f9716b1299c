import type { AttributesJson } from '@tta/obs-protocol';
import { textAttribute } from '../otlp/attribute-value.ts';
import type { DatabaseFile } from './database-file.ts';
import type { ScopeRecord } from '../otlp/export-batch.ts';
import { UNKNOWN_SERVICE } from '../otlp/span-facts.ts';
import type { SqlDatabase, SqlStatement } from './sqlite-driver.ts';
import { number, storable } from './sqlite-rows.ts';

const CACHED_OWNERS = 1_000;

/**
 * The open database as the stores of traces and of log records share it: prepared statements, transactions,
 * the sequence of changes, and the rows of resources and scopes.
 */
export class SqliteConnection {
  readonly #file: DatabaseFile;
  readonly #database: SqlDatabase;
  readonly #statements = new Map<string, SqlStatement>();
  readonly #resourceIds = new Map<string, number>();
  readonly #scopeIds = new Map<string, number>();
  readonly #rollbackListeners: (() => void)[] = [];
  #seq: number;

  constructor(file: DatabaseFile) {
    this.#file = file;
    this.#database = file.database;
    this.#seq = Number(this.sql(`SELECT value FROM counter WHERE name = 'seq'`).get()?.['value']);
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
      this.#resourceIds.clear();
      this.#scopeIds.clear();
      this.#rollBack();
      for (const listener of this.#rollbackListeners) listener();
      throw error;
    }
  }

  /** The row of a resource, made when there is none. Only within a transaction. */
  resourceId(attributes: AttributesJson): number {
    return this.resourceRow(JSON.stringify(attributes), serviceNameOf(attributes));
  }

  /** The same, for attributes that are JSON already. */
  resourceRow(attributes: string, serviceName: string): number {
    return cached(this.#resourceIds, attributes, () => {
      const found = this.sql('SELECT id FROM resource WHERE attributes = ?').get(attributes);
      const row =
        found ??
        this.sql('INSERT INTO resource (attributes, service_name) VALUES (?, ?) RETURNING id').get(
          attributes,
          storable(serviceName),
        );
      return number(row!, 'id');
    });
  }

  /** The row of an instrumentation scope, made when there is none. Only within a transaction. */
  scopeId({ name, version, attributes }: ScopeRecord): number {
    return this.scopeRow(name, version, JSON.stringify(attributes));
  }

  /** The same, for attributes that are JSON already. */
  scopeRow(name: string, version: string, attributes: string): number {
    const values = [storable(name), storable(version), attributes] as const;
    return cached(this.#scopeIds, JSON.stringify(values), () => {
      const found = this.sql('SELECT id FROM scope WHERE name = ? AND version = ? AND attributes = ?').get(
        ...values,
      );
      const row =
        found ??
        this.sql('INSERT INTO scope (name, version, attributes) VALUES (?, ?, ?) RETURNING id').get(
          ...values,
        );
      return number(row!, 'id');
    });
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

export function serviceNameOf(resource: AttributesJson): string {
  return textAttribute(resource, 'service.name') ?? UNKNOWN_SERVICE;
}

function cached(ids: Map<string, number>, key: string, find: () => number): number {
  const known = ids.get(key);
  if (known !== undefined) return known;
  if (ids.size >= CACHED_OWNERS) ids.clear();
  const id = find();
  ids.set(key, id);
  return id;
}
