import type { AiOperation } from '@tta/obs-protocol';
import { hasAny, operationBy, type Convention, type NameTable } from './convention.ts';
import { eventContent } from './message-events.ts';

/** `gen_ai.operation.name`, and what frameworks add to its values. */
export const genAiOperations: Readonly<Record<string, AiOperation>> = {
  chat: 'inference',
  generate_content: 'inference',
  text_completion: 'inference',
  embeddings: 'embeddings',
  rerank: 'rerank',
  retrieval: 'retrieval',
  execute_tool: 'tool',
  invoke_agent: 'agent',
  invoke_workflow: 'workflow',
  plan: 'step',
  agent_step: 'step',
  create_memory_store: 'memory',
  delete_memory_store: 'memory',
  create_memory: 'memory',
  update_memory: 'memory',
  upsert_memory: 'memory',
  delete_memory: 'memory',
  search_memory: 'memory',
};

/** The newest names first, then those that they replaced, then what is seen in the wild. */
export const genAiNames: NameTable = {
  provider: ['gen_ai.provider.name', 'gen_ai.system'],
  requestModel: ['gen_ai.request.model'],
  responseModel: ['gen_ai.response.model'],
  responseId: ['gen_ai.response.id'],
  inputTokens: ['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens'],
  outputTokens: ['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens'],
  cacheReadTokens: ['gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.cache_read_input_tokens'],
  cacheWriteTokens: [
    'gen_ai.usage.cache_write.input_tokens',
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
  ],
  reasoningTokens: [
    'gen_ai.usage.reasoning.output_tokens',
    'gen_ai.usage.reasoning_tokens',
    'gen_ai.usage.reasoning_output_tokens',
  ],
  costUsd: ['gen_ai.usage.cost'],
  finishReasons: ['gen_ai.response.finish_reasons', 'anthropic.message.stop_reason'],
  timeToFirstChunkS: ['gen_ai.response.time_to_first_chunk', 'gen_ai.client.operation.time_to_first_chunk'],
  toolName: ['gen_ai.tool.name'],
  toolCallId: ['gen_ai.tool.call.id', 'gen_ai.tool.call_id'],
  toolDescription: ['gen_ai.tool.description'],
  sessionId: ['gen_ai.conversation.id', 'session.id'],
  userId: ['user.id', 'enduser.id', 'enduser.pseudo.id'],
  agentName: ['gen_ai.agent.name'],
  workflowName: ['gen_ai.workflow.name'],
  system: ['gen_ai.system_instructions'],
  input: [
    'gen_ai.input.messages',
    'pydantic_ai.all_messages',
    'gcp.vertex.agent.llm_request',
    'mlflow.spanInputs',
  ],
  output: ['gen_ai.output.messages', 'gcp.vertex.agent.llm_response', 'mlflow.spanOutputs'],
  toolDefinitions: ['gen_ai.tool.definitions'],
  toolArguments: ['gen_ai.tool.call.arguments', 'tool_arguments', 'gcp.vertex.agent.tool_call_args'],
  toolResult: ['gen_ai.tool.call.result', 'tool_response', 'gcp.vertex.agent.tool_response'],
  anyInput: ['mlflow.spanInputs'],
  anyOutput: ['mlflow.spanOutputs'],
};

/** OpenTelemetry's GenAI conventions, in all their versions. */
export const otelGenAi: Convention = {
  name: 'otel-gen-ai',
  recognizes: (span) => hasAny(span, ['gen_ai.operation.name', 'gen_ai.provider.name', 'gen_ai.system']),
  // Before there was an operation, a span of a model was one with a system.
  operation: (span) => operationOf(span) ?? ['inference', null],
  names: genAiNames,
  readContent: eventContent,
};

const operationOf = operationBy(['gen_ai.operation.name'], genAiOperations);
