/** Marks the file as ours ("TTAo"), so that another program's database is never taken for one. */
export const APPLICATION_ID = 0x5454416f;

export const SCHEMA_VERSION = 1;

/**
 * `trace.seq` orders all changes and survives restarts (`counter`). `head_*` name the span that speaks for
 * the trace: the root, else the earliest. Spans refer to traces by `trace_key`, which is never used again,
 * so the spans of a deleted trace can be removed later, in small steps (`removed_trace`).
 */
export const SCHEMA = `
  CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  INSERT INTO counter VALUES ('seq', 0);

  CREATE TABLE resource (
    id INTEGER PRIMARY KEY,
    attributes TEXT NOT NULL UNIQUE,
    service_name TEXT NOT NULL
  );

  CREATE TABLE scope (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    attributes TEXT NOT NULL,
    UNIQUE (name, version, attributes)
  );

  CREATE TABLE trace (
    trace_key INTEGER PRIMARY KEY AUTOINCREMENT,
    trace_id TEXT NOT NULL UNIQUE,
    seq INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    name TEXT NOT NULL,
    service_name TEXT NOT NULL,
    status TEXT NOT NULL,
    start_ns INTEGER NOT NULL,
    end_ns INTEGER NOT NULL,
    span_count INTEGER NOT NULL,
    error_count INTEGER NOT NULL,
    has_root INTEGER NOT NULL,
    head_span_id TEXT NOT NULL,
    head_start_ns INTEGER NOT NULL
  );
  CREATE UNIQUE INDEX trace_by_seq ON trace (seq);
  CREATE INDEX trace_by_start ON trace (start_ns, trace_key);

  CREATE TABLE span (
    span_key INTEGER PRIMARY KEY,
    trace_key INTEGER NOT NULL,
    span_id TEXT NOT NULL,
    parent_span_id TEXT,
    name TEXT NOT NULL,
    kind INTEGER NOT NULL,
    start_ns INTEGER NOT NULL,
    end_ns INTEGER NOT NULL,
    status TEXT NOT NULL,
    status_code INTEGER NOT NULL,
    status_message TEXT,
    primitive_type TEXT,
    label TEXT,
    resource_id INTEGER NOT NULL,
    scope_id INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    trace_state TEXT,
    attributes TEXT NOT NULL,
    events TEXT,
    links TEXT,
    UNIQUE (trace_key, span_id)
  );

  CREATE TABLE removed_trace (trace_key INTEGER PRIMARY KEY);

  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;
