/**
 * Attribute names of the OpenTelemetry GenAI semantic conventions, in their newest spelling. The list
 * is our own because the conventions still move and the published constants lag behind them.
 */
export const genAiNames = {
  operationName: 'gen_ai.operation.name',
  providerName: 'gen_ai.provider.name',
  requestModel: 'gen_ai.request.model',
  responseModel: 'gen_ai.response.model',
  usageInputTokens: 'gen_ai.usage.input_tokens',
  usageOutputTokens: 'gen_ai.usage.output_tokens',
  usageCacheReadInputTokens: 'gen_ai.usage.cache_read.input_tokens',
} as const;
