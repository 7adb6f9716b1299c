import { splitWords } from '../fake-llm/words.ts';
import { anthropicMessagesFault } from './anthropic-messages-fault.ts';
import { halves } from './json-text.ts';
import type { Answer, StreamEvent, Tokens, WireFormat } from './wire-format.ts';

const types: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

/** Anthropic's messages. */
export const anthropicMessages: WireFormat = {
  required: ['model', 'max_tokens', 'messages'],
  fault: anthropicMessagesFault,
  requestIdHeader: 'request-id',
  problem: (status, message, requestId) => ({ ...problem(status, message), request_id: requestId }),
  whole(answer) {
    const { text, toolCalls, tokens } = answer;
    const content = [
      ...(text === '' ? [] : [{ type: 'text', text, citations: null }]),
      ...toolCalls.map(({ id, name, arguments: input }) => ({
        type: 'tool_use',
        id,
        name,
        input: valueOf(input),
      })),
    ];
    return { ...message(answer), content, stop_reason: stopReason(answer), usage: usage(tokens) };
  },
  *events(answer) {
    const { text, toolCalls, tokens, failure } = answer;
    // What has been said by then is the first of its tokens; how many there will be, nobody knows yet.
    const begun = {
      ...usage(tokens),
      output_tokens: Math.min(tokens.output, 1),
      output_tokens_details: null,
    };
    yield event('message_start', {
      message: { ...message(answer), content: [], stop_reason: null, usage: begun },
    });
    let index = 0;
    if (text !== '') {
      const content_block = { type: 'text', text: '', citations: null };
      yield event('content_block_start', { index, content_block });
      yield event('ping', {});
      for (const word of splitWords(text))
        yield event('content_block_delta', { index, delta: { type: 'text_delta', text: word } }, true);
      if (failure === undefined) yield event('content_block_stop', { index: index++ });
    }
    for (const { id, name, arguments: input } of toolCalls) {
      const content_block = { type: 'tool_use', id, name, input: {} };
      yield event('content_block_start', { index, content_block }, true);
      for (const partial_json of ['', ...halves(input)])
        yield event('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json } });
      yield event('content_block_stop', { index: index++ });
    }
    if (failure !== undefined) {
      yield { event: 'error', data: problem(500, failure), isChunk: false };
      return;
    }
    const { input_tokens, cache_creation_input_tokens, cache_read_input_tokens } = usage(tokens);
    const { output_tokens, output_tokens_details } = usage(tokens);
    yield event('message_delta', {
      delta: { stop_reason: stopReason(answer), stop_sequence: null },
      usage: {
        input_tokens,
        cache_creation_input_tokens,
        cache_read_input_tokens,
        output_tokens,
        output_tokens_details,
      },
    });
    yield event('message_stop', {});
  },
};

/** What JSON says; a text that is none stands as it is. */
function valueOf(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return json;
  }
}

function event(type: string, fields: object, isChunk = false): StreamEvent {
  return { event: type, data: { type, ...fields }, isChunk };
}

function problem(status: number, message: string): object {
  const type = types[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
  return { type: 'error', error: { type, message } };
}

function message({ number, model }: Answer): object {
  return { id: `msg_${number}`, type: 'message', role: 'assistant', model, stop_sequence: null };
}

function stopReason({ finishReason, toolCalls }: Answer): string {
  return finishReason ?? (toolCalls.length > 0 ? 'tool_use' : 'end_turn');
}

/** What was read from the cache and written to it is told beside the input, not as part of it. */
function usage({ input, output, cacheRead, cacheWrite, reasoning }: Tokens) {
  return {
    input_tokens: input - cacheRead - cacheWrite,
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: cacheRead,
    cache_creation: { ephemeral_5m_input_tokens: cacheWrite, ephemeral_1h_input_tokens: 0 },
    output_tokens: output,
    output_tokens_details: reasoning > 0 ? { thinking_tokens: reasoning } : null,
    service_tier: 'standard',
  };
}
