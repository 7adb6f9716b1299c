import { types } from 'node:util';
import { InvalidOptionError } from '@tta/obs-context';
import { countWords } from '../fake-llm/words.ts';
import { textsOf } from './conversation-text.ts';
import { vectorOf } from './openai-embeddings.ts';
import {
  isRefused,
  type ModelRequest,
  type RefusedReply,
  type ServedReply,
  type ServerReply,
} from './served-reply.ts';
import type { Answer, Tokens } from './wire-format.ts';

/**
 * @throws `OBS_ERR_INVALID_OPTION` for what no server can answer.
 */
export function checkedReply(reply: ServerReply): ServedReply | RefusedReply {
  if (typeof reply === 'string') return { text: reply };
  requireAmounts({ delayMs: reply.delayMs });
  if (isRefused(reply)) {
    requireAmounts({ retryAfterSeconds: reply.retryAfterSeconds });
    const { status } = reply;
    if (!(Number.isInteger(status) && status >= 400 && status <= 599))
      throw new InvalidOptionError(`model server: status is ${String(status)}; a refusal is 400 to 599`);
    return reply;
  }
  requireAmounts({ ...reply.usage, breakAfter: reply.breakAfter });
  const {
    inputTokens,
    outputTokens,
    cachedInputTokens = 0,
    cacheCreationInputTokens = 0,
  } = reply.usage ?? {};
  requirePart(
    'cachedInputTokens and cacheCreationInputTokens are',
    cachedInputTokens + cacheCreationInputTokens,
    'inputTokens',
    inputTokens,
  );
  requirePart(
    'reasoningOutputTokens is',
    reply.usage?.reasoningOutputTokens ?? 0,
    'outputTokens',
    outputTokens,
  );
  return reply;
}

function requireAmounts(amounts: Readonly<Record<string, number | undefined>>): void {
  for (const [name, amount] of Object.entries(amounts)) {
    if (amount === undefined || (Number.isFinite(amount) && amount >= 0)) continue;
    throw new InvalidOptionError(
      `model server: ${name} is ${String(amount)}; it has to be a number of at least 0`,
    );
  }
}

function requirePart(parts: string, part: number, total: string, amount: number | undefined): void {
  if (amount === undefined || part <= amount) return;
  throw new InvalidOptionError(
    `model server: ${parts} ${part}, more than the ${amount} of ${total}, which includes them`,
  );
}

/** What is to be said to the request of that number. */
export function answerOf(
  reply: ServedReply,
  request: ModelRequest,
  number: number,
  createdAt: number,
): Answer {
  const { text = '', toolCalls = [], finishReason, error, embeddings } = reply;
  const { input } = request.body;
  const asked = Array.isArray(input) ? (input as unknown[]) : [input];
  return {
    number,
    model: reply.model ?? String(request.body['model']),
    createdAt,
    text,
    toolCalls: toolCalls.map((call, index) => ({
      id: call.id ?? `call_${number}_${index}`,
      name: call.name,
      arguments: JSON.stringify(call.arguments ?? {}),
    })),
    finishReason,
    tokens: tokensOf(reply, request),
    embeddings: embeddings ?? asked.map((one) => vectorOf(String(one))),
    failure: error === undefined ? undefined : types.isNativeError(error) ? error.message : String(error),
  };
}

function tokensOf({ usage = {}, text = '' }: ServedReply, { body }: ModelRequest): Tokens {
  const { cachedInputTokens: cacheRead = 0, cacheCreationInputTokens: cacheWrite = 0 } = usage;
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
