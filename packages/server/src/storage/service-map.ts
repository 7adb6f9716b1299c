import type { AiOperation, AttributesJson, ServiceMap } from '@tta/obs-protocol';
import { CallGraph } from '../statistics/call-graph.ts';
import { addTraceCalls, CALLING_KINDS, shortened, type CallSpan } from '../statistics/trace-calls.ts';
import { AiShare } from './ai-share.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqlRow } from './sqlite-driver.ts';
import { number, text, textOrNull } from './sqlite-rows.ts';
import type { StatisticsQuery } from './statistics-store.ts';
import { isFailed } from './trace-roll-up.ts';

/** What an answer may take: more traces are looked at until then. */
const BUDGET_MS = 30;
const PAGE_TRACES = 200;
/** So few that looking at them takes a small part of the budget, however large they are. */
const PAGE_SPANS = 100;
/** Attributes that are larger are not looked at: what names the other end of a call is small. */
const ATTRIBUTE_BYTES = 16 * 1024;

/** Who calls whom, read from the newest spans. */
export class ServiceMapReader {
  readonly #connection: SqliteConnection;
  readonly #elapsedMs: () => number;

  /** @param elapsedMs - Milliseconds that only grow. */
  constructor(connection: SqliteConnection, elapsedMs: () => number = () => performance.now()) {
    this.#connection = connection;
    this.#elapsedMs = elapsedMs;
  }

  map({ sinceMs, untilMs }: Pick<StatisticsQuery, 'sinceMs' | 'untilMs'>): ServiceMap {
    const endMs = this.#elapsedMs() + BUDGET_MS;
    const isOver = (): boolean => this.#elapsedMs() >= endMs;
    const graph = new CallGraph();
    let traceCount = 0;
    let isComplete = true;
    for (const traceKey of this.#traceKeys(sinceMs, untilMs)) {
      if (traceCount > 0 && isOver()) {
        isComplete = false;
        break;
      }
      const { spans, isWhole } = this.#spans(traceKey, isOver);
      addTraceCalls(graph, spans, isWhole);
      traceCount++;
      isComplete &&= isWhole;
    }
    return { sinceMs, untilMs, nodes: graph.nodes(), edges: graph.edges(), traceCount, isComplete };
  }

  /** Those that began last first. */
  *#traceKeys(sinceMs: number, untilMs: number): Iterable<number> {
    const since = nanoseconds(sinceMs);
    let before: readonly [bigint, number] = [nanoseconds(untilMs), 0];
    for (;;) {
      const rows = this.#connection
        .sql(
          `SELECT trace_key, CAST(start_ns AS TEXT) AS start_text FROM trace
           WHERE start_ns >= ? AND (start_ns, trace_key) < (?, ?)
           ORDER BY start_ns DESC, trace_key DESC LIMIT ${PAGE_TRACES}`,
        )
        .all(since, ...before);
      for (const row of rows) yield number(row, 'trace_key');
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE_TRACES) return;
      before = [BigInt(text(last, 'start_text')), number(last, 'trace_key')];
    }
  }

  /** All spans of a trace, or of a large one those that there is time for. */
  #spans(
    traceKey: number,
    isOver: () => boolean,
  ): { readonly spans: readonly CallSpan[]; readonly isWhole: boolean } {
    const select = this.#connection.sql(
      `SELECT span_id, parent_span_id, kind, status, max(0, end_ns - start_ns) / 1e6 AS duration_ms, service_name,
         operation, provider, share, CASE WHEN kind IN (${CALLING_KINDS.join()}) AND coalesce(share, 0) & ${AiShare.call} = 0
           AND octet_length(span.attributes) <= ${ATTRIBUTE_BYTES} THEN span.attributes END AS attributes
       FROM span JOIN resource ON resource.id = resource_id LEFT JOIN ai_span USING (span_key)
       WHERE span.trace_key = ? AND span_id > ? ORDER BY span_id LIMIT ${PAGE_SPANS}`,
    );
    const spans: CallSpan[] = [];
    for (;;) {
      const rows = select.all(traceKey, spans.at(-1)?.spanId ?? '');
      for (const row of rows) spans.push(toSpan(row));
      if (rows.length < PAGE_SPANS) return { spans, isWhole: true };
      if (isOver()) return { spans, isWhole: false };
    }
  }
}

function nanoseconds(milliseconds: number): bigint {
  return BigInt(Math.floor(milliseconds)) * 1_000_000n;
}

function toSpan(row: SqlRow): CallSpan {
  const attributes = textOrNull(row, 'attributes');
  const operation = textOrNull(row, 'operation') as AiOperation | null;
  return {
    spanId: text(row, 'span_id'),
    parentSpanId: textOrNull(row, 'parent_span_id'),
    serviceName: shortened(text(row, 'service_name')),
    kind: number(row, 'kind'),
    isFailed: isFailed(text(row, 'status')),
    durationMs: number(row, 'duration_ms'),
    ai:
      operation === null
        ? null
        : {
            operation,
            provider: textOrNull(row, 'provider'),
            isCall: (number(row, 'share') & AiShare.call) !== 0,
          },
    attributes: attributes === null ? {} : (JSON.parse(attributes) as AttributesJson),
  };
}
