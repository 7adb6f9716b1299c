import type { LlmToolCall } from '@tta/obs-context';
import type { Conversation } from '../../agent/conversation.ts';
import type { LlmAdapter, LlmReading, LlmStreamReading, ReadUsage } from '../llm-adapter.ts';
import { LlmFailedError } from '../llm-failed-error.ts';
import { withCallIds } from './call-ids.ts';
import { anyObject } from './tool-parameters.ts';
import { parseArguments, printArguments } from './tool-arguments.ts';
import { countOf, type Fields, fieldsOf, joined, listOf, textOf, usdOf } from './untrusted.ts';

interface OpenAiChatUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens?: number;
  readonly total_tokens?: number;
}

/** A chat completion, or embeddings: of OpenAI and all who answer as they do. */
export interface OpenAiChatResponse {
  readonly id?: string;
  readonly model?: string;
  readonly choices?: readonly { readonly message?: object; readonly finish_reason?: string | null }[];
  readonly usage?: OpenAiChatUsage | null;
}

/** A piece of a streamed chat completion. */
export interface OpenAiChatChunk {
  readonly id?: string;
  readonly model?: string;
  readonly choices?: readonly { readonly delta?: object; readonly finish_reason?: string | null }[];
  readonly usage?: OpenAiChatUsage | null;
}

/** A message as chat completions take it. */
export type OpenAiChatMessage =
  | { role: 'system' | 'user'; content: string }
  | {
      role: 'assistant';
      content: string | null;
      tool_calls?: { id: string; type: 'function'; function: { name: string; arguments: string } }[];
    }
  | { role: 'tool'; tool_call_id: string; content: string };

/** A tool as chat completions take it. */
export interface OpenAiChatTool {
  type: 'function';
  function: { name: string; description?: string; parameters: Record<string, unknown> };
}

/** Reads what OpenAI's chat completions answer, and everything that is compatible with them. */
export interface OpenAiChat extends LlmAdapter<OpenAiChatResponse, OpenAiChatChunk> {
  stream(): LlmStreamReading<OpenAiChatChunk>;
  /** A conversation as part of a request: `create({ model, ...openAiChat.request(conversation) })`. */
  request(conversation: Conversation): { messages: OpenAiChatMessage[]; tools?: OpenAiChatTool[] };
}

/**
 * Chat completions of OpenAI, and of everybody whose API is compatible; embeddings and text completions as well. Of several
 * choices the first one is the reply. A stream tells its tokens where the request asks for it:
 * `stream_options: { include_usage: true }`. Output tokens are a total, with reasoning that a provider counts beside them.
 *
 * A stream is whole when each of its choices has a `finish_reason`, or when it ends with its tokens. A stream without either
 * was cut short: so says the client `openai` too where it puts the answer together, and no client passes `[DONE]` on.
 */
export const openAiChat: OpenAiChat = {
  reply(response) {
    const { id, model, choices, usage, error } = fieldsOf(response);
    const all = listOf(choices);
    const first = fieldsOf(all[0]);
    const message = fieldsOf(first['message']);
    // Some answer with the status 200 and an error in place of choices, or of a message.
    const wrong = (all.length === 0 ? error : undefined) || first['error'];
    return {
      id: textOf(id),
      model: textOf(model),
      text: contentOf(message['content'] ?? first['text']),
      toolCalls: listOf(message['tool_calls']).flatMap(toolCallOf),
      finishReasons: all.flatMap(({ finish_reason: reason }) => textOf(reason) || []),
      usage: usageOf(usage),
      ...(wrong ? { error: failure(wrong) } : {}),
    };
  },
  stream: () => new OpenAiChatReading(),
  request({ messages, tools }) {
    return {
      messages: withCallIds(messages).map((message) => {
        if (message.role === 'tool')
          return { role: 'tool', tool_call_id: message.toolCallId, content: message.text };
        if (message.role !== 'assistant') return { role: message.role, content: message.text };
        const { text, toolCalls } = message;
        if (toolCalls.length === 0) return { role: 'assistant', content: text };
        const calls = toolCalls.map(({ id, name, arguments: given }) => ({
          id,
          type: 'function' as const,
          function: { name, arguments: printArguments(given) },
        }));
        return { role: 'assistant', content: text === '' ? null : text, tool_calls: calls };
      }),
      // An empty list is refused.
      ...(tools.length > 0 && {
        tools: tools.map(({ parameters = anyObject, ...tool }) => ({
          type: 'function' as const,
          function: { ...tool, parameters: { ...parameters } },
        })),
      }),
    };
  },
};

/** What has been said of one call of a tool. */
interface PartialCall {
  id: string | undefined;
  name: string;
  arguments: string;
}

class OpenAiChatReading implements LlmStreamReading<OpenAiChatChunk> {
  #id: string | undefined;
  #model: string | undefined;
  #usage: ReadUsage | undefined;
  readonly #text: string[] = [];
  readonly #finishReasons = new Map<unknown, string>();
  readonly #choices = new Set<unknown>();
  #endsWithUsage = false;
  readonly #calls: PartialCall[] = [];
  /** The last one of each index. */
  readonly #openCalls = new Map<unknown, PartialCall>();

  add(chunk: OpenAiChatChunk): string | undefined {
    const { id, model, choices, usage, error } = fieldsOf(chunk);
    if (error) throw failure(error);
    this.#id ??= textOf(id) || undefined;
    this.#model ??= textOf(model) || undefined;
    // Some tell with each chunk what it is so far.
    this.#usage = usageOf(usage) ?? this.#usage;
    const all = listOf(choices);
    if (usage) this.#endsWithUsage = true;
    else if (all.length > 0) this.#endsWithUsage = false;
    let added: string | undefined;
    for (const choice of all) {
      if (choice['error']) throw failure(choice['error']);
      const index = choice['index'] ?? 0;
      this.#choices.add(index);
      // Some have an empty text where others have null.
      const reason = textOf(choice['finish_reason']);
      if (reason) this.#finishReasons.set(index, reason);
      if (index === 0) added = this.#addDelta(fieldsOf(choice['delta']), choice['text']);
    }
    return added;
  }

  /** @param completed - Of a text completion, which has no delta. */
  #addDelta(delta: Fields, completed: unknown): string | undefined {
    const calls = listOf(delta['tool_calls']);
    for (const [at, call] of calls.entries()) this.#addCall(call, at);
    const text = contentOf(delta['content'] ?? completed);
    if (text !== '') this.#text.push(text);
    // Under both names, as it was first made and as it is passed on.
    const reasons = textOf(delta['reasoning_content']) || textOf(delta['reasoning']);
    return text !== '' || calls.length > 0 || reasons ? text : undefined;
  }

  #addCall({ index, id, function: called }: Fields, at: number): void {
    const { name, arguments: given } = fieldsOf(called);
    const key = index ?? at;
    let call = this.#openCalls.get(key);
    // Some count all calls as the first one, and only the id tells them apart.
    if (!call || (call.id !== undefined && typeof id === 'string' && id !== '' && id !== call.id)) {
      call = { id: undefined, name: '', arguments: '' };
      this.#openCalls.set(key, call);
      this.#calls.push(call);
    }
    call.id ??= textOf(id) || undefined;
    call.name ||= textOf(name) ?? '';
    call.arguments += textOf(given) ?? '';
  }

  soFar(): LlmReading {
    const hasFinished = this.#choices.size > 0 && this.#choices.size === this.#finishReasons.size;
    const isWhole = hasFinished || this.#endsWithUsage;
    return {
      ...(!isWhole && { error: LlmFailedError.ofIncompleteStream() }),
      id: this.#id,
      model: this.#model,
      text: joined(this.#text),
      toolCalls: this.#calls.flatMap(({ id, name, arguments: given }) =>
        toolCallOf({ id, function: { name, arguments: given } }),
      ),
      finishReasons: [...this.#finishReasons.values()],
      usage: this.#usage,
    };
  }
}

/** Text, or the text among parts of several kinds. */
function contentOf(content: unknown): string {
  return textOf(content) ?? joined(listOf(content).map(({ text }) => text));
}

function toolCallOf(call: Fields): LlmToolCall[] {
  // A custom tool takes text as it is.
  const { name, arguments: given } = fieldsOf(call['function']);
  const { name: customName, input } = fieldsOf(call['custom']);
  const id = textOf(call['id']);
  const called = textOf(name) ?? textOf(customName);
  if (called === undefined) return [];
  const text = textOf(given);
  const parsed = text === undefined ? (input ?? given ?? {}) : parseArguments(text);
  return [{ name: called, arguments: parsed, ...(id !== undefined && { id }) }];
}

function usageOf(usage: unknown): ReadUsage | undefined {
  if (typeof usage !== 'object' || usage === null) return undefined;
  const { prompt_tokens, completion_tokens, total_tokens, cost, ...details } = fieldsOf(usage);
  const input = fieldsOf(details['prompt_tokens_details']);
  const inputTokens = countOf(prompt_tokens);
  const reasoning = countOf(fieldsOf(details['completion_tokens_details'])['reasoning_tokens']);
  return {
    inputTokens,
    outputTokens: outputOf(countOf(completion_tokens), reasoning, inputTokens, countOf(total_tokens)),
    cachedInputTokens: countOf(input['cached_tokens']),
    cacheWriteInputTokens: countOf(input['cache_write_tokens']),
    reasoningOutputTokens: reasoning,
    // Of those who pass requests on to others, and bill for it.
    costUsd: usdOf(cost),
  };
}

/** With the reasoning, which some count beside what they call the completion: in their total alone, or nowhere. */
function outputOf(completion: number | undefined, reasoning = 0, input = 0, total = 0): number | undefined {
  if (completion === undefined) return undefined;
  const output = Math.max(completion, total - input);
  return reasoning > output ? countOf(output + reasoning) : output;
}

function failure(error: unknown): LlmFailedError {
  const { type, code, message } = fieldsOf(error);
  const status = countOf(code);
  return new LlmFailedError(
    textOf(code) ?? (status === undefined ? textOf(type) : String(status)),
    textOf(message) ?? textOf(error),
    error,
  );
}
