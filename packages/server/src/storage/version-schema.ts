/**
 * `roll_up` tells revisions of the code apart and sums up what executions cost; `cost_squares` is the sum of the squares.
 * `primitive_version` has which versions there are. What was summed up before is of no revision and without costs, and when
 * its versions ran is known to the hour.
 */
export const PRIMITIVE_VERSIONS = `
  ALTER TABLE roll_up RENAME TO earlier_roll_up;
  CREATE TABLE roll_up (
    period_s INTEGER NOT NULL,
    start_s INTEGER NOT NULL,
    service_name TEXT NOT NULL,
    service_version TEXT NOT NULL,
    revision TEXT NOT NULL,
    primitive_type TEXT NOT NULL,
    name TEXT NOT NULL,
    calls INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    total_ms REAL NOT NULL,
    max_ms REAL NOT NULL,
    priced_calls INTEGER NOT NULL,
    cost_usd REAL NOT NULL,
    cost_squares REAL NOT NULL,
    durations BLOB NOT NULL,
    PRIMARY KEY (period_s, start_s, service_name, service_version, revision, primitive_type, name)
  ) WITHOUT ROWID;
  INSERT INTO roll_up
    SELECT period_s, start_s, service_name, service_version, '', primitive_type, name,
      calls, errors, total_ms, max_ms, 0, 0, 0, durations
    FROM earlier_roll_up;
  DROP TABLE earlier_roll_up;

  CREATE TABLE primitive_version (
    service_name TEXT NOT NULL,
    service_version TEXT NOT NULL,
    revision TEXT NOT NULL,
    first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    PRIMARY KEY (service_name, service_version, revision)
  ) WITHOUT ROWID;
  INSERT INTO primitive_version
    SELECT service_name, service_version, '', min(start_s) * 1000, max(start_s) * 1000, sum(calls)
    FROM roll_up WHERE period_s = 3600 GROUP BY service_name, service_version;
`;
