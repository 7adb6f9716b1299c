import type { LlmToolCall } from '@tta/obs-context';
import type { Conversation } from '../../agent/conversation.ts';
import type { LlmAdapter, LlmReading, LlmStreamReading, ReadUsage } from '../llm-adapter.ts';
import { LlmFailedError } from '../llm-failed-error.ts';
import { withCallIds } from './call-ids.ts';
import { parseArguments, printArguments } from './tool-arguments.ts';
import { anyObject } from './tool-parameters.ts';
import { countOf, type Fields, fieldsOf, joined, listOf, textOf } from './untrusted.ts';

/** What OpenAI's Responses API answers. */
export interface OpenAiResponse {
  readonly id: string;
  readonly model: string;
  readonly output: readonly object[];
  readonly usage?: { readonly input_tokens: number; readonly output_tokens: number } | null;
}

/** An event of a streamed response. */
export interface OpenAiResponseEvent {
  readonly type: string;
}

/** An item as the Responses API takes it. */
export type OpenAiInputItem =
  | { role: 'system' | 'user' | 'assistant'; content: string }
  | { type: 'function_call'; call_id: string; name: string; arguments: string }
  | { type: 'function_call_output'; call_id: string; output: string };

/** A tool as the Responses API takes it. */
export interface OpenAiFunctionTool {
  type: 'function';
  name: string;
  description?: string;
  parameters: Record<string, unknown>;
  strict: boolean;
}

/** Reads what OpenAI's Responses API answers. */
export interface OpenAiResponses extends LlmAdapter<OpenAiResponse, OpenAiResponseEvent> {
  /** A conversation as part of a request: `create({ model, ...openAiResponses.request(conversation) })`. */
  request(conversation: Conversation): { input: OpenAiInputItem[]; tools?: OpenAiFunctionTool[] };
}

/** The Responses API of OpenAI. Its finish reason is why a response is incomplete, else its status: `completed`. */
export const openAiResponses: OpenAiResponses = {
  reply: readResponse,
  stream: () => new OpenAiResponseReading(),
  request({ messages, tools }) {
    return {
      input: withCallIds(messages).flatMap((message): OpenAiInputItem[] => {
        if (message.role === 'tool')
          return [{ type: 'function_call_output', call_id: message.toolCallId, output: message.text }];
        const said: OpenAiInputItem[] = [{ role: message.role, content: message.text }];
        if (message.role !== 'assistant') return said;
        const calls = message.toolCalls.map(({ id, name, arguments: given }) => ({
          type: 'function_call' as const,
          call_id: id,
          name,
          arguments: printArguments(given),
        }));
        return [...(message.text === '' ? [] : said), ...calls];
      }),
      ...(tools.length > 0 && {
        tools: tools.map(({ parameters = anyObject, ...tool }) => ({
          type: 'function' as const,
          ...tool,
          parameters: { ...parameters },
          // Strict ones take only schemas of which every property is required.
          strict: false,
        })),
      }),
    };
  },
};

class OpenAiResponseReading implements LlmStreamReading<OpenAiResponseEvent> {
  /** As the last event had it that tells of the whole: it is complete in the last one. */
  #response: unknown;
  #isWhole = false;
  readonly #text: string[] = [];
  readonly #items: Fields[] = [];

  add(event: OpenAiResponseEvent): string | undefined {
    const { type, delta, item, response } = fieldsOf(event);
    if (response !== undefined) this.#response = response;
    switch (type) {
      case 'response.output_text.delta': {
        const text = textOf(delta) ?? '';
        this.#text.push(text);
        return text;
      }
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
      case 'response.reasoning_text.delta':
      case 'response.reasoning_summary_text.delta':
      case 'response.refusal.delta':
        return '';
      case 'response.output_item.done':
        this.#items.push(fieldsOf(item));
        return undefined;
      case 'response.completed':
      case 'response.incomplete':
        this.#isWhole = true;
        return undefined;
      case 'response.failed':
        throw failure(fieldsOf(response)['error']);
      case 'error':
        throw failure(event);
      default:
        return undefined;
    }
  }

  soFar(): LlmReading {
    if (this.#isWhole) return readResponse(this.#response);
    const { id, model, usage } = fieldsOf(this.#response);
    return {
      error: LlmFailedError.ofIncompleteStream(),
      id: textOf(id),
      model: textOf(model),
      text: joined(this.#text),
      toolCalls: this.#items.flatMap(toolCallOf),
      // Of one that failed.
      usage: usageOf(usage),
    };
  }
}

function readResponse(response: unknown): LlmReading {
  const { id, model, output, usage, status, incomplete_details: incomplete, error } = fieldsOf(response);
  const items = listOf(output);
  const reason = textOf(fieldsOf(incomplete)['reason']) ?? textOf(status);
  return {
    id: textOf(id),
    model: textOf(model),
    text: joined(
      items
        .filter(({ type }) => type === 'message')
        .flatMap(({ content }) => listOf(content).map(outputText)),
    ),
    toolCalls: items.flatMap(toolCallOf),
    finishReasons: reason === undefined ? [] : [reason],
    usage: usageOf(usage),
    ...(status === 'failed' || error ? { error: failure(error) } : {}),
  };
}

function outputText({ type, text }: Fields): unknown {
  return type === 'output_text' ? text : undefined;
}

function toolCallOf({ type, call_id, name, arguments: given, input }: Fields): LlmToolCall[] {
  const called = textOf(name);
  if (called === undefined || (type !== 'function_call' && type !== 'custom_tool_call')) return [];
  const id = textOf(call_id);
  const parsed = type === 'function_call' ? parseArguments(textOf(given) ?? '') : input;
  return [{ name: called, arguments: parsed, ...(id !== undefined && { id }) }];
}

function usageOf(usage: unknown): ReadUsage {
  const { input_tokens, output_tokens, input_tokens_details, output_tokens_details } = fieldsOf(usage);
  const input = fieldsOf(input_tokens_details);
  return {
    inputTokens: countOf(input_tokens),
    outputTokens: countOf(output_tokens),
    cachedInputTokens: countOf(input['cached_tokens']),
    cacheWriteInputTokens: countOf(input['cache_write_tokens']),
    reasoningOutputTokens: countOf(fieldsOf(output_tokens_details)['reasoning_tokens']),
  };
}

function failure(error: unknown): LlmFailedError {
  const { code, message } = fieldsOf(error);
  return new LlmFailedError(textOf(code), textOf(message) ?? textOf(error), error);
}
