import { isTextOrNull } from './field-checks.ts';
import { either, is, isCount, isLength, isText, listOf, shape } from './json-shape.ts';

const isCountOrNull = either(isCount, is(null));
const isLengthOrNull = either(isLength, is(null));

export const usageShape = shape({
  calls: isCount,
  errors: isCount,
  inputTokens: isCount,
  outputTokens: isCount,
  cacheReadTokens: isCount,
  cacheWriteTokens: isCount,
  reasoningTokens: isCount,
  reportedUsd: isLength,
  estimatedUsd: isLength,
  unpricedCount: isCount,
});

export const aiSpanShape = shape({
  operation: isText,
  operationName: isTextOrNull,
  convention: isText,
  provider: isTextOrNull,
  requestModel: isTextOrNull,
  responseModel: isTextOrNull,
  responseId: isTextOrNull,
  tokens: either(
    shape({
      input: isCountOrNull,
      output: isCountOrNull,
      cacheRead: isCountOrNull,
      cacheWrite: isCountOrNull,
      reasoning: isCountOrNull,
    }),
    is(null),
  ),
  cost: either(
    shape({ source: is('reported'), usd: isLength }),
    shape({
      source: is('estimated'),
      usd: isLength,
      priceTable: isTextOrNull,
      by: either(is('sender'), is('service')),
    }),
    shape({ source: is('unpriced') }),
    is(null),
  ),
  finishReasons: listOf(isText),
  timeToFirstChunkMs: isLengthOrNull,
  toolName: isTextOrNull,
  toolCallId: isTextOrNull,
  toolDescription: isTextOrNull,
  sessionId: isTextOrNull,
  userId: isTextOrNull,
  agentName: isTextOrNull,
  workflowName: isTextOrNull,
  tags: listOf(isText),
});
