/**
 * A series is what the data points of one instrument, one resource and one set of attributes have in common;
 * its `first_received_ms` is the arrival of its oldest point. Points have no ids: the key of one is all that it
 * says, so that what is sent twice is stored once, and lies beside the points of its series in order of time.
 * `content` is the value of a number ('' when there is none) and a digest of `data` for all others.
 */
export const METRICS = `
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

/** Fifth step: what all metrics take, about, is counted as they come and go. */
export const METRIC_BYTES = `
  INSERT INTO counter SELECT 'metric_bytes',
    (SELECT count(*) * 64 + coalesce(sum(coalesce(octet_length(data), 0) + coalesce(octet_length(exemplars), 0)), 0)
       FROM metric_point)
    + (SELECT count(*) * 100 + coalesce(sum(2 * octet_length(attributes)), 0) FROM metric_series)
    + (SELECT count(*) * 200 + coalesce(sum(2 * (octet_length(name) + octet_length(service_name) + octet_length(unit))
         + octet_length(description) + octet_length(metadata)), 0) FROM metric_instrument);
`;
