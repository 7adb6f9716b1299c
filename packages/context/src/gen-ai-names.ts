/**
 * Attribute names of the OpenTelemetry GenAI semantic conventions, in their newest spelling. The list
 * is our own because the conventions still move and the published constants lag behind them.
 */
export const genAiNames = {
  operationName: 'gen_ai.operation.name',
  providerName: 'gen_ai.provider.name',
  requestModel: 'gen_ai.request.model',
  requestMaxTokens: 'gen_ai.request.max_tokens',
  requestTemperature: 'gen_ai.request.temperature',
  requestTopP: 'gen_ai.request.top_p',
  requestTopK: 'gen_ai.request.top_k',
  requestFrequencyPenalty: 'gen_ai.request.frequency_penalty',
  requestPresencePenalty: 'gen_ai.request.presence_penalty',
  requestStopSequences: 'gen_ai.request.stop_sequences',
  requestSeed: 'gen_ai.request.seed',
  requestChoiceCount: 'gen_ai.request.choice.count',
  requestReasoningLevel: 'gen_ai.request.reasoning.level',
  requestStream: 'gen_ai.request.stream',
  outputType: 'gen_ai.output.type',
  responseId: 'gen_ai.response.id',
  responseModel: 'gen_ai.response.model',
  responseFinishReasons: 'gen_ai.response.finish_reasons',
  /** In seconds. */
  responseTimeToFirstChunk: 'gen_ai.response.time_to_first_chunk',
  usageInputTokens: 'gen_ai.usage.input_tokens',
  usageOutputTokens: 'gen_ai.usage.output_tokens',
  usageCacheReadInputTokens: 'gen_ai.usage.cache_read.input_tokens',
  usageCacheWriteInputTokens: 'gen_ai.usage.cache_write.input_tokens',
  usageReasoningOutputTokens: 'gen_ai.usage.reasoning.output_tokens',
  agentName: 'gen_ai.agent.name',
  toolName: 'gen_ai.tool.name',
  /** `function`: the only kind that a program runs itself. */
  toolType: 'gen_ai.tool.type',
  toolDescription: 'gen_ai.tool.description',
  /** What the model calls its call, so that the answer finds it. */
  toolCallId: 'gen_ai.tool.call.id',
  /** Of tokens: `text`, `image`, `audio`, or `unknown` where a total is all that is known. */
  tokenModality: 'gen_ai.token.modality',
} as const;

/** Metric names of the same conventions. */
export const genAiMetricNames = {
  inferenceDuration: 'gen_ai.client.inference.duration',
  /** Of calls that infer nothing, such as `embeddings`. */
  operationDuration: 'gen_ai.client.operation.duration',
  /** Of streamed calls. */
  timeToFirstChunk: 'gen_ai.client.inference.time_to_first_chunk',
  /** Of streamed calls: of each chunk after the first. */
  timePerOutputChunk: 'gen_ai.client.inference.time_per_output_chunk',
  inputTokens: 'gen_ai.client.inference.usage.input_tokens',
  outputTokens: 'gen_ai.client.inference.usage.output_tokens',
  cacheReadInputTokens: 'gen_ai.client.inference.usage.cache_read.input_tokens',
  cacheWriteInputTokens: 'gen_ai.client.inference.usage.cache_write.input_tokens',
  reasoningOutputTokens: 'gen_ai.client.inference.usage.reasoning.output_tokens',
  executeToolDuration: 'gen_ai.execute_tool.duration',
  invokeAgentDuration: 'gen_ai.invoke_agent.duration',
  invokeAgentInferenceCalls: 'gen_ai.invoke_agent.inference_calls',
  invokeAgentToolCalls: 'gen_ai.invoke_agent.tool_calls',
} as const;

/** Upper bounds of the buckets of durations of model and tool calls, in seconds, as the conventions want them. */
export const inferenceBucketsS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
] as const;

/** The same of the duration of agents, in seconds. */
export const agentBucketsS = [
  0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6,
] as const;
