import { hasAny, operationBy, type Convention } from './convention.ts';

const USAGE = 'langsmith.usage_metadata';

/** LangSmith's SDK, with its OpenTelemetry output turned on. */
export const langSmith: Convention = {
  name: 'langsmith',
  recognizes: (span) => hasAny(span, ['langsmith.span.kind', 'langsmith.traceable']),
  operation: (span) => kindOf(span) ?? ['step', null],
  names: {
    provider: ['langsmith.metadata.ls_provider', 'gen_ai.provider.name', 'gen_ai.system'],
    requestModel: ['gen_ai.request.model', 'langsmith.metadata.ls_model_name'],
    inputTokens: [`${USAGE}#input_tokens`],
    outputTokens: [`${USAGE}#output_tokens`],
    cacheReadTokens: [
      `${USAGE}#input_token_details#cache_read`,
      'gen_ai.usage.input_token_details#cache_read',
    ],
    cacheWriteTokens: [
      `${USAGE}#input_token_details#cache_creation`,
      'gen_ai.usage.input_token_details#cache_creation',
    ],
    reasoningTokens: [
      `${USAGE}#output_token_details#reasoning`,
      'gen_ai.usage.output_token_details#reasoning',
    ],
    costUsd: [`${USAGE}#total_cost`],
    sessionId: [
      'langsmith.trace.session_id',
      'langsmith.metadata.session_id',
      'langsmith.metadata.thread_id',
      'langsmith.metadata.conversation_id',
    ],
    userId: ['langsmith.metadata.user_id'],
    tags: ['langsmith.span.tags'],
    input: ['gen_ai.prompt', 'inputs'],
    output: ['gen_ai.completion', 'outputs'],
    toolDefinitions: ['gen_ai.tool.definitions', 'gen_ai.prompt#tools'],
    toolArguments: ['tool_arguments', 'gen_ai.prompt'],
    toolResult: ['gen_ai.completion'],
    anyInput: ['gen_ai.prompt#input', 'gen_ai.prompt'],
    anyOutput: ['gen_ai.completion#outputs', 'gen_ai.completion'],
  },
  indexed: { input: ['gen_ai.prompt'], output: ['gen_ai.completion'] },
};

const kindOf = operationBy(['langsmith.span.kind'], {
  llm: 'inference',
  chain: 'step',
  tool: 'tool',
  retriever: 'retrieval',
  embedding: 'embeddings',
  prompt: 'other',
  parser: 'other',
});
