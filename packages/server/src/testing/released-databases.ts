/*
 * Databases as released versions left them, with rows of a service in use: written out, so that they never change.
 */

const TABLES_1 = `
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

  PRAGMA application_id = 0x5454416f;
`;

const TABLES_2 = `
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

/** A trace whose root failed after a call, one of two batches of a program, and the rest of a removed one. */
const ROWS_1 = `
  INSERT INTO resource VALUES (1, '{"service.name":"shop","process.pid":7}', 'shop'), (2, '{}', 'unknown_service');
  INSERT INTO scope VALUES (1, 'orders', '1.2.3', '{}');
  INSERT INTO trace VALUES
    (7, '0000000000000000000000000000000a', 3, 1763700000000, 'nightly', 'shop', 'error',
     1763700000000000001, 1763700004000000001, 2, 1, 1, '000000000000000b', 1763700000000000001),
    (8, '0000000000000000000000000000000c', 5, 1763700001000, 'worker', 'unknown_service', 'success',
     1763700001000000000, 1763700002000000000, 1, 0, 0, '000000000000000d', 1763700001000000000);
  INSERT INTO span VALUES
    (1, 7, '000000000000000b', NULL, 'primitive.retry.execute', 1, 1763700000000000001, 1763700004000000001,
     'error', 2, 'no more attempts', 'retry', 'ask', 1, 1, 257, 'vendor=1',
     '{"workflow.name":"nightly","attempts":3,"nested":{"list":["a whale","x"]}}',
     '[{"name":"exception","timeUnixNano":"1763700003000000001","attributes":{"exception.message":"größer als 5"}}]',
     '[{"traceId":"0000000000000000000000000000000c","spanId":"000000000000000d","attributes":{"why":"earlier"}}]'),
    (2, 7, '000000000000000c', '000000000000000b', 'chat', 3, 1763700001000000001, 1763700002000000001,
     'success', 0, NULL, NULL, NULL, 1, 1, 1, NULL, '{"gen_ai.request.model":"narwhal-7b"}', NULL, NULL),
    (5, 8, '000000000000000d', '00000000000000ff', 'worker', 1, 1763700001000000000, 1763700002000000000,
     'success', 1, NULL, NULL, NULL, 2, 1, 1, NULL, '{}', NULL, NULL),
    (6, 5, '000000000000000e', NULL, 'removed narwhal', 1, 1, 2, 'success', 0, NULL, NULL, NULL, 1, 1, 1, NULL,
     '{}', NULL, NULL);
  INSERT INTO removed_trace VALUES (5);
  UPDATE counter SET value = 5;
`;

const ROWS_2 = `
  INSERT INTO log_record VALUES
    (1, 7, '0000000000000000000000000000000a', '000000000000000b', 1763700001000000001, NULL, 1763700002000, 17, 2, 1,
     1, 1, 'ERROR', 'order.failed', '{"sku":"a"}', '"no stock"'),
    (2, NULL, NULL, NULL, 1763700001000000002, 1763700001000000003, 1763700002000, 9, 0, 0, 2, 1, NULL, NULL, '{}',
     '"started"');
  INSERT INTO log_request VALUES (-77, 1763700002000);
  UPDATE trace SET logs_seq = 6 WHERE trace_key = 7;
  UPDATE counter SET value = 6;
`;

const TABLES_3 = `
  INSERT INTO counter SELECT 'span_key', coalesce(max(span_key), 0) FROM span;
  CREATE TABLE text_segment (segment INTEGER PRIMARY KEY, first_key INTEGER NOT NULL);
  CREATE VIRTUAL TABLE span_text_1 USING fts5(text, content = '', columnsize = 0);
  INSERT INTO text_segment VALUES (1, 0);
  INSERT INTO span_text_1 (rowid, text)
    SELECT span_key, name || char(10) || coalesce(status_message, '') || char(10) || coalesce(
      (SELECT group_concat(atom, char(10)) FROM json_tree(span.attributes) WHERE type = 'text'), '') || char(10) ||
      coalesce((SELECT group_concat(atom, char(10)) FROM json_tree(span.events) WHERE type = 'text'), '')
    FROM span;

  ALTER TABLE span ADD COLUMN dropped TEXT;

  CREATE TABLE forgotten_trace (trace_id TEXT PRIMARY KEY, removed_ms INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX forgotten_trace_by_time ON forgotten_trace (removed_ms);

  ALTER TABLE trace ADD COLUMN is_partial INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE trace ADD COLUMN is_pinned INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE trace ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
  UPDATE trace SET bytes = (SELECT coalesce(sum(200 + octet_length(attributes) + coalesce(octet_length(events), 0)
    + coalesce(octet_length(links), 0)), 0) FROM span WHERE span.trace_key = trace.trace_key);
  CREATE INDEX pinned_trace ON trace (trace_key) WHERE is_pinned = 1;
`;

const TABLES_4 = `
  CREATE TABLE metric_instrument (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    service_name TEXT NOT NULL,
    scope_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    unit TEXT NOT NULL,
    temporality TEXT NOT NULL,
    is_monotonic INTEGER NOT NULL,
    description TEXT NOT NULL,
    metadata TEXT NOT NULL,
    UNIQUE (name, service_name, scope_id, kind, unit, temporality, is_monotonic)
  );

  CREATE TABLE metric_series (
    id INTEGER PRIMARY KEY,
    instrument_id INTEGER NOT NULL,
    resource_id INTEGER NOT NULL,
    point_count INTEGER NOT NULL,
    first_received_ms INTEGER NOT NULL,
    last_received_ms INTEGER NOT NULL,
    attributes TEXT NOT NULL,
    UNIQUE (instrument_id, resource_id, attributes)
  );

  CREATE TABLE metric_point (
    series_id INTEGER NOT NULL,
    time_ns INTEGER NOT NULL,
    start_ns INTEGER NOT NULL,
    content NOT NULL,
    received_ms INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    data TEXT,
    exemplars TEXT,
    PRIMARY KEY (series_id, time_ns, start_ns, content)
  ) WITHOUT ROWID;
`;

/** A counter with two series, and a histogram. */
const ROWS_4 = `
  INSERT INTO metric_instrument VALUES
    (1, 'jobs', 'shop', 1, 'sum', '1', 'cumulative', 1, 'größer', '{"source":"queue"}'),
    (2, 'wait', 'shop', 1, 'histogram', 'ms', 'delta', 0, '', '{}');
  INSERT INTO metric_series VALUES
    (1, 1, 1, 2, 1763700001000, 1763700002000, '{"queue":"a"}'),
    (2, 1, 1, 1, 1763700002000, 1763700002000, '{}'),
    (3, 2, 1, 1, 1763700001000, 1763700001000, '{}');
  INSERT INTO metric_point VALUES
    (1, 1763700001000000001, 1763700000000000000, 3, 1763700001000, 0, NULL, NULL),
    (1, 1763700002000000001, 1763700000000000000, 5, 1763700002000, 0, NULL, NULL),
    (2, 1763700002000000001, 0, 0.5, 1763700002000, 0, NULL, NULL),
    (3, 1763700001000000001, 0, '0123456789abcdef', 1763700001000, 0,
     '{"count":1,"sum":7,"min":null,"max":null,"bucketCounts":[0,1],"explicitBounds":[5]}',
     '[{"timeUnixNano":"1763700001000000001","value":7,"traceId":null,"spanId":null,"filteredAttributes":{}}]');
`;

const VERSION_2 = `${TABLES_1} ${ROWS_1} ${TABLES_2} ${ROWS_2}`;

/** What makes an empty file the database of a released version. */
export const RELEASED_DATABASES: Readonly<Record<1 | 2 | 4, string>> = {
  1: `${TABLES_1} ${ROWS_1} PRAGMA user_version = 1;`,
  2: `${VERSION_2} PRAGMA user_version = 2;`,
  4: `PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL; ${VERSION_2} ${TABLES_3} ${TABLES_4} ${ROWS_4} PRAGMA user_version = 4;`,
};
