/**
 * Third step. Full text is kept in segments, tables of their own that are dropped as a whole once their spans are
 * gone: deleting from a full-text index costs as much as writing to it. A segment holds the spans from
 * `first_key` up to the next segment; span keys are counted in `counter` and never used again, so a key that is
 * found in a segment and has no row any more is simply passed over.
 *
 * `forgotten_trace` remembers for a while which traces were removed: what arrives of one later is marked partial.
 * `trace.bytes` is about what its spans take in the file.
 */
export const SEARCH_AND_RETENTION = `
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
