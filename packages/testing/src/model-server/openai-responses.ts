import { splitWords } from '../fake-llm/words.ts';
import { halves } from './json-text.ts';
import { openAiProblem } from './openai-problem.ts';
import { openAiResponsesFault } from './openai-responses-fault.ts';
import type { Answer, ServedToolCall, StreamEvent, Tokens, WireFormat } from './wire-format.ts';

type Status = 'in_progress' | 'completed' | 'incomplete';

/** Why an answer is not whole; any other reason to end is no part of this format. */
const reasonsOfIncomplete = new Set(['max_output_tokens', 'content_filter']);

/** OpenAI's responses. */
export const openAiResponses: WireFormat = {
  required: ['model', 'input'],
  fault: openAiResponsesFault,
  requestIdHeader: 'x-request-id',
  problem: openAiProblem,
  whole: (answer) => response(answer, endOf(answer), output(answer)),
  *events(answer) {
    let sequence = 0;
    const event = (type: string, fields: object, isChunk = false): StreamEvent => ({
      event: type,
      data: { type, sequence_number: sequence++, ...fields },
      isChunk,
    });
    const { text, toolCalls, failure } = answer;
    yield event('response.created', { response: response(answer, 'in_progress', []) });
    yield event('response.in_progress', { response: response(answer, 'in_progress', []) });
    let index = 0;
    if (text !== '') {
      const place = { item_id: messageId(answer), output_index: index++, content_index: 0 };
      const { output_index } = place;
      yield event('response.output_item.added', {
        output_index,
        item: { ...message(answer, 'in_progress'), content: [] },
      });
      yield event('response.content_part.added', { ...place, part: textPart('') });
      for (const delta of splitWords(text))
        yield event('response.output_text.delta', { ...place, delta, logprobs: [] }, true);
      if (failure === undefined) {
        yield event('response.output_text.done', { ...place, text, logprobs: [] });
        yield event('response.content_part.done', { ...place, part: textPart(text) });
        yield event('response.output_item.done', { output_index, item: message(answer, 'completed') });
      }
    }
    for (const call of toolCalls) {
      const place = { item_id: itemId(call), output_index: index++ };
      const { output_index } = place;
      const added = { ...functionCall(call, 'in_progress'), arguments: '' };
      yield event('response.output_item.added', { output_index, item: added }, true);
      for (const delta of halves(call.arguments))
        yield event('response.function_call_arguments.delta', { ...place, delta });
      yield event('response.function_call_arguments.done', {
        ...place,
        name: call.name,
        arguments: call.arguments,
      });
      yield event('response.output_item.done', { output_index, item: functionCall(call, 'completed') });
    }
    if (failure !== undefined) yield event('error', { code: 'server_error', message: failure, param: null });
    else {
      const status = endOf(answer);
      yield event(`response.${status}`, { response: response(answer, status, output(answer)) });
    }
  },
};

function response(answer: Answer, status: Status, items: readonly unknown[]): object {
  const { number, createdAt, model, finishReason, tokens } = answer;
  return {
    id: `resp_${number}`,
    object: 'response',
    created_at: createdAt,
    status,
    background: false,
    error: null,
    incomplete_details: status === 'incomplete' ? { reason: finishReason } : null,
    instructions: null,
    max_output_tokens: null,
    model,
    output: items,
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    service_tier: 'default',
    store: true,
    temperature: 1,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    usage: status === 'in_progress' ? null : usage(tokens),
    user: null,
    metadata: {},
  };
}

function endOf({ finishReason }: Answer): 'completed' | 'incomplete' {
  return finishReason !== undefined && reasonsOfIncomplete.has(finishReason) ? 'incomplete' : 'completed';
}

function output(answer: Answer): unknown[] {
  const calls = answer.toolCalls.map((call) => functionCall(call, 'completed'));
  return answer.text === '' ? calls : [message(answer, 'completed'), ...calls];
}

function messageId({ number }: Answer): string {
  return `msg_${number}`;
}

function message(answer: Answer, status: Status): object {
  return {
    id: messageId(answer),
    type: 'message',
    status,
    role: 'assistant',
    content: [textPart(answer.text)],
  };
}

function textPart(text: string): object {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}

function itemId({ id }: ServedToolCall): string {
  return `fc_${id}`;
}

function functionCall(call: ServedToolCall, status: Status): object {
  return {
    id: itemId(call),
    type: 'function_call',
    status,
    call_id: call.id,
    name: call.name,
    arguments: call.arguments,
  };
}

function usage({ input, output, cacheRead, cacheWrite, reasoning }: Tokens): object {
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + output,
  };
}
