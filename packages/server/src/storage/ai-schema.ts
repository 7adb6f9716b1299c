/** The same in each table that sums up usage; released with its step, so it never changes. */
const USAGE_SUMS = `calls INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    reasoning_tokens INTEGER NOT NULL,
    reported_usd REAL NOT NULL,
    estimated_usd REAL NOT NULL,
    unpriced_count INTEGER NOT NULL`;

/**
 * Seventh step. `ai_span` has what spans of AI programs say in the form that all conventions share; `share` tells what of it
 * counts in sums (`AiShare`). `trace_usage` and `trace_session` sum up traces that have such spans, or a session or user; the
 * times in `trace_session` are of the spans that told them. `session` and `usage_roll_up` outlive the traces. What is stored
 * before this step is not read again.
 */
export const AI_SPANS = `
  CREATE TABLE ai_span (
    span_key INTEGER PRIMARY KEY,
    trace_key INTEGER NOT NULL,
    share INTEGER NOT NULL,
    operation TEXT NOT NULL,
    convention TEXT NOT NULL,
    provider TEXT,
    request_model TEXT,
    response_model TEXT,
    input_tokens INTEGER,
    output_tokens INTEGER,
    cache_read_tokens INTEGER,
    cache_write_tokens INTEGER,
    reasoning_tokens INTEGER,
    cost_source TEXT,
    cost_usd REAL,
    price_table TEXT,
    estimated_by TEXT,
    ttft_ms REAL,
    tool TEXT,
    agent TEXT,
    workflow TEXT,
    session_id TEXT,
    user_id TEXT,
    finish_reasons TEXT,
    tags TEXT
  );
  CREATE INDEX ai_span_by_trace ON ai_span (trace_key);

  CREATE TABLE trace_usage (
    trace_key INTEGER PRIMARY KEY,
    ${USAGE_SUMS}
  );

  CREATE TABLE trace_session (
    trace_key INTEGER PRIMARY KEY,
    session_id TEXT,
    session_ns INTEGER,
    user_id TEXT,
    user_ns INTEGER
  );
  CREATE INDEX trace_session_by_session ON trace_session (session_id) WHERE session_id IS NOT NULL;

  CREATE TABLE session (
    session_id TEXT PRIMARY KEY,
    service_name TEXT NOT NULL,
    user_id TEXT,
    first_ns INTEGER NOT NULL,
    last_ns INTEGER NOT NULL,
    trace_count INTEGER NOT NULL,
    error_count INTEGER NOT NULL,
    ${USAGE_SUMS}
  ) WITHOUT ROWID;
  CREATE INDEX session_by_end ON session (last_ns, session_id);

  CREATE TABLE usage_roll_up (
    start_s INTEGER NOT NULL,
    service_name TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    ${USAGE_SUMS},
    PRIMARY KEY (start_s, service_name, provider, model)
  ) WITHOUT ROWID;
`;
