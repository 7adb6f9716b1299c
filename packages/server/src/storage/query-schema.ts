/**
 * Ninth step. `odd_span` finds the spans from before 2000, of which there are mostly none: they may lie outside the times of
 * their trace. The full text of spans with a key beyond `searchable_from` has all their words, or says that it has not.
 */
export const QUERIES = `
  CREATE INDEX odd_span ON span (trace_key) WHERE start_ns < 946684800000000000;
  INSERT INTO counter SELECT 'searchable_from', value FROM counter WHERE name = 'span_key';
`;
