import type { LlmToolCall } from '@tta/obs-context';
import type { Conversation } from '../../agent/conversation.ts';
import type { LlmAdapter, LlmReading, LlmStreamReading, ReadUsage } from '../llm-adapter.ts';
import { LlmFailedError } from '../llm-failed-error.ts';
import { type IdentifiedMessage, withCallIds } from './call-ids.ts';
import { systemText } from './system-text.ts';
import { argumentsObject, parseArguments } from './tool-arguments.ts';
import { countOf, type Fields, fieldsOf, joined, listOf, sumOf, textOf } from './untrusted.ts';

/** What Anthropic's Messages API answers. */
export interface AnthropicMessage {
  readonly id: string;
  readonly model: string;
  readonly content: readonly { readonly type: string }[];
  readonly stop_reason: string | null;
  readonly usage: { readonly input_tokens: number; readonly output_tokens: number };
}

/** An event of a streamed message. */
export interface AnthropicMessageEvent {
  readonly type: string;
}

type AnthropicBlock =
  | { type: 'text'; text: string }
  | { type: 'tool_use'; id: string; name: string; input: Record<string, unknown> }
  | { type: 'tool_result'; tool_use_id: string; content: string; is_error?: boolean };

/** A message as the Messages API takes it. */
export interface AnthropicMessageParam {
  role: 'user' | 'assistant';
  content: string | AnthropicBlock[];
}

/** A tool as the Messages API takes it. */
export interface AnthropicTool {
  name: string;
  description?: string;
  input_schema: { type: 'object'; [key: string]: unknown };
}

/** Reads what Anthropic's Messages API answers. */
export interface AnthropicMessages extends LlmAdapter<AnthropicMessage, AnthropicMessageEvent> {
  /** A conversation as part of a request: `create({ model, max_tokens, ...anthropicMessages.request(conversation) })`. */
  request(conversation: Conversation): {
    system?: string;
    messages: AnthropicMessageParam[];
    tools?: AnthropicTool[];
  };
}

/** The Messages API of Anthropic. Input tokens are a total, as everywhere: with those read from the cache and written to it. */
export const anthropicMessages: AnthropicMessages = {
  reply: readMessage,
  stream: () => new AnthropicMessageReading(),
  request({ messages, tools }) {
    const system = systemText(messages);
    return {
      ...(system !== undefined && { system }),
      messages: messageParams(withCallIds(messages)),
      ...(tools.length > 0 && {
        tools: tools.map(({ parameters, ...tool }) => ({
          ...tool,
          input_schema: { ...parameters, type: 'object' as const },
        })),
      }),
    };
  },
};

/** A message that is streamed: as it began, with what was added. */
class AnthropicMessageReading implements LlmStreamReading<AnthropicMessageEvent> {
  #message: Fields = {};
  #usage: Fields = {};
  #hasStopped = false;
  readonly #blocks = new Map<unknown, { readonly begun: Fields; readonly pieces: string[] }>();

  add(event: AnthropicMessageEvent): string | undefined {
    const { type, message, index, content_block: begun, delta, usage, error } = fieldsOf(event);
    switch (type) {
      case 'message_start':
        this.#message = fieldsOf(message);
        this.#addUsage(this.#message['usage']);
        return undefined;
      case 'content_block_start': {
        const block = fieldsOf(begun);
        const text = textOf(block['text']) ?? '';
        this.#blocks.set(index, { begun: block, pieces: [text] });
        return text === '' ? undefined : text;
      }
      case 'content_block_delta':
        return this.#addDelta(index, fieldsOf(delta));
      case 'message_delta':
        this.#message = { ...this.#message, stop_reason: fieldsOf(delta)['stop_reason'] };
        this.#addUsage(usage);
        return undefined;
      case 'message_stop':
        this.#hasStopped = true;
        return undefined;
      case 'error':
        throw failure(error);
      default:
        return undefined;
    }
  }

  #addDelta(index: unknown, { text, partial_json: json }: Fields): string {
    const piece = textOf(text) ?? textOf(json);
    if (piece !== undefined) this.#blocks.get(index)?.pieces.push(piece);
    return textOf(text) ?? '';
  }

  /** Sums so far: each takes the place of the one before, and what is not said again stays. */
  #addUsage(usage: unknown): void {
    const said = Object.entries(fieldsOf(usage)).filter(([, value]) => value !== null);
    this.#usage = { ...this.#usage, ...Object.fromEntries(said) };
  }

  soFar(): LlmReading {
    const content = [...this.#blocks.values()].map(({ begun, pieces }) => {
      const text = joined(pieces);
      // A call that is streamed begins with no arguments, and they follow as text.
      return begun['type'] === 'tool_use' && text !== ''
        ? { ...begun, input: parseArguments(text) }
        : { ...begun, text };
    });
    const reading = readMessage({ ...this.#message, content, usage: this.#usage });
    // Some who are compatible leave out the last event.
    const isWhole = this.#hasStopped || reading.finishReasons?.length === 1;
    return isWhole ? reading : { ...reading, error: LlmFailedError.ofIncompleteStream() };
  }
}

function readMessage(message: unknown): LlmReading {
  const { id, model, content, stop_reason: reason, usage, type, error } = fieldsOf(message);
  const blocks = listOf(content);
  const finishReason = textOf(reason);
  return {
    id: textOf(id),
    model: textOf(model),
    text: joined(blocks.map(({ type, text }) => (type === 'text' ? text : undefined))),
    toolCalls: blocks.flatMap(toolCallOf),
    finishReasons: finishReason === undefined ? [] : [finishReason],
    usage: usageOf(usage),
    // Some who pass requests on answer with the status 200 and an error in place of a message.
    ...(type === 'error' && { error: failure(error) }),
  };
}

function failure(error: unknown): LlmFailedError {
  const { type: reason, message: why } = fieldsOf(error);
  return new LlmFailedError(textOf(reason), textOf(why), error);
}

function toolCallOf({ type, id, name, input }: Fields): LlmToolCall[] {
  const called = textOf(name);
  // What the provider runs itself is of other types.
  if (type !== 'tool_use' || called === undefined) return [];
  const callId = textOf(id);
  return [{ name: called, arguments: input ?? {}, ...(callId !== undefined && { id: callId }) }];
}

function usageOf(usage: unknown): ReadUsage {
  const {
    input_tokens: uncached,
    output_tokens: output,
    cache_read_input_tokens: read,
    cache_creation_input_tokens: written,
    output_tokens_details: details,
  } = fieldsOf(usage);
  return {
    // On the wire without those of the cache.
    inputTokens: sumOf(uncached, read, written),
    outputTokens: countOf(output),
    cachedInputTokens: countOf(read),
    cacheWriteInputTokens: countOf(written),
    reasoningOutputTokens: countOf(fieldsOf(details)['thinking_tokens']),
  };
}

/** Answers of tools that follow each other are one message of the user, as the API wants it. */
function messageParams(messages: readonly IdentifiedMessage[]): AnthropicMessageParam[] {
  const params: AnthropicMessageParam[] = [];
  let results: AnthropicBlock[] | undefined;
  for (const message of messages) {
    if (message.role === 'tool') {
      if (!results) params.push({ role: 'user', content: (results = []) });
      const { toolCallId, text, isError } = message;
      results.push({
        type: 'tool_result',
        tool_use_id: toolCallId,
        content: text,
        ...(isError && { is_error: true }),
      });
      continue;
    }
    results = undefined;
    if (message.role === 'user') params.push({ role: 'user', content: message.text });
    if (message.role !== 'assistant') continue;
    const { text, toolCalls } = message;
    const blocks: AnthropicBlock[] = toolCalls.map(({ id, name, arguments: given }) => ({
      type: 'tool_use',
      id,
      name,
      input: argumentsObject(given),
    }));
    // Neither an empty text nor an empty message is taken.
    if (text !== '') blocks.unshift({ type: 'text', text });
    if (blocks.length > 0) params.push({ role: 'assistant', content: blocks });
  }
  return params;
}
