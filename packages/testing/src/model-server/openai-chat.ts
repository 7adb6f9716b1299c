import { splitWords } from '../fake-llm/words.ts';
import { halves, isObject } from './json-text.ts';
import { openAiChatFault } from './openai-chat-fault.ts';
import { openAiProblem } from './openai-problem.ts';
import type { Answer, StreamEvent, Tokens, WireFormat } from './wire-format.ts';

/** Chat completions as OpenAI and those compatible with it write them. */
export const openAiChat: WireFormat = {
  required: ['model', 'messages'],
  fault: openAiChatFault,
  requestIdHeader: 'x-request-id',
  problem: openAiProblem,
  whole(answer) {
    const { text, toolCalls } = answer;
    const message = {
      role: 'assistant',
      content: text === '' && toolCalls.length > 0 ? null : text,
      refusal: null,
      annotations: [],
      ...(toolCalls.length > 0 && { tool_calls: toolCalls.map((call) => written(call)) }),
    };
    return {
      ...header(answer, 'chat.completion'),
      choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason(answer) }],
      usage: usage(answer.tokens),
    };
  },
  *events(answer, body) {
    const options = body['stream_options'];
    const isUsageWanted = isObject(options) && options['include_usage'] === true;
    const event = (choices: readonly unknown[], isChunk: boolean, used: unknown = null): StreamEvent => ({
      event: undefined,
      data: {
        ...header(answer, 'chat.completion.chunk'),
        choices,
        ...(isUsageWanted && { usage: used }),
      },
      isChunk,
    });
    const delta = (part: object, isChunk: boolean, reason: string | null = null): StreamEvent =>
      event([{ index: 0, delta: part, logprobs: null, finish_reason: reason }], isChunk);

    yield delta({ role: 'assistant', content: '', refusal: null }, false);
    for (const content of splitWords(answer.text)) yield delta({ content }, true);
    for (const [index, call] of answer.toolCalls.entries()) {
      const { id, type, function: called } = written(call);
      yield delta({ tool_calls: [{ index, id, type, function: { ...called, arguments: '' } }] }, true);
      for (const piece of halves(call.arguments))
        yield delta({ tool_calls: [{ index, function: { arguments: piece } }] }, false);
    }
    if (answer.failure !== undefined) {
      yield { event: undefined, data: openAiProblem(500, answer.failure), isChunk: false };
      return;
    }
    yield delta({}, false, finishReason(answer));
    if (isUsageWanted) yield event([], false, usage(answer.tokens));
    yield { event: undefined, data: '[DONE]', isChunk: false };
  },
};

function header(answer: Answer, object: string): object {
  const { number, createdAt, model } = answer;
  return {
    id: `chatcmpl-${number}`,
    object,
    created: createdAt,
    model,
    service_tier: 'default',
    system_fingerprint: null,
  };
}

function written(call: Answer['toolCalls'][number]): {
  readonly id: string;
  readonly type: 'function';
  readonly function: object;
} {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } };
}

function finishReason({ finishReason, toolCalls }: Answer): string {
  return finishReason ?? (toolCalls.length > 0 ? 'tool_calls' : 'stop');
}

function usage({ input, output, cacheRead, cacheWrite, reasoning }: Tokens): object {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}
