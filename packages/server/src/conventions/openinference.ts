import { hasAny, operationBy, type Convention } from './convention.ts';
import { firstText } from './source-span.ts';

/** OpenInference, as Arize's instrumentations write it. */
export const openInference: Convention = {
  name: 'openinference',
  recognizes: (span) => hasAny(span, ['openinference.span.kind']),
  operation: operationBy(['openinference.span.kind'], {
    LLM: 'inference',
    EMBEDDING: 'embeddings',
    RERANKER: 'rerank',
    RETRIEVER: 'retrieval',
    TOOL: 'tool',
    AGENT: 'agent',
    CHAIN: 'step',
    GUARDRAIL: 'guardrail',
    EVALUATOR: 'evaluation',
    PROMPT: 'other',
  }),
  names: {
    provider: ['llm.provider', 'llm.system'],
    // The model of the request is overwritten by that of the response, and stays among the parameters.
    requestModel: [
      'llm.request.model_name',
      'gen_ai.request.model',
      'llm.invocation_parameters#model',
      'llm.model_name',
      'embedding.model_name',
      'reranker.model_name',
    ],
    inputTokens: ['llm.token_count.prompt'],
    outputTokens: ['llm.token_count.completion'],
    cacheReadTokens: ['llm.token_count.prompt_details.cache_read'],
    cacheWriteTokens: ['llm.token_count.prompt_details.cache_write'],
    reasoningTokens: [
      'llm.token_count.completion_details.reasoning',
      'ai.usage.outputTokenDetails.reasoningTokens',
    ],
    costUsd: ['llm.cost.total'],
    finishReasons: ['llm.finish_reason'],
    sessionId: ['session.id'],
    userId: ['user.id'],
    toolName: ['tool.name'],
    toolCallId: ['tool_call.id', 'tool.id'],
    toolDescription: ['tool.description'],
    agentName: ['agent.name'],
    tags: ['tag.tags'],
    system: ['input.value#system'],
    input: ['input.value'],
    output: ['output.value'],
    anyInput: ['input.value'],
    anyOutput: ['output.value'],
    toolArguments: ['gen_ai.tool.call.arguments', 'input.value'],
    toolResult: ['gen_ai.tool.call.result', 'output.value'],
  },
  indexed: {
    input: ['llm.input_messages'],
    output: ['llm.output_messages'],
    toolDefinitions: ['llm.tools'],
  },
  readResponseModel: (span) => {
    const told = firstText(span, ['llm.response.model_name', 'gen_ai.response.model']);
    if (told !== null) return told;
    const asked = firstText(span, ['llm.request.model_name', 'llm.invocation_parameters#model']);
    const last = firstText(span, ['llm.model_name']);
    return asked !== null && last !== asked ? last : null;
  },
};
