/**
 * Sixth step. `roll_up` sums up the executions of primitives that ended within a minute or an hour, and outlives their
 * traces. `durations` is a `DurationHistogram`. What is stored before this step is not summed up.
 */
export const ROLL_UPS = `
  CREATE TABLE roll_up (
    period_s INTEGER NOT NULL,
    start_s INTEGER NOT NULL,
    service_name TEXT NOT NULL,
    service_version TEXT NOT NULL,
    primitive_type TEXT NOT NULL,
    name TEXT NOT NULL,
    calls INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    total_ms REAL NOT NULL,
    max_ms REAL NOT NULL,
    durations BLOB NOT NULL,
    PRIMARY KEY (period_s, start_s, service_name, service_version, primitive_type, name)
  ) WITHOUT ROWID;
`;
