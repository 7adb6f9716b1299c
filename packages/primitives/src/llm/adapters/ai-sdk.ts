import { CancelledError, type LlmToolCall } from '@tta/obs-context';
import type { Conversation } from '../../agent/conversation.ts';
import type { LlmAdapter, LlmReading, LlmStreamReading, ReadUsage } from '../llm-adapter.ts';
import { type IdentifiedMessage, withCallIds } from './call-ids.ts';
import { systemText } from './system-text.ts';
import { anyObject } from './tool-parameters.ts';
import { countOf, type Fields, fieldsOf, joined, listOf, sumOf, textOf } from './untrusted.ts';

/** What `generateText`, `streamText` and `streamObject` of the AI SDK return. */
export interface AiSdkResult {
  readonly finishReason: string | PromiseLike<string>;
  readonly usage: object;
  readonly fullStream?: AsyncIterable<AiSdkPart>;
}

/** A part of what `streamText` streams. */
export interface AiSdkPart {
  readonly type: string;
}

/** A message as the AI SDK takes it. */
export type AiSdkMessage =
  | { role: 'user'; content: string }
  | {
      role: 'assistant';
      content: (
        | { type: 'text'; text: string }
        | { type: 'tool-call'; toolCallId: string; toolName: string; input: unknown }
      )[];
    }
  | {
      role: 'tool';
      content: {
        type: 'tool-result';
        toolCallId: string;
        toolName: string;
        output: { type: 'text' | 'error-text'; value: string };
      }[];
    };

/** A tool as the AI SDK takes it: it is called by whoever reads the reply, not by the SDK. */
export interface AiSdkTool {
  description?: string;
  inputSchema: AiSdkSchema;
}

/** JSON Schema in the form of the Standard Schema specification. */
export interface AiSdkSchema {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => { readonly value: unknown };
    readonly jsonSchema: {
      readonly input: () => Record<string, unknown>;
      readonly output: () => Record<string, unknown>;
    };
  };
}

/** Reads what the AI SDK returns. */
export interface AiSdk extends LlmAdapter<AiSdkResult, AiSdkPart> {
  /** A conversation as part of a call: `generateText({ model, ...aiSdk.request(conversation) })`. */
  request(conversation: Conversation): {
    system?: string;
    messages: AiSdkMessage[];
    tools?: Record<string, AiSdkTool>;
  };
}

/**
 * `generateText`, `streamText` and `streamObject` of the AI SDK, versions 5 to 7. What `generateObject` makes is in its
 * response, and no text. Its finish reasons are the SDK's own words, the same for all
 * providers. Where it calls tools itself, text and tokens are those of all its steps.
 */
export const aiSdk: AiSdk = {
  reply(result) {
    const { text, steps, toolCalls, finishReason, usage, totalUsage, response } = fieldsOf(result);
    const reason = textOf(finishReason);
    const all = listOf(steps);
    const last = all.at(-1);
    return {
      ...responseOf(response),
      text: last ? joined(all.map((step) => step['text'])) : textOf(text),
      // Those of all steps in version 7, of which the SDK has run the others.
      toolCalls: listOf(last?.['toolCalls'] ?? toolCalls).flatMap(toolCallOf),
      finishReasons: reason === undefined ? [] : [reason],
      usage: usageOf(totalUsage ?? usage),
    };
  },
  stream: () => new AiSdkReading(),
  events: ({ fullStream }) => fullStream,
  request({ messages, tools }) {
    const system = systemText(messages);
    return {
      ...(system !== undefined && { system }),
      messages: withCallIds(messages).flatMap(messageOf),
      ...(tools.length > 0 && {
        tools: Object.fromEntries(
          tools.map(({ name, description, parameters = anyObject }) => [
            name,
            { ...(description !== undefined && { description }), inputSchema: schemaOf(parameters) },
          ]),
        ),
      }),
    };
  },
};

class AiSdkReading implements LlmStreamReading<AiSdkPart> {
  #response: LlmReading = {};
  #finishReason: string | undefined;
  /** Of all steps so far. */
  #stepUsage: ReadUsage | undefined;
  #totalUsage: ReadUsage | undefined;
  #toolCalls: LlmToolCall[] = [];
  readonly #text: string[] = [];

  add(part: AiSdkPart): string | undefined {
    const fields = fieldsOf(part);
    switch (fields['type']) {
      case 'text-delta': {
        // By its second name in the stream of an object.
        const text = textOf(fields['text']) ?? textOf(fields['textDelta']) ?? '';
        this.#text.push(text);
        return text;
      }
      case 'reasoning-delta':
      case 'tool-input-delta':
        return '';
      case 'start-step':
        // What the step before wanted called has been called.
        this.#toolCalls = [];
        return undefined;
      case 'tool-call':
        this.#toolCalls.push(...toolCallOf(fields));
        return '';
      case 'finish-step':
        this.#response = responseOf(fields['response']);
        this.#stepUsage = added(this.#stepUsage, usageOf(fields['usage']));
        this.#finishReason = textOf(fields['finishReason']);
        return undefined;
      case 'finish':
        // The stream of an object has no steps.
        if (fields['response'] !== undefined) this.#response = responseOf(fields['response']);
        this.#totalUsage = usageOf(fields['totalUsage'] ?? fields['usage']);
        this.#finishReason = textOf(fields['finishReason']) ?? this.#finishReason;
        return undefined;
      case 'error':
        throw fields['error'];
      case 'abort':
        throw new CancelledError(textOf(fields['reason']) ?? 'the stream of the AI SDK was aborted');
      default:
        return undefined;
    }
  }

  soFar(): LlmReading {
    return {
      ...this.#response,
      text: joined(this.#text),
      toolCalls: this.#toolCalls,
      finishReasons: this.#finishReason === undefined ? [] : [this.#finishReason],
      usage: this.#totalUsage ?? this.#stepUsage,
    };
  }
}

function responseOf(response: unknown): LlmReading {
  const { id, modelId } = fieldsOf(response);
  return { id: textOf(id), model: textOf(modelId) };
}

function toolCallOf({ toolCallId, toolName, input, providerExecuted }: Fields): LlmToolCall[] {
  const name = textOf(toolName);
  if (name === undefined || providerExecuted === true) return [];
  const id = textOf(toolCallId);
  return [{ name, arguments: input ?? {}, ...(id !== undefined && { id }) }];
}

/** As versions 6 and 7 have it, else as version 5 had it. */
function usageOf(usage: unknown): ReadUsage | undefined {
  if (typeof usage !== 'object' || usage === null) return undefined;
  const fields = fieldsOf(usage);
  const input = fieldsOf(fields['inputTokenDetails']);
  const output = fieldsOf(fields['outputTokenDetails']);
  return {
    inputTokens: countOf(fields['inputTokens']),
    outputTokens: countOf(fields['outputTokens']),
    cachedInputTokens: countOf(input['cacheReadTokens'] ?? fields['cachedInputTokens']),
    cacheWriteInputTokens: countOf(input['cacheWriteTokens']),
    reasoningOutputTokens: countOf(output['reasoningTokens'] ?? fields['reasoningTokens']),
  };
}

function added(before: ReadUsage | undefined, step: ReadUsage | undefined): ReadUsage | undefined {
  if (!before || !step) return step ?? before;
  return {
    inputTokens: sumOf(before.inputTokens, step.inputTokens),
    outputTokens: sumOf(before.outputTokens, step.outputTokens),
    cachedInputTokens: sumOf(before.cachedInputTokens, step.cachedInputTokens),
    cacheWriteInputTokens: sumOf(before.cacheWriteInputTokens, step.cacheWriteInputTokens),
    reasoningOutputTokens: sumOf(before.reasoningOutputTokens, step.reasoningOutputTokens),
  };
}

function messageOf(message: IdentifiedMessage): AiSdkMessage[] {
  if (message.role === 'tool') {
    const { toolCallId, name, text, isError } = message;
    const output = { type: isError ? ('error-text' as const) : ('text' as const), value: text };
    return [{ role: 'tool', content: [{ type: 'tool-result', toolCallId, toolName: name, output }] }];
  }
  if (message.role !== 'assistant')
    return message.role === 'user' ? [{ role: 'user', content: message.text }] : [];
  const { text, toolCalls } = message;
  const calls = toolCalls.map(({ id, name, arguments: input }) => ({
    type: 'tool-call' as const,
    toolCallId: id,
    toolName: name,
    input,
  }));
  return [
    { role: 'assistant', content: [...(text === '' ? [] : [{ type: 'text' as const, text }]), ...calls] },
  ];
}

/** Marks what the SDK takes as a schema of its own, which all its versions do. */
const sdkSchema = Symbol.for('vercel.ai.schema');

function schemaOf(parameters: Readonly<Record<string, unknown>>): AiSdkSchema {
  const jsonSchema = { ...parameters };
  const standard = {
    version: 1 as const,
    vendor: 'tta-obs',
    // Whoever runs the tool checks what it is given.
    validate: (value: unknown) => ({ value }),
    jsonSchema: { input: () => jsonSchema, output: () => jsonSchema },
  };
  return Object.assign({ [sdkSchema]: true, jsonSchema, validate: undefined }, { '~standard': standard });
}
