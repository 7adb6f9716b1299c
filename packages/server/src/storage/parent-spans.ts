import type { OpenTrace } from './open-traces.ts';
import type { NewSpan } from './span-rows.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { textOrNull } from './sqlite-rows.ts';

/** What lies around spans of some traces, be it new or stored. Every span is asked for once. */
export class ParentSpans {
  readonly #connection: SqliteConnection;
  /** Of each trace the parents of its spans, as far as they are known here. */
  readonly #parents = new Map<OpenTrace, Map<string, string | null>>();

  /** @param spans - New ones; those of other traces are passed over. */
  constructor(connection: SqliteConnection, spans: readonly NewSpan[], traces: ReadonlySet<OpenTrace>) {
    this.#connection = connection;
    for (const trace of traces) this.#parents.set(trace, new Map());
    for (const { trace, batch, index } of spans) {
      const parent = batch.strings[batch.parentSpanId[index]!] ?? null;
      this.#parents.get(trace)?.set(batch.strings[batch.spanId[index]!]!, parent);
    }
  }

  /**
   * The nearest of the wanted spans, outwards from another one.
   *
   * @param from - The first that is looked at.
   */
  nearest(trace: OpenTrace, from: string | null, wanted: ReadonlySet<string>): string | null {
    const passed = new Set<string>();
    let at = from;
    // Parents may lead in circles.
    while (at !== null && !wanted.has(at) && !passed.has(at)) {
      passed.add(at);
      at = this.#parentOf(trace, at);
    }
    return at !== null && wanted.has(at) ? at : null;
  }

  #parentOf(trace: OpenTrace, spanId: string): string | null {
    const known = this.#parents.get(trace)!;
    let parent = known.get(spanId);
    if (parent === undefined) {
      const row = trace.isNew
        ? undefined
        : this.#connection
            .sql('SELECT parent_span_id FROM span WHERE trace_key = ? AND span_id = ?')
            .get(trace.traceKey, spanId);
      parent = row === undefined ? null : textOrNull(row, 'parent_span_id');
      known.set(spanId, parent);
    }
    return parent;
  }
}
