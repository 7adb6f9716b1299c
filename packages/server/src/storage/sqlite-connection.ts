import type { AttributesJson } from '@tta/obs-protocol';
import { textAttribute } from '../otlp/attribute-value.ts';
import type { DatabaseFile } from './database-file.ts';
import type { ScopeRecord } from '../otlp/export-batch.ts';
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
      throw error;
    }
  }

  /** The row of a resource, made when there is none. Only within a transaction. */
  resourceId(attributes: AttributesJson): number {
    const json = JSON.stringify(attributes);
    return cached(this.#resourceIds, json, () => {
      const found = this.sql('SELECT id FROM resource WHERE attributes = ?').get(json);
      const row =
        found ??
        this.sql('INSERT INTO resource (attributes, service_name) VALUES (?, ?) RETURNING id').get(
          json,
          storable(serviceNameOf(attributes)),
        );
      return number(row!, 'id');
    });
  }

  /** The row of an instrumentation scope, made when there is none. Only within a transaction. */
  scopeId(scope: ScopeRecord): number {
    const values = [storable(scope.name), storable(scope.version), JSON.stringify(scope.attributes)] as const;
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

  #rollBack(): void {
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // A full disk has rolled the transaction back already; there is none to end.
    }
  }
}

export function serviceNameOf(resource: AttributesJson): string {
  return textAttribute(resource, 'service.name') ?? 'unknown_service';
}

function cached(ids: Map<string, number>, key: string, find: () => number): number {
  const known = ids.get(key);
  if (known !== undefined) return known;
  if (ids.size >= CACHED_OWNERS) ids.clear();
  const id = find();
  ids.set(key, id);
  return id;
}
