import type { OpenTrace } from './open-trace.ts';
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

  /** Looks for the nearest of some spans of a trace, outwards from others. */
  towards(trace: OpenTrace, wanted: ReadonlySet<string>): NearestSpans {
    return new NearestSpans(wanted, (spanId) => this.#parentOf(trace, spanId));
  }

  /** `undefined`: the span has not arrived. */
  #parentOf(trace: OpenTrace, spanId: string): string | null | undefined {
    const known = this.#parents.get(trace)!;
    const parent = known.get(spanId);
    if (parent !== undefined || trace.isNew) return parent;
    const row = this.#connection
      .sql('SELECT parent_span_id FROM span WHERE trace_key = ? AND span_id = ?')
      .get(trace.traceKey, spanId);
    if (row === undefined) return undefined;
    const stored = textOrNull(row, 'parent_span_id');
    known.set(spanId, stored);
    return stored;
  }
}

/** Follows the parents of spans of one trace; what was passed once is not passed again. */
export class NearestSpans {
  /** Spans that have not arrived, behind which others may be found once they do. */
  readonly awaited = new Set<string>();
  readonly #wanted: ReadonlySet<string>;
  readonly #parentOf: (spanId: string) => string | null | undefined;
  /** By the span that is looked at first. */
  readonly #found = new Map<string, string | null>();

  constructor(wanted: ReadonlySet<string>, parentOf: (spanId: string) => string | null | undefined) {
    this.#wanted = wanted;
    this.#parentOf = parentOf;
  }

  /** @param from - The first that is looked at. */
  from(from: string | null): string | null {
    const passed: string[] = [];
    let at = from;
    while (at !== null && !this.#wanted.has(at)) {
      const known = this.#found.get(at);
      if (known !== undefined) {
        at = known;
        break;
      }
      passed.push(at);
      // Parents may lead in circles.
      this.#found.set(at, null);
      const parent = this.#parentOf(at);
      if (parent === undefined) this.awaited.add(at);
      at = parent ?? null;
    }
    for (const spanId of passed) this.#found.set(spanId, at);
    return at;
  }
}
