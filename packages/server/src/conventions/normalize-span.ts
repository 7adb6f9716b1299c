import type { AiCost, AiSpan, AiTokens } from '@tta/obs-protocol';
import type { Pricing } from '@tta/obs-context';
import type { Convention, FactField } from './convention.ts';
import { conventions } from './conventions.ts';
import { finishReason } from './finish-reason.ts';
import { providerName } from './provider-name.ts';
import { firstAmount, firstCount, firstText, firstTexts, type SourceSpan } from './source-span.ts';

/** Prices to estimate by, where a source does not say what was paid. */
export interface Prices extends Pricing {
  /** Name and version of the table, kept with each estimate. */
  readonly version: string;
}

/** Nobody pays more for a call. Two of the greatest numbers, and every sum is infinite. */
const MOST_USD = 1e9;

/**
 * One form of what a span of an AI program says, whichever convention it is told in. `null` where it is nothing of one.
 * Never throws, and says nothing that the source does not.
 *
 * @param prices - Without them, what is not reported is `unpriced`.
 */
export function normalizeSpan(span: SourceSpan, prices?: Prices): AiSpan | null {
  const convention = conventions.find((one) => one.recognizes(span));
  const told = convention?.operation(span);
  if (convention === undefined || told === undefined || told === null) return null;
  const [operation, operationName] = told;
  const names = (field: FactField): readonly string[] => convention.names[field] ?? [];
  const text = (field: FactField): string | null => firstText(span, names(field));
  const provider = text('provider');
  const responseModel = convention.readResponseModel
    ? convention.readResponseModel(span)
    : text('responseModel');
  const facts = {
    operation,
    operationName,
    convention: convention.name,
    provider: provider === null ? null : providerName(provider),
    requestModel: text('requestModel'),
    responseModel,
    tokens: tokensOf(span, convention, names),
  };
  const isTool = operation === 'tool';
  const ownName = convention.isNamedBySpan ? firstText({ attributes: { name: span.name } }, ['name']) : null;
  return {
    ...facts,
    responseId: text('responseId'),
    cost: toldCost(span, names) ?? estimatedCost(facts, prices),
    finishReasons: firstTexts(span, names('finishReasons')).map(finishReason),
    timeToFirstChunkMs: timeToFirstChunkMs(span, names),
    toolName: isTool ? (text('toolName') ?? ownName) : null,
    toolCallId: isTool ? text('toolCallId') : null,
    toolDescription: isTool ? text('toolDescription') : null,
    sessionId: text('sessionId'),
    userId: text('userId'),
    agentName: text('agentName') ?? (operation === 'agent' ? ownName : null),
    workflowName: text('workflowName'),
    tags: firstTexts(span, names('tags')),
  };
}

type Names = (field: FactField) => readonly string[];

function tokensOf(span: SourceSpan, convention: Convention, names: Names): AiTokens | null {
  const summed = convention.readTokens?.(span) ?? {};
  const input = summed.inputTokens ?? firstCount(span, names('inputTokens'));
  const tokens: AiTokens = {
    input,
    output: summed.outputTokens ?? firstCount(span, names('outputTokens')),
    cacheRead: firstCount(span, names('cacheReadTokens')),
    cacheWrite: firstCount(span, names('cacheWriteTokens')),
    reasoning: firstCount(span, names('reasoningTokens')),
  };
  if (Object.values(tokens).every((count) => count === null)) return null;
  const cached = (tokens.cacheRead ?? 0) + (tokens.cacheWrite ?? 0);
  // Anthropic's own count is of what no cache had to do with; the conventions want all of it.
  const isWithout = input !== null && (input < cached || convention.excludesCache?.(span) === true);
  return isWithout ? { ...tokens, input: input + cached } : tokens;
}

/** What the source says; where only a part of it was charged for, all of it is an estimate. */
function toldCost(span: SourceSpan, names: Names): AiCost | null {
  const usd = firstAmount(span, names('costUsd'));
  if (usd === null || usd > MOST_USD) return null;
  const estimatedUsd = firstAmount(span, names('estimatedUsd')) ?? 0;
  if (estimatedUsd === 0) return { source: 'reported', usd };
  return { source: 'estimated', usd, priceTable: firstText(span, names('priceTable')), by: 'sender' };
}

function estimatedCost(
  {
    provider,
    requestModel,
    responseModel,
    tokens,
  }: Pick<AiSpan, 'provider' | 'requestModel' | 'responseModel' | 'tokens'>,
  prices: Prices | undefined,
): AiCost | null {
  if (tokens === null || (tokens.input === null && tokens.output === null)) return null;
  const model = responseModel ?? requestModel;
  const usd =
    model === null || prices === undefined
      ? undefined
      : prices.estimateUsd({
          provider: provider ?? '',
          model,
          ...(requestModel !== null && { requestModel }),
          ...(tokens.input !== null && { inputTokens: tokens.input }),
          ...(tokens.output !== null && { outputTokens: tokens.output }),
          ...(tokens.cacheRead !== null && { cachedInputTokens: tokens.cacheRead }),
          ...(tokens.cacheWrite !== null && { cacheWriteInputTokens: tokens.cacheWrite }),
        });
  if (usd === undefined || !(usd >= 0 && usd <= MOST_USD) || prices === undefined)
    return { source: 'unpriced' };
  return { source: 'estimated', usd, priceTable: prices.version, by: 'service' };
}

function timeToFirstChunkMs(span: SourceSpan, names: Names): number | null {
  const seconds = firstAmount(span, names('timeToFirstChunkS'));
  if (seconds !== null) return seconds * 1000;
  const ms = firstAmount(span, names('timeToFirstChunkMs'));
  if (ms !== null) return ms;
  const date = firstText(span, names('firstChunkAt'));
  if (date === null) return null;
  const at = Date.parse(date.replaceAll('"', ''));
  const started = Number(span.startTimeUnixNano) / 1e6;
  return Number.isFinite(at) && at >= started ? at - started : null;
}
