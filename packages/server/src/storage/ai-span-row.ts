import type {
  AiConvention,
  AiCost,
  AiOperation,
  AiSpan,
  AiSpanColumns,
  AiTokens,
  SpanDetail,
} from '@tta/obs-protocol';
import { normalizeSpan } from '../conventions/normalize-span.ts';
import type { SourceSpan } from '../conventions/source-span.ts';
import { AiShare } from './ai-share.ts';
import type { SqlRow, SqlValue } from './sqlite-driver.ts';
import { number, numberOrNull, storable, text, textOrNull } from './sqlite-rows.ts';

/** What of an `AiSpan` is a column, in the order of {@link aiSpanValues}. */
export const AI_SPAN_COLUMNS = [
  'operation',
  'convention',
  'provider',
  'request_model',
  'response_model',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'cost_source',
  'cost_usd',
  'price_table',
  'estimated_by',
  'ttft_ms',
  'tool',
  'agent',
  'workflow',
  'session_id',
  'user_id',
  'finish_reasons',
  'tags',
] as const;

export function aiSpanValues(ai: AiSpan): readonly SqlValue[] {
  const { tokens, cost } = ai;
  return [
    ai.operation,
    ai.convention,
    textValue(ai.provider),
    textValue(ai.requestModel),
    textValue(ai.responseModel),
    tokens?.input ?? null,
    tokens?.output ?? null,
    tokens?.cacheRead ?? null,
    tokens?.cacheWrite ?? null,
    tokens?.reasoning ?? null,
    cost?.source ?? null,
    cost === null || cost.source === 'unpriced' ? null : cost.usd,
    cost?.source === 'estimated' ? textValue(cost.priceTable) : null,
    cost?.source === 'estimated' ? cost.by : null,
    ai.timeToFirstChunkMs,
    textValue(ai.toolName),
    textValue(ai.agentName),
    textValue(ai.workflowName),
    textValue(ai.sessionId),
    textValue(ai.userId),
    listValue(ai.finishReasons),
    listValue(ai.tags),
  ];
}

/** What sums need of a span. */
export type AiFigures = Pick<AiSpan, 'operation' | 'convention' | 'tokens' | 'cost'>;

export function toAiFigures(row: SqlRow): AiFigures {
  return {
    operation: text(row, 'operation') as AiOperation,
    convention: text(row, 'convention') as AiConvention,
    tokens: toTokens(row),
    cost: toCost(row),
  };
}

/**
 * A span with what it says as one of an AI program.
 *
 * @param row - With the cost columns of `ai_span`, which are empty for other spans.
 */
export function withAi(span: Omit<SpanDetail, 'ai'>, row: SqlRow): SpanDetail {
  return { ...span, ai: toAiSpan(span, row) };
}

/** What a span says as one of an AI program, its cost as it was known when the span came. */
export function toAiSpan(span: SourceSpan, row: SqlRow): AiSpan | null {
  const ai = normalizeSpan(span);
  return ai === null ? null : { ...ai, cost: toCost(row) ?? ai.cost };
}

/**
 * @param rows - Of `ai_span`, with the ids of their spans.
 * @param indexOf - Where the spans stand in the document of their trace, by id.
 */
export function aiSpanColumns(rows: readonly SqlRow[], indexOf: ReadonlyMap<string, number>): AiSpanColumns {
  const sorted = rows
    .flatMap((row) => {
      const span = indexOf.get(text(row, 'span_id'));
      return span === undefined ? [] : [{ row, span }];
    })
    .sort((one, other) => one.span - other.span);
  const column = <Value>(valueOf: (row: SqlRow) => Value): Value[] => sorted.map(({ row }) => valueOf(row));
  const counts = (bits: number) => column((row) => (number(row, 'share') & bits) !== 0);
  return {
    span: sorted.map(({ span }) => span),
    operation: column((row) => text(row, 'operation') as AiOperation),
    provider: column((row) => textOrNull(row, 'provider')),
    model: column((row) => textOrNull(row, 'response_model') ?? textOrNull(row, 'request_model')),
    inputTokens: column((row) => numberOrNull(row, 'input_tokens')),
    outputTokens: column((row) => numberOrNull(row, 'output_tokens')),
    cacheReadTokens: column((row) => numberOrNull(row, 'cache_read_tokens')),
    costUsd: column((row) => numberOrNull(row, 'cost_usd')),
    costSource: column((row) => toCost(row)?.source ?? null),
    priceTable: column((row) => textOrNull(row, 'price_table')),
    countsTokens: counts(AiShare.tokens),
    countsCost: counts(AiShare.reported | AiShare.estimated),
    timeToFirstChunkMs: column((row) => numberOrNull(row, 'ttft_ms')),
    finishReasons: column(toFinishReasons),
    tool: column((row) => textOrNull(row, 'tool')),
    agent: column((row) => textOrNull(row, 'agent')),
  };
}

/** No provider has that many choices; a sender may. */
const MOST_FINISH_REASONS = 16;

function toFinishReasons(row: SqlRow): readonly string[] {
  const reasons = textOrNull(row, 'finish_reasons');
  return reasons === null ? [] : (JSON.parse(reasons) as string[]).slice(0, MOST_FINISH_REASONS);
}

/** As it was when the span came in: prices change. */
function toCost(row: SqlRow): AiCost | null {
  const usd = numberOrNull(row, 'cost_usd') ?? 0;
  switch (textOrNull(row, 'cost_source')) {
    case 'reported':
      return { source: 'reported', usd };
    case 'estimated':
      return {
        source: 'estimated',
        usd,
        priceTable: textOrNull(row, 'price_table'),
        by: text(row, 'estimated_by') as 'sender' | 'service',
      };
    case 'unpriced':
      return { source: 'unpriced' };
    default:
      return null;
  }
}

function toTokens(row: SqlRow): AiTokens | null {
  const tokens = {
    input: numberOrNull(row, 'input_tokens'),
    output: numberOrNull(row, 'output_tokens'),
    cacheRead: numberOrNull(row, 'cache_read_tokens'),
    cacheWrite: numberOrNull(row, 'cache_write_tokens'),
    reasoning: numberOrNull(row, 'reasoning_tokens'),
  };
  return Object.values(tokens).every((count) => count === null) ? null : tokens;
}

function textValue(value: string | null): SqlValue {
  return value === null ? null : storable(value);
}

function listValue(values: readonly string[]): SqlValue {
  return values.length === 0 ? null : JSON.stringify(values.map(storable));
}
