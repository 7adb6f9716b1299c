import type { AttributeJson, AttributesJson } from '@tta/obs-protocol';
import type { NewSpan } from './span-rows.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { number, textOrNull } from './sqlite-rows.ts';
import { isFailed } from './trace-roll-up.ts';

/** Spans around one, or below one, that are looked at to find where its error arose. */
const MOST_RELATIVES = 50;

/** What an exception says that was recorded in a span; of several the last one speaks for it. */
interface SpanException {
  readonly type: string | null;
  readonly message: string | null;
  readonly stack: string | null;
}

/** A failed span around others. */
interface AroundSpan {
  readonly key: number;
  readonly parentId: string | null;
  /** The nearest exception, its own or one around it; `undefined`: not looked for yet, or further away than is looked. */
  nearest?: ToldException | null;
}

interface ToldException {
  readonly key: number;
  readonly exception: SpanException;
}

/** A span in which an error arose, and what it tells of it. */
export interface FailedSpan extends SpanException {
  readonly span: NewSpan;
  readonly category: string | null;
}

/**
 * Finds the spans in which errors arose: those with an exception that no failed span below them has as well, and the innermost
 * failed ones without, as long as none around them has an exception. It is decided when they arrive, by what is stored then.
 */
export class FailedSpans {
  readonly #connection: SqliteConnection;
  /** By the key of the span. Of one call of `arisen`. */
  readonly #exceptions = new Map<number, SpanException | null>();
  /** By the key of the trace and the id of the span; `null`: it did not fail, or has not come. Of one call of `arisen`. */
  readonly #around = new Map<string, AroundSpan | null>();

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  /** @param spans - Of one commit; all have their rows. */
  arisen(spans: readonly NewSpan[]): readonly FailedSpan[] {
    const failed = spans.filter(({ batch, index }) => isFailed(batch.strings[batch.status[index]!]!));
    if (failed.length === 0) return [];
    const firstKey = spans[0]!.spanKey;
    for (const span of failed) this.#exceptions.set(span.spanKey, exceptionIn(eventsOf(span)));
    const arisen = failed.flatMap((span) => {
      const exception = this.#exceptions.get(span.spanKey)!;
      const isHere =
        exception === null
          ? !this.#hasFailedChild(span) && this.#nearestAround(span) === null
          : !this.#isToldBelow(span, exception) && !this.#isToldAround(span, exception, firstKey);
      return isHere ? [toldOf(span, exception)] : [];
    });
    this.#exceptions.clear();
    this.#around.clear();
    return arisen;
  }

  #hasFailedChild(span: NewSpan): boolean {
    return this.#failedBelow(span.trace.traceKey, spanId(span), span.spanKey).length > 0;
  }

  /** Whether a failed span below has the exception as well: it is thrown on. */
  #isToldBelow(span: NewSpan, exception: SpanException): boolean {
    const { traceKey } = span.trace;
    const waiting = [...this.#failedBelow(traceKey, spanId(span), span.spanKey)];
    for (let seen = 0; seen < MOST_RELATIVES && waiting.length > 0; seen++) {
      const { key, id } = waiting.shift()!;
      const below = this.#exceptionOf(key);
      if (below === null) waiting.push(...this.#failedBelow(traceKey, id, key));
      else if (isSame(below, exception)) return true;
    }
    return false;
  }

  /** Whether the nearest exception around it is the same, and counted in an earlier commit. */
  #isToldAround(span: NewSpan, exception: SpanException, firstKey: number): boolean {
    const nearest = this.#nearestAround(span);
    return nearest !== null && nearest.key < firstKey && isSame(nearest.exception, exception);
  }

  /** The nearest exception around a span, as far as all are failed in between. What was passed once is not passed again. */
  #nearestAround({ trace: { traceKey }, batch, index }: NewSpan): ToldException | null {
    const passed = new Set<AroundSpan>();
    let nearest: ToldException | null = null;
    let around = this.#aroundSpan(traceKey, batch.strings[batch.parentSpanId[index]!] ?? null);
    while (around !== null && !passed.has(around)) {
      if (around.nearest !== undefined) {
        nearest = around.nearest;
        break;
      }
      if (passed.size === MOST_RELATIVES) return null;
      passed.add(around);
      const exception = this.#exceptionOf(around.key);
      if (exception !== null) {
        nearest = { key: around.key, exception };
        break;
      }
      around = this.#aroundSpan(traceKey, around.parentId);
    }
    for (const span of passed) span.nearest = nearest;
    return nearest;
  }

  #aroundSpan(traceKey: number, id: string | null): AroundSpan | null {
    if (id === null) return null;
    const name = `${traceKey} ${id}`;
    let around = this.#around.get(name);
    if (around === undefined) {
      const row = this.#connection
        .sql('SELECT span_key, parent_span_id, status FROM span WHERE trace_key = ? AND span_id = ?')
        .get(traceKey, id);
      around =
        row === undefined || !isFailed(row['status'] as string)
          ? null
          : { key: number(row, 'span_key'), parentId: textOrNull(row, 'parent_span_id') };
      this.#around.set(name, around);
    }
    return around;
  }

  #failedBelow(
    traceKey: number,
    parentId: string,
    parentKey: number,
  ): readonly { readonly key: number; readonly id: string }[] {
    return this.#connection
      .sql(
        `SELECT span_key, span_id FROM span INDEXED BY failed_span_by_parent
         WHERE trace_key = ? AND parent_span_id = ? AND status IN ('error', 'timeout') AND span_key <> ?
         LIMIT ${MOST_RELATIVES}`,
      )
      .all(traceKey, parentId, parentKey)
      .map((row) => ({ key: number(row, 'span_key'), id: row['span_id'] as string }));
  }

  #exceptionOf(spanKey: number): SpanException | null {
    let exception = this.#exceptions.get(spanKey);
    if (exception === undefined) {
      const row = this.#connection.sql('SELECT events FROM span WHERE span_key = ?').get(spanKey);
      exception = exceptionIn(row === undefined ? null : textOrNull(row, 'events'));
      this.#exceptions.set(spanKey, exception);
    }
    return exception;
  }
}

function isSame(one: SpanException, other: SpanException): boolean {
  return one.type === other.type && one.message === other.message;
}

function spanId({ batch, index }: NewSpan): string {
  return batch.strings[batch.spanId[index]!]!;
}

function toldOf(span: NewSpan, exception: SpanException | null): FailedSpan {
  const { batch, index } = span;
  const attributes = errorAttributesOf(span);
  const type = exception?.type ?? textIn(attributes, 'error.type') ?? textIn(attributes, 'exception.type');
  const code = textIn(attributes, 'error.code');
  return {
    span,
    // `Error` says nothing that is not known.
    type: type === null || type === 'Error' ? (code ?? type) : type,
    message: exception?.message ?? batch.strings[batch.statusMessage[index]!] ?? null,
    stack: exception?.stack ?? textIn(attributes, 'exception.stacktrace'),
    category: textIn(attributes, 'error.category'),
  };
}

/** @param events - As JSON. */
function exceptionIn(events: string | null): SpanException | null {
  if (events === null || !events.includes('"exception"')) return null;
  const all = JSON.parse(events) as { readonly name: string; readonly attributes: AttributesJson }[];
  const attributes = all.findLast(({ name }) => name === 'exception')?.attributes;
  if (attributes === undefined) return null;
  return {
    type: textIn(attributes, 'exception.type'),
    message: textIn(attributes, 'exception.message'),
    stack: textIn(attributes, 'exception.stacktrace'),
  };
}

function textIn(attributes: AttributesJson, key: string): string | null {
  const value: AttributeJson | undefined = attributes[key];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

function eventsOf({ batch, index }: NewSpan): string | null {
  const [from, to] = [batch.documentEnds[index * 3]!, batch.documentEnds[index * 3 + 1]!];
  return from === to ? null : documentsOf(batch).toString('utf8', from, to);
}

/** All of them where one tells of the error, else none: those of a failed span may be large. */
function errorAttributesOf({ batch, index }: NewSpan): AttributesJson {
  const from = index === 0 ? 0 : batch.documentEnds[index * 3 - 1]!;
  const json = documentsOf(batch).toString('utf8', from, batch.documentEnds[index * 3]);
  return /"(?:error|exception)\./.test(json) ? (JSON.parse(json) as AttributesJson) : {};
}

function documentsOf({ documents: { buffer, byteOffset, length } }: NewSpan['batch']): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}
