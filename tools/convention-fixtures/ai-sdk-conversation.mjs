import { isStepCount, jsonSchema, streamText, tool } from 'ai';
import { MockLanguageModelV4, simulateReadableStream } from 'ai/test';
import {
  answer,
  firstUsage,
  models,
  question,
  secondUsage,
  sessionId,
  system,
  toolArguments,
  toolDescription,
  toolName,
  toolResult,
  toolSchema,
  userId,
} from './conversation.mjs';

const usageOf = ({ inputTokens, cachedInputTokens, outputTokens, reasoningOutputTokens }) => ({
  inputTokens: {
    total: inputTokens,
    noCache: inputTokens - cachedInputTokens,
    cacheRead: cachedInputTokens,
    cacheWrite: undefined,
  },
  outputTokens: {
    total: outputTokens,
    text: outputTokens - reasoningOutputTokens,
    reasoning: reasoningOutputTokens,
  },
});
const streamed = (id, parts, finish, usage) => ({
  stream: simulateReadableStream({
    initialDelayInMs: null,
    chunkDelayInMs: null,
    chunks: [
      { type: 'stream-start', warnings: [] },
      { type: 'response-metadata', id, modelId: models.openai.answered, timestamp: new Date(0) },
      ...parts,
      { type: 'finish', finishReason: finish, usage: usageOf(usage) },
    ],
  }),
});

/** The model that the AI SDK has for tests, with its part of the conversation. Both calls are streamed. */
export function scriptedModel() {
  return new MockLanguageModelV4({
    provider: 'openai.chat',
    modelId: models.openai.asked,
    doStream: [
      streamed(
        'chatcmpl-1',
        [{ type: 'tool-call', toolCallId: 'call_1', toolName, input: JSON.stringify(toolArguments) }],
        { unified: 'tool-calls', raw: 'tool_calls' },
        firstUsage,
      ),
      streamed(
        'chatcmpl-2',
        [
          { type: 'text-start', id: '1' },
          ...answer.match(/\S+\s*/g).map((delta) => ({ type: 'text-delta', id: '1', delta })),
          { type: 'text-end', id: '1' },
        ],
        { unified: 'stop', raw: 'stop' },
        secondUsage,
      ),
    ],
  });
}

/** Holds the conversation through the AI SDK. */
export async function converse() {
  const result = streamText({
    model: scriptedModel(),
    instructions: system,
    prompt: question,
    tools: {
      [toolName]: tool({
        description: toolDescription,
        inputSchema: jsonSchema(toolSchema),
        execute: async () => toolResult,
      }),
    },
    stopWhen: isStepCount(3),
    telemetry: { functionId: 'forecast', metadata: { sessionId, userId } },
  });
  return await result.text;
}
