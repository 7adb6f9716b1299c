import type { AiOperation } from '@tta/obs-protocol';
import { operationBy, type Convention } from './convention.ts';
import { genAiOperations } from './otel-gen-ai.ts';
import { attributeOf, firstText } from './source-span.ts';

/** `mastra.span.type`, where `gen_ai.operation.name` has a word of Mastra's own. */
const types: Readonly<Record<string, AiOperation>> = {
  agent_run: 'agent',
  workflow_run: 'workflow',
  tool_call: 'tool',
  mcp_tool_call: 'tool',
  memory_operation: 'memory',
  rag_embedding: 'embeddings',
};

/** Mastra's OpenTelemetry exporter. Tokens are on one span of each call, messages on the step around it. */
export const mastra: Convention = {
  name: 'mastra',
  recognizes: ({ attributes }) => Object.hasOwn(attributes, 'mastra.span.type'),
  operation: (span) => {
    const call = callOf(span);
    if (call !== null && call[0] !== 'other') return call;
    const type = typeOf(span);
    return type === null || type[0] === 'other' ? ['step', type?.[1] ?? null] : type;
  },
  names: {
    cacheWriteTokens: [
      'gen_ai.usage.cache_write.input_tokens',
      'gen_ai.usage.cache_creation.input_tokens',
      'gen_ai.usage.cache_creation.5m_input_tokens',
      'gen_ai.usage.cache_creation.1h_input_tokens',
    ],
    firstChunkAt: ['mastra.completion_start_time'],
    sessionId: ['gen_ai.conversation.id', 'mastra.metadata.sessionId', 'mastra.metadata.threadId'],
    userId: ['mastra.metadata.userId', 'mastra.metadata.resourceId'],
    tags: ['mastra.tags'],
  },
  readContent: (span) => {
    const type = firstText(span, ['mastra.span.type']) ?? '';
    const input = attributeOf(span, `mastra.${type}.input`);
    const output = attributeOf(span, `mastra.${type}.output`);
    return {
      ...(input !== undefined && { input, anyInput: input }),
      ...(output !== undefined && { output, anyOutput: output }),
    };
  },
};

const callOf = operationBy(['gen_ai.operation.name'], genAiOperations);
const typeOf = operationBy(['mastra.span.type'], types);
