import { AI_SPANS } from './ai-schema.ts';
import { ERRORS } from './error-schema.ts';
import { METRIC_BYTES, METRICS } from './metric-schema.ts';
import { QUERIES } from './query-schema.ts';
import { ROLL_UPS } from './roll-up-schema.ts';
import { RUNS } from './run-schema.ts';
import { SEARCH_AND_RETENTION } from './search-schema.ts';
import { PRIMITIVE_VERSIONS } from './version-schema.ts';

/** Marks the file as ours ("TTAo"), so that another program's database is never taken for one. */
export const APPLICATION_ID = 0x5454416f;

/**
 * `trace.seq` orders all changes and survives restarts (`counter`). `head_*` name the span that speaks for
 * the trace: the root, else the earliest. Spans refer to traces by `trace_key`, which is never used again,
 * so the spans of a deleted trace can be removed later, in small steps (`removed_trace`).
 */
const TRACES = `
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
`;

/**
 * `log_record.trace_key` is NULL as long as no trace of that id is stored, for some records for ever: these
 * "loose" ones have bounds of their own. `time_ns` is never unknown, and
 * `trace.logs_seq` is the change in which records of the trace arrived last. What may be large stands at the end
 * of a record: its size is known without reading it. `log_request` finds what is sent twice.
 */
const LOGS = `
  CREATE TABLE log_record (
    log_key INTEGER PRIMARY KEY AUTOINCREMENT,
    trace_key INTEGER,
    trace_id TEXT,
    span_id TEXT,
    time_ns INTEGER NOT NULL,
    observed_ns INTEGER,
    received_ms INTEGER NOT NULL,
    severity_number INTEGER NOT NULL,
    dropped_attributes INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    resource_id INTEGER NOT NULL,
    scope_id INTEGER NOT NULL,
    severity_text TEXT,
    event_name TEXT,
    attributes TEXT NOT NULL,
    body TEXT NOT NULL
  );
  CREATE INDEX log_record_by_trace ON log_record (trace_key, time_ns, log_key, span_id)
    WHERE trace_key IS NOT NULL;
  CREATE INDEX log_record_by_time ON log_record (time_ns, log_key);
  CREATE INDEX loose_log_record_by_trace ON log_record (trace_id, time_ns, log_key) WHERE trace_key IS NULL;
  CREATE INDEX loose_log_record_by_arrival ON log_record (received_ms, log_key) WHERE trace_key IS NULL;

  CREATE TABLE log_request (digest INTEGER PRIMARY KEY, received_ms INTEGER NOT NULL);
  CREATE INDEX log_request_by_arrival ON log_request (received_ms);

  ALTER TABLE trace ADD COLUMN logs_seq INTEGER;
  CREATE UNIQUE INDEX trace_by_logs_seq ON trace (logs_seq) WHERE logs_seq IS NOT NULL;
  CREATE INDEX trace_by_change ON trace (max(seq, coalesce(logs_seq, 0)));
`;

/** What leads from each version to the next; an empty file has version 0. A step that was released never changes. */
export const MIGRATIONS: readonly string[] = [
  TRACES,
  LOGS,
  SEARCH_AND_RETENTION,
  METRICS,
  METRIC_BYTES,
  ROLL_UPS,
  AI_SPANS,
  RUNS,
  QUERIES,
  ERRORS,
  PRIMITIVE_VERSIONS,
];

export const SCHEMA_VERSION = MIGRATIONS.length;
