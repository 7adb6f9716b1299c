import { attributeNames } from '@tta/obs-context';
import type { PrimitiveVersion, PrimitiveVersionList } from '@tta/obs-protocol';
import { HOUR_S, keptSince } from './roll-up-periods.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqlRow } from './sqlite-driver.ts';
import { number, storable, text } from './sqlite-rows.ts';

/** Those that ran last are kept: a service may make up a new one at each start. */
const MOST_VERSIONS = 1_000;
const CACHED_RESOURCES = 1_000;
const NAME_LENGTH = 200;

/** What code a service ran; empty where it does not tell. */
export interface CodeVersion {
  readonly version: string;
  /** Ends in `-dirty` when files differed from the commit. */
  readonly revision: string;
}

/** Executions that ended within a span of time, in milliseconds since the Unix epoch. */
export interface Seen {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly calls: number;
}

/** Which versions of services ran primitives, and when. Changes only within transactions. */
export class PrimitiveVersions {
  readonly #connection: SqliteConnection;
  readonly #now: () => number;
  /** By the attributes of the resource. */
  readonly #codes = new Map<string, CodeVersion>();
  /** By key as text, until they are saved. */
  readonly #seen = new Map<
    string,
    { readonly serviceName: string; readonly code: CodeVersion; seen: Seen }
  >();

  /** @param now - Milliseconds since the Unix epoch. */
  constructor(connection: SqliteConnection, now: () => number) {
    this.#connection = connection;
    this.#now = now;
    connection.onRollback(() => this.#seen.clear());
  }

  /** @param attributes - Of a resource, as JSON. */
  codeOf(attributes: string): CodeVersion {
    let code = this.#codes.get(attributes);
    if (code === undefined) {
      code = readCode(JSON.parse(attributes) as Readonly<Record<string, unknown>>);
      if (this.#codes.size >= CACHED_RESOURCES) this.#codes.clear();
      this.#codes.set(attributes, code);
    }
    return code;
  }

  add(serviceName: string, code: CodeVersion, more: Seen): void {
    const key = [serviceName, code.version, code.revision].join('\0');
    const known = this.#seen.get(key);
    if (known === undefined) this.#seen.set(key, { serviceName, code, seen: more });
    else known.seen = together(known.seen, more);
  }

  /** Writes what was added. */
  save(): void {
    for (const { serviceName, code, seen } of this.#seen.values()) {
      this.#connection
        .sql(
          `INSERT INTO primitive_version (service_name, service_version, revision, first_ms, last_ms, calls)
           VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET first_ms = min(first_ms, excluded.first_ms),
             last_ms = max(last_ms, excluded.last_ms), calls = calls + excluded.calls`,
        )
        .run(serviceName, code.version, code.revision, seen.firstMs, seen.lastMs, seen.calls);
    }
    this.#seen.clear();
  }

  /** Removes what is older than it is kept, and what is too many. */
  prune(): void {
    this.#connection
      .sql('DELETE FROM primitive_version WHERE last_ms < ?')
      .run(keptSince(HOUR_S, this.#now()) * 1000);
    this.#connection
      .sql(
        `DELETE FROM primitive_version WHERE (service_name, service_version, revision) IN (
           SELECT service_name, service_version, revision FROM primitive_version
           ORDER BY last_ms DESC, service_name LIMIT -1 OFFSET ?)`,
      )
      .run(MOST_VERSIONS);
  }

  list(serviceName: string | undefined): PrimitiveVersionList {
    const rows = this.#connection
      .sql(
        `SELECT * FROM primitive_version WHERE service_name = coalesce(?, service_name)
         ORDER BY last_ms DESC, first_ms DESC, service_name LIMIT ?`,
      )
      .all(serviceName ?? null, MOST_VERSIONS);
    return { items: rows.map(toVersion) };
  }
}

function readCode(attributes: Readonly<Record<string, unknown>>): CodeVersion {
  const textOf = (key: string) => {
    const value = attributes[key];
    return typeof value === 'string' ? storable(value).slice(0, NAME_LENGTH) : '';
  };
  const revision = textOf('vcs.ref.head.revision');
  const isDirty = revision !== '' && attributes[attributeNames.vcsDirty] === true;
  return { version: textOf('service.version'), revision: isDirty ? `${revision}-dirty` : revision };
}

function together(one: Seen, other: Seen): Seen {
  return {
    firstMs: Math.min(one.firstMs, other.firstMs),
    lastMs: Math.max(one.lastMs, other.lastMs),
    calls: one.calls + other.calls,
  };
}

function toVersion(row: SqlRow): PrimitiveVersion {
  return {
    serviceName: text(row, 'service_name'),
    version: text(row, 'service_version') || null,
    revision: text(row, 'revision') || null,
    firstTimeMs: number(row, 'first_ms'),
    lastTimeMs: number(row, 'last_ms'),
    calls: number(row, 'calls'),
  };
}
