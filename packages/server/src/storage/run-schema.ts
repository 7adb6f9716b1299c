/**
 * Eighth step. `run_roll_up` sums up the traces that began within a minute or an hour, by the service of the span that
 * speaks for them and, without a name, of all services; it outlives them. `durations` is a `DurationHistogram` of those that
 * have their root. What is stored before this step is not summed up, nor what of it arrives later: traces with a key up to
 * `runs_counted_after`.
 */
export const RUNS = `
  CREATE TABLE run_roll_up (
    period_s INTEGER NOT NULL,
    start_s INTEGER NOT NULL,
    service_name TEXT NOT NULL,
    calls INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    durations BLOB NOT NULL,
    PRIMARY KEY (period_s, start_s, service_name)
  ) WITHOUT ROWID;

  CREATE INDEX rootless_trace_by_change ON trace (changed_ms) WHERE has_root = 0;
  INSERT INTO counter SELECT 'runs_counted_after', coalesce(max(trace_key), 0) FROM trace;
`;
