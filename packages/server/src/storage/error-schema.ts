/**
 * Tenth step. `error_group` has one row for failures of one fingerprint, with the newest of them, and `error_count` how many
 * ended within an hour; both outlive the traces. The index leads from a span to the failed ones directly below it: an error
 * counts where it arose. What is stored before this step is not counted.
 */
export const ERRORS = `
  CREATE TABLE error_group (
    fingerprint TEXT PRIMARY KEY,
    service_name TEXT NOT NULL,
    type TEXT,
    message TEXT,
    category TEXT,
    span_name TEXT NOT NULL,
    first_ns INTEGER NOT NULL,
    last_ns INTEGER NOT NULL,
    trace_id TEXT NOT NULL,
    span_id TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX error_group_by_end ON error_group (last_ns);

  CREATE TABLE error_count (
    start_s INTEGER NOT NULL,
    service_name TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    errors INTEGER NOT NULL,
    PRIMARY KEY (start_s, service_name, fingerprint)
  ) WITHOUT ROWID;

  CREATE INDEX failed_span_by_parent ON span (trace_key, parent_span_id) WHERE status IN ('error', 'timeout');
`;
