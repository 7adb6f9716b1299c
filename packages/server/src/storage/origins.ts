import type { AttributesJson } from '@tta/obs-protocol';
import { textAttribute } from '../otlp/attribute-value.ts';
import type { ScopeRecord } from '../otlp/export-batch.ts';
import { UNKNOWN_SERVICE } from '../otlp/span-facts.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { number, storable } from './sqlite-rows.ts';

const CACHED = 1_000;
/** Larger ones are rare, and not worth the memory. */
const CACHED_LENGTH = 16_384;
/** As many that nothing refers to are let be: to find them, all records are looked through. */
const UNUSED_ROWS = 1_000;

/** Resources and instrumentation scopes: each is one row, to which many records refer. Only within transactions. */
export class Origins {
  readonly #connection: SqliteConnection;
  readonly #resourceIds = new Map<string, number>();
  readonly #scopeIds = new Map<string, number>();
  #latest: { readonly attributes: AttributesJson; readonly id: number } | undefined;
  /** What there may be before those are looked for that nothing refers to. */
  #tolerated = { rows: UNUSED_ROWS, bytes: 0 };

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
    connection.onRollback(() => this.#forget());
  }

  /** The row of a resource, made when there is none. Groups of one resource share the object. */
  resourceId(attributes: AttributesJson): number {
    if (attributes !== this.#latest?.attributes) {
      const id = this.resourceRow(JSON.stringify(attributes), serviceNameOf(attributes));
      this.#latest = { attributes, id };
    }
    return this.#latest.id;
  }

  /** The same, for attributes that are JSON already. */
  resourceRow(attributes: string, serviceName: string): number {
    return cached(this.#resourceIds, attributes, () => {
      const found = this.#connection.sql('SELECT id FROM resource WHERE attributes = ?').get(attributes);
      const row =
        found ??
        this.#connection
          .sql('INSERT INTO resource (attributes, service_name) VALUES (?, ?) RETURNING id')
          .get(attributes, storable(serviceName));
      return number(row!, 'id');
    });
  }

  /** The row of an instrumentation scope, made when there is none. */
  scopeId({ name, version, attributes }: ScopeRecord): number {
    return this.scopeRow(name, version, JSON.stringify(attributes));
  }

  /** The same, for attributes that are JSON already. */
  scopeRow(name: string, version: string, attributes: string): number {
    const values = [storable(name), storable(version), attributes] as const;
    return cached(this.#scopeIds, JSON.stringify(values), () => {
      const found = this.#connection
        .sql('SELECT id FROM scope WHERE name = ? AND version = ? AND attributes = ?')
        .get(...values);
      const row =
        found ??
        this.#connection
          .sql('INSERT INTO scope (name, version, attributes) VALUES (?, ?, ?) RETURNING id')
          .get(...values);
      return number(row!, 'id');
    });
  }

  /** Removes those that nothing refers to any more, once they may be many, or take more than `bytes` more. */
  removeUnused(bytes: number): void {
    const before = this.#size();
    if (before.rows <= this.#tolerated.rows && before.bytes <= this.#tolerated.bytes + bytes) return;
    this.#connection
      .sql(
        `DELETE FROM resource WHERE id NOT IN (SELECT resource_id FROM span UNION
           SELECT resource_id FROM log_record UNION SELECT resource_id FROM metric_series)`,
      )
      .run();
    this.#connection
      .sql(
        `DELETE FROM scope WHERE id NOT IN (SELECT scope_id FROM span UNION
           SELECT scope_id FROM log_record UNION SELECT scope_id FROM metric_instrument)`,
      )
      .run();
    this.#forget();
    const left = this.#size();
    this.#tolerated = { rows: 2 * left.rows + UNUSED_ROWS, bytes: 2 * left.bytes };
  }

  #size(): { readonly rows: number; readonly bytes: number } {
    const row = this.#connection
      .sql(
        `SELECT count(*) AS rows, coalesce(sum(octet_length(attributes)), 0) AS bytes
         FROM (SELECT attributes FROM resource UNION ALL SELECT attributes FROM scope)`,
      )
      .get()!;
    return { rows: number(row, 'rows'), bytes: number(row, 'bytes') };
  }

  #forget(): void {
    this.#latest = undefined;
    this.#resourceIds.clear();
    this.#scopeIds.clear();
  }
}

export function serviceNameOf(resource: AttributesJson): string {
  return textAttribute(resource, 'service.name') ?? UNKNOWN_SERVICE;
}

function cached(ids: Map<string, number>, key: string, find: () => number): number {
  const known = ids.get(key);
  if (known !== undefined) return known;
  if (ids.size >= CACHED) ids.clear();
  const id = find();
  if (key.length <= CACHED_LENGTH) ids.set(key, id);
  return id;
}
