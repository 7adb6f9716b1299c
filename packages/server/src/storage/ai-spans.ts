import type { AiSpan, AiUsage, AttributesJson } from '@tta/obs-protocol';
import { isAiName, isAiOrigin } from '../conventions/may-be-ai.ts';
import { normalizeSpan, type Prices } from '../conventions/normalize-span.ts';
import type { SourceSpan } from '../conventions/source-span.ts';
import { usageShares } from '../conventions/usage-shares.ts';
import type { SpanBatch } from '../otlp/span-batch.ts';
import { shareBits, usageOfShare } from './ai-share.ts';
import { AI_SPAN_COLUMNS, aiSpanValues, toAiFigures } from './ai-span-row.ts';
import type { OpenTrace } from './open-traces.ts';
import type { NewSpan } from './span-rows.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqlRow } from './sqlite-driver.ts';
import { number, text, textOrNull } from './sqlite-rows.ts';
import { isFailed } from './trace-roll-up.ts';
import { noteSession } from './trace-session.ts';
import { addUsage, NO_USAGE, USAGE_COLUMNS, usageValues } from './usage-columns.ts';
import type { UsageRollUps } from './usage-roll-ups.ts';

const ALL_COLUMNS = ['span_key', 'trace_key', 'share', ...AI_SPAN_COLUMNS];

/** Spans of AI programs in the form that all conventions share, and what they add up to in their traces. */
export class AiSpans {
  readonly #connection: SqliteConnection;
  readonly #rollUps: UsageRollUps;
  readonly #prices: Prices;

  /** @param prices - To estimate by what no source says was paid. */
  constructor(connection: SqliteConnection, rollUps: UsageRollUps, prices: Prices) {
    this.#connection = connection;
    this.#rollUps = rollUps;
    this.#prices = prices;
  }

  /** Keeps those of AI programs, and sums up their traces anew. Only within a transaction, when all spans have their rows. */
  add(spans: readonly NewSpan[]): void {
    const changed = new Set<OpenTrace>();
    const origins = new BatchOrigins();
    for (const span of spans) {
      // Any span may be what lies between two that tell the same.
      if (span.trace.usage !== null) changed.add(span.trace);
      if (span.batch.isAi[span.index] === 0 && !origins.areAi(span) && !isNamedAi(span)) continue;
      const ai = normalizeSpan(sourceSpan(span), this.#prices);
      if (ai === null) continue;
      this.#insert(span, ai);
      noteSession(span.trace, span.batch.startNs[span.index]!, ai);
      changed.add(span.trace);
    }
    for (const trace of changed) this.#sumUp(trace);
    this.#rollUps.save();
  }

  #insert({ spanKey, trace }: NewSpan, ai: AiSpan): void {
    this.#connection
      .sql(`INSERT INTO ai_span (${ALL_COLUMNS.join()}) VALUES (${ALL_COLUMNS.map(() => '?').join()})`)
      .run(spanKey, trace.traceKey, 0, ...aiSpanValues(ai));
  }

  #sumUp(trace: OpenTrace): void {
    const rows = this.#connection
      .sql(
        `SELECT ai_span.*, span_id, parent_span_id, status, end_ns / 1000000000 AS end_s, service_name
         FROM ai_span JOIN span USING (span_key) JOIN resource ON resource.id = resource_id
         WHERE ai_span.trace_key = ?`,
      )
      .all(trace.traceKey);
    const parents = new NearestSpans(this.#connection, trace.traceKey, rows);
    const spans = rows.map((row) => ({
      spanId: text(row, 'span_id'),
      parentSpanId: parents.around(textOrNull(row, 'parent_span_id')),
      ai: toAiFigures(row),
    }));
    const bits = spans.map(() => 0);
    for (const share of usageShares(spans)) bits[share.index] = shareBits(share);
    let sum: AiUsage = NO_USAGE;
    for (const [index, row] of rows.entries()) {
      const failed = isFailed(text(row, 'status'));
      const usage = usageOfShare(spans[index]!.ai, failed, bits[index]!);
      sum = addUsage(sum, usage);
      const before = number(row, 'share');
      if (before === bits[index]) continue;
      this.#connection
        .sql('UPDATE ai_span SET share = ? WHERE span_key = ?')
        .run(bits[index]!, number(row, 'span_key'));
      this.#rollUps.change(row, usageOfShare(spans[index]!.ai, failed, before), usage);
    }
    trace.usage = sum;
    this.#connection
      .sql(
        `INSERT OR REPLACE INTO trace_usage (trace_key, ${USAGE_COLUMNS.join()})
         VALUES (?, ${USAGE_COLUMNS.map(() => '?').join()})`,
      )
      .run(trace.traceKey, ...usageValues(sum));
  }
}

/** Which of some spans of a trace lies nearest around another one, whatever lies between. */
class NearestSpans {
  readonly #connection: SqliteConnection;
  readonly #traceKey: number;
  readonly #wanted: ReadonlySet<string>;
  /** By the span that was begun with. */
  readonly #found = new Map<string, string | null>();

  constructor(connection: SqliteConnection, traceKey: number, rows: readonly SqlRow[]) {
    this.#connection = connection;
    this.#traceKey = traceKey;
    this.#wanted = new Set(rows.map((row) => text(row, 'span_id')));
  }

  /** @param spanId - The parent of a span. */
  around(spanId: string | null): string | null {
    const passed: string[] = [];
    let at = spanId;
    while (at !== null && !this.#wanted.has(at)) {
      const known = this.#found.get(at);
      if (known !== undefined) {
        at = known;
        break;
      }
      passed.push(at);
      // Parents may lead in circles.
      this.#found.set(at, null);
      const row = this.#connection
        .sql('SELECT parent_span_id FROM span WHERE trace_key = ? AND span_id = ?')
        .get(this.#traceKey, at);
      at = row === undefined ? null : textOrNull(row, 'parent_span_id');
    }
    for (const passedId of passed) this.#found.set(passedId, at);
    return at;
  }
}

/** Whether the scopes and services of batches are known for AI programs; each is looked at once. */
class BatchOrigins {
  #batch: SpanBatch | undefined;
  readonly #known = new Map<number, boolean>();

  areAi({ batch, index }: NewSpan): boolean {
    if (batch !== this.#batch) {
      this.#batch = batch;
      this.#known.clear();
    }
    const scope = batch.scope[index]!;
    const resource = batch.resource[index]!;
    const key = scope * batch.resources.length + resource;
    let areAi = this.#known.get(key);
    if (areAi === undefined) {
      areAi = isAiOrigin(batch.scopes[scope]!.name, batch.resources[resource]!.serviceName);
      this.#known.set(key, areAi);
    }
    return areAi;
  }
}

function isNamedAi({ batch, index }: NewSpan): boolean {
  return isAiName(batch.strings[batch.name[index]!]!, batch.strings[batch.primitiveType[index]!] ?? null);
}

function sourceSpan({ batch, index }: NewSpan): SourceSpan {
  const { buffer, byteOffset, length } = batch.documents;
  const documents = Buffer.from(buffer, byteOffset, length);
  const begin = index === 0 ? 0 : batch.documentEnds[index * 3 - 1]!;
  const [attributesEnd, eventsEnd] = [batch.documentEnds[index * 3]!, batch.documentEnds[index * 3 + 1]!];
  const json = (from: number, to: number): unknown => JSON.parse(documents.toString('utf8', from, to));
  return {
    name: batch.strings[batch.name[index]!]!,
    startTimeUnixNano: String(batch.startNs[index]!),
    attributes: json(begin, attributesEnd) as AttributesJson,
    events: eventsEnd === attributesEnd ? [] : (json(attributesEnd, eventsEnd) as SourceSpan['events']),
    scope: { name: batch.scopes[batch.scope[index]!]!.name },
    resource: { 'service.name': batch.resources[batch.resource[index]!]!.serviceName },
  };
}
