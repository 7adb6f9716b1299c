import type { AiOperation } from '@tta/obs-protocol';
import { hasAny, type Convention } from './convention.ts';
import { genAiOperations } from './otel-gen-ai.ts';
import { attributeOf, firstText, type SourceSpan } from './source-span.ts';

/** The last part of `ai.operationId`: single calls of a model. */
const CALLS: Readonly<Record<string, AiOperation>> = {
  doGenerate: 'inference',
  doStream: 'inference',
  doEmbed: 'embeddings',
  doRerank: 'rerank',
  toolCall: 'tool',
};

/** Vercel's AI SDK: spans in its own `ai.*` names, and those that `@ai-sdk/otel` writes in GenAI names. */
export const aiSdk: Convention = {
  name: 'ai-sdk',
  recognizes: (span) =>
    hasAny(span, ['ai.operationId']) || span.scope.name === 'gen_ai' || span.scope.name === 'ai',
  operation: (span) => {
    const id = firstText(span, ['ai.operationId']);
    const last = id?.split('.').at(-1) ?? '';
    if (id !== null) return [Object.hasOwn(CALLS, last) ? (CALLS[last] ?? 'other') : 'agent', id];
    const name = firstText(span, ['gen_ai.operation.name']);
    if (name === null) return null;
    return [Object.hasOwn(genAiOperations, name) ? (genAiOperations[name] ?? 'other') : 'other', name];
  },
  names: {
    provider: ['ai.model.provider', 'gen_ai.provider.name', 'gen_ai.system'],
    requestModel: ['ai.model.id'],
    responseModel: ['ai.response.model'],
    responseId: ['ai.response.id'],
    inputTokens: [
      'ai.usage.inputTokens',
      'ai.usage.promptTokens',
      'gen_ai.usage.input_tokens',
      'ai.usage.tokens',
    ],
    outputTokens: ['ai.usage.outputTokens', 'ai.usage.completionTokens'],
    cacheReadTokens: ['ai.usage.inputTokenDetails.cacheReadTokens', 'ai.usage.cachedInputTokens'],
    cacheWriteTokens: ['ai.usage.inputTokenDetails.cacheWriteTokens'],
    reasoningTokens: ['ai.usage.outputTokenDetails.reasoningTokens', 'ai.usage.reasoningTokens'],
    finishReasons: ['gen_ai.response.finish_reasons', 'ai.response.finishReason'],
    timeToFirstChunkMs: ['ai.response.msToFirstChunk'],
    toolName: ['ai.toolCall.name'],
    toolCallId: ['ai.toolCall.id'],
    sessionId: [
      'ai.telemetry.metadata.sessionId',
      'ai.telemetry.metadata.session_id',
      'gen_ai.conversation.id',
      'session.id',
    ],
    userId: ['ai.telemetry.metadata.userId', 'ai.telemetry.metadata.user_id', 'user.id'],
    agentName: ['gen_ai.agent.name', 'ai.telemetry.functionId'],
    tags: ['ai.telemetry.metadata.tags'],
    system: ['gen_ai.system_instructions', 'ai.prompt#system'],
    input: ['ai.prompt.messages', 'ai.prompt'],
    toolDefinitions: ['ai.prompt.tools'],
    toolArguments: ['ai.toolCall.args'],
    toolResult: ['ai.toolCall.result'],
    anyInput: ['ai.value', 'ai.values'],
  },
  readContent: (span) => answerOf(span),
};

/** What it answered stands in several attributes. */
function answerOf(span: SourceSpan): ReturnType<NonNullable<Convention['readContent']>> {
  const text = attributeOf(span, 'ai.response.text') ?? attributeOf(span, 'ai.response.object');
  const toolCalls = attributeOf(span, 'ai.response.toolCalls');
  const reasoning = attributeOf(span, 'ai.response.reasoning');
  if (text === undefined && toolCalls === undefined && reasoning === undefined) return {};
  return {
    output: {
      role: 'assistant',
      ...(reasoning !== undefined && { reasoning }),
      ...(text !== undefined && { content: text }),
      ...(toolCalls !== undefined && { toolCalls }),
    },
  };
}
