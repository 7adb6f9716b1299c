import { createRequire, isBuiltin } from 'node:module';

/** A span as the file holds it. */
export interface StoredSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly status: string;
  readonly statusCode: number;
  readonly flags: number;
  /** `service.name` of its resource. */
  readonly service: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly {
    readonly spanId: string;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
}

type DatabaseConstructor = new (path: string) => {
  prepare(sql: string): { all(): Record<string, unknown>[] };
  close(): void;
};

/** Everything in a database that its service has let go of, read with SQLite itself, by time. */
export function readSpans(databasePath: string): StoredSpan[] {
  const require = createRequire(import.meta.url);
  const { DatabaseSync } = isBuiltin('node:sqlite')
    ? (require('node:sqlite') as { DatabaseSync: DatabaseConstructor })
    : { DatabaseSync: require('libsql') as DatabaseConstructor };
  const database = new DatabaseSync(databasePath);
  try {
    const rows = database
      .prepare(
        `SELECT trace_id AS traceId, span_id AS spanId, parent_span_id AS parentSpanId, span.name, span.status,
           status_code AS statusCode, flags, resource.service_name AS service, span.attributes, links
         FROM span JOIN trace USING (trace_key) JOIN resource ON resource.id = resource_id
         ORDER BY span.start_ns, span_key`,
      )
      .all();
    return rows.map((row) => ({
      ...row,
      attributes: JSON.parse(row['attributes'] as string),
      links: JSON.parse((row['links'] as string | null) ?? '[]'),
    })) as unknown as StoredSpan[];
  } finally {
    database.close();
  }
}
