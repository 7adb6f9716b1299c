import { countWords } from '../fake-llm/words.ts';
import { reasonOf } from '../internal/reason-of.ts';
import { textsOf } from './conversation-text.ts';
import { vectorOf } from './openai-embeddings.ts';
import type { ServedReply } from './served-reply.ts';
import type { Answer, Tokens } from './wire-format.ts';

/** What is to be said to the request of that number. */
export function answerOf(
  reply: ServedReply,
  body: Readonly<Record<string, unknown>>,
  number: number,
  createdAt: number,
): Answer {
  const { text = '', toolCalls = [], finishReason, error, embeddings } = reply;
  const { input } = body;
  const asked = Array.isArray(input) ? (input as unknown[]) : [input];
  return {
    number,
    model: reply.model ?? String(body['model']),
    createdAt,
    text,
    toolCalls: toolCalls.map((call, index) => ({
      id: call.id ?? `call_${number}_${index}`,
      name: call.name,
      arguments: typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments ?? {}),
    })),
    finishReason,
    tokens: tokensOf(reply, body),
    embeddings: embeddings ?? asked.map((one) => vectorOf(String(one))),
    failure: error === undefined ? undefined : reasonOf(error),
  };
}

function tokensOf({ usage = {}, text = '' }: ServedReply, body: Readonly<Record<string, unknown>>): Tokens {
  const { cachedInputTokens: cacheRead = 0, cacheWriteInputTokens: cacheWrite = 0 } = usage;
  const { reasoningOutputTokens: reasoning = 0 } = usage;
  const asked = textsOf(body).reduce((count, one) => count + countWords(one), 0);
  return {
    input: usage.inputTokens ?? Math.max(asked, cacheRead + cacheWrite),
    output: usage.outputTokens ?? countWords(text) + reasoning,
    cacheRead,
    cacheWrite,
    reasoning,
  };
}
