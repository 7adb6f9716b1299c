import type { AiSpan, AiUsage } from '@tta/obs-protocol';
import { normalizeSpan, type Prices } from '../conventions/normalize-span.ts';
import { usageShares } from '../conventions/usage-shares.ts';
import { shareBits, usageOfShare } from './ai-share.ts';
import { AI_SPAN_COLUMNS, aiSpanValues, toAiFigures, type AiFigures } from './ai-span-row.ts';
import { insertRows } from './insert-rows.ts';
import { AiCandidates, sourceSpan } from './ai-candidates.ts';
import type { OpenTrace } from './open-trace.ts';
import { ParentSpans } from './parent-spans.ts';
import type { NewSpan } from './span-rows.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqlValue } from './sqlite-driver.ts';
import { number, text, textOrNull } from './sqlite-rows.ts';
import { isFailed } from './trace-roll-up.ts';
import { noteSession } from './trace-session.ts';
import { addUsage, NO_USAGE, USAGE_COLUMNS, usageValues } from './usage-columns.ts';
import type { UsageRollUps, UsageSource } from './usage-roll-ups.ts';

const AI_SPAN = `ai_span (span_key, trace_key, share, ${AI_SPAN_COLUMNS.join()})`;
const TRACE_USAGE = `trace_usage (trace_key, ${USAGE_COLUMNS.join()})`;
const REPLACE_USAGE = `ON CONFLICT DO UPDATE SET ${USAGE_COLUMNS.map((column) => `${column} = excluded.${column}`).join()}`;
/** Spans of traces that may go on, in all: those of further traces are read again when more of them arrive. */
const KEPT_SPANS = 10_000;

/** A span of an AI program, as the sums of its trace need it. */
export interface CountedAiSpan extends UsageSource {
  readonly spanKey: number;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly figures: AiFigures;
  readonly isFailed: boolean;
  /** What of it counts, as the sums have it by now. */
  share: number;
  /** Its own columns, until it has its row. */
  values: readonly SqlValue[] | undefined;
}

/** Spans of AI programs in the form that all conventions share, and what they add up to in their traces. */
export class AiSpans {
  readonly #connection: SqliteConnection;
  readonly #rollUps: UsageRollUps;
  readonly #prices: Prices;
  /** Traces whose spans are remembered, and how many those are; the one that has not changed for longest first. */
  readonly #kept = new Map<OpenTrace, number>();
  #keptSpans = 0;

  /** @param prices - To estimate by what no source says was paid. */
  constructor(connection: SqliteConnection, rollUps: UsageRollUps, prices: Prices) {
    this.#connection = connection;
    this.#rollUps = rollUps;
    this.#prices = prices;
    connection.onRollback(() => {
      this.#kept.clear();
      this.#keptSpans = 0;
    });
  }

  /**
   * Keeps those of AI programs, and sums up their traces anew. Only within a transaction, when all spans have their rows.
   *
   * @returns what they say, by the keys of the spans.
   */
  add(spans: readonly NewSpan[]): ReadonlyMap<number, AiSpan> {
    const found = new Map<number, AiSpan>();
    const changed = new Set<OpenTrace>();
    const candidates = new AiCandidates();
    for (const span of spans) {
      if (mayLieBetween(span)) changed.add(span.trace);
      if (!candidates.has(span)) continue;
      const ai = normalizeSpan(sourceSpan(span), this.#prices);
      if (ai === null) continue;
      found.set(span.spanKey, ai);
      noteSession(span.trace, span.batch.startNs[span.index]!, ai);
      this.#spansOf(span.trace).push(countedSpan(span, ai));
      changed.add(span.trace);
    }
    if (changed.size === 0) return found;
    const rows: (readonly SqlValue[])[] = [];
    const sums: (readonly SqlValue[])[] = [];
    const parents = new ParentSpans(this.#connection, spans, changed);
    for (const trace of changed) {
      trace.usage = this.#sumUp(trace, parents, rows);
      sums.push([trace.traceKey, ...usageValues(trace.usage)]);
      this.#keep(trace);
    }
    insertRows(this.#connection, AI_SPAN, rows);
    insertRows(this.#connection, TRACE_USAGE, sums, REPLACE_USAGE);
    this.#rollUps.save();
    return found;
  }

  #spansOf(trace: OpenTrace): CountedAiSpan[] {
    return (trace.aiSpans ??= trace.usage === null ? [] : this.#read(trace));
  }

  /** @param rows - Gets those of spans that have none yet. */
  #sumUp(trace: OpenTrace, parents: ParentSpans, rows: (readonly SqlValue[])[]): AiUsage {
    const spans = this.#spansOf(trace);
    const ids = new Set(spans.map(({ spanId }) => spanId));
    const shares = spans.map(() => 0);
    const nearest = parents.towards(trace, ids);
    const tree = spans.map(({ spanId, parentSpanId, figures }) => ({
      spanId,
      parentSpanId: nearest.from(parentSpanId),
      ai: figures,
    }));
    trace.awaitedSpans = nearest.awaited;
    for (const share of usageShares(tree)) shares[share.index] = shareBits(share);
    let sum: AiUsage = NO_USAGE;
    for (const [index, span] of spans.entries()) {
      const share = shares[index]!;
      const usage = usageOfShare(span.figures, span.isFailed, share);
      sum = addUsage(sum, usage);
      if (share !== span.share) {
        this.#rollUps.change(span, usageOfShare(span.figures, span.isFailed, span.share), usage);
      }
      if (span.values !== undefined) rows.push([span.spanKey, trace.traceKey, share, ...span.values]);
      else if (share !== span.share) {
        this.#connection.sql('UPDATE ai_span SET share = ? WHERE span_key = ?').run(share, span.spanKey);
      }
      span.share = share;
      span.values = undefined;
    }
    return sum;
  }

  #keep(trace: OpenTrace): void {
    this.#keptSpans -= this.#kept.get(trace) ?? 0;
    this.#kept.delete(trace);
    this.#kept.set(trace, trace.aiSpans!.length);
    this.#keptSpans += trace.aiSpans!.length;
    for (const [oldest, count] of this.#kept) {
      if (this.#keptSpans <= KEPT_SPANS) return;
      oldest.aiSpans = undefined;
      this.#kept.delete(oldest);
      this.#keptSpans -= count;
    }
  }

  #read({ traceKey }: OpenTrace): CountedAiSpan[] {
    return this.#connection
      .sql(
        `SELECT ai_span.*, span_id, parent_span_id, status, end_ns / 1000000000 AS end_s, service_name
         FROM ai_span JOIN span USING (span_key) JOIN resource ON resource.id = resource_id
         WHERE ai_span.trace_key = ?`,
      )
      .all(traceKey)
      .map((row) => ({
        spanKey: number(row, 'span_key'),
        spanId: text(row, 'span_id'),
        parentSpanId: textOrNull(row, 'parent_span_id'),
        figures: toAiFigures(row),
        isFailed: isFailed(text(row, 'status')),
        endS: number(row, 'end_s'),
        serviceName: text(row, 'service_name'),
        provider: textOrNull(row, 'provider'),
        model: textOrNull(row, 'response_model') ?? textOrNull(row, 'request_model'),
        share: number(row, 'share'),
        values: undefined,
      }));
  }
}

/** Whether a span of any kind may connect two of AI programs: one is below a span that has not arrived, and this is that. */
function mayLieBetween({ trace, batch, index }: NewSpan): boolean {
  if (trace.usage === null) return false;
  return trace.awaitedSpans?.has(batch.strings[batch.spanId[index]!]!) !== false;
}

function countedSpan({ spanKey, batch, index }: NewSpan, ai: AiSpan): CountedAiSpan {
  const { operation, convention, tokens, cost } = ai;
  return {
    spanKey,
    spanId: batch.strings[batch.spanId[index]!]!,
    parentSpanId: batch.strings[batch.parentSpanId[index]!] ?? null,
    figures: { operation, convention, tokens, cost },
    isFailed: isFailed(batch.strings[batch.status[index]!]!),
    endS: Number(batch.endNs[index]! / 1_000_000_000n),
    serviceName: batch.resources[batch.resource[index]!]!.serviceName,
    provider: ai.provider,
    model: ai.responseModel ?? ai.requestModel,
    share: 0,
    values: aiSpanValues(ai),
  };
}
