import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { isObsError } from '@tta/obs-context';
import { aiSdk } from './ai-sdk.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import { openAiChat } from './open-ai-chat.ts';
import { openAiResponses } from './open-ai-responses.ts';

const adapters = { aiSdk, anthropicMessages, openAiChat, openAiResponses };

/** The names that adapters read, so that most of what is made looks like a response. */
const names =
  'id model choices error message delta content text tool_calls function name arguments index finish_reason usage prompt_tokens completion_tokens total_tokens completion_tokens_details reasoning_tokens cost textDelta steps output type status call_id input stop_reason content_block input_tokens partial_json response item fullStream toolCalls toolCallId toolName finishReason totalUsage inputTokenDetails __proto__ constructor'.split(
    ' ',
  );
const types =
  'message function_call message_start content_block_start content_block_delta message_delta text tool_use text-delta tool-call finish-step finish response.completed response.output_item.done response.output_text.delta'.split(
    ' ',
  );
const anything = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(...types),
    fc.jsonValue(),
    fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 6 }),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
})).value;

describe.each(Object.entries(adapters))('%s', (_, adapter) => {
  const isReading = ({ text, toolCalls = [], usage = {} }: ReturnType<typeof adapter.reply>): boolean =>
    (text === undefined || typeof text === 'string') &&
    toolCalls.every(({ name }) => typeof name === 'string') &&
    Object.entries(usage).every(
      ([kind, count]) =>
        count === undefined ||
        (count >= 0 && (kind === 'costUsd' ? Number.isFinite(count) : Number.isSafeInteger(count))),
    );

  it('makes a reading of whatever a provider answers, or says that the model failed', () => {
    fc.assert(
      fc.property(anything, (response) => {
        try {
          expect(isReading(adapter.reply(response as never))).toBe(true);
        } catch (error) {
          if (!isObsError(error)) throw error;
        }
      }),
      { numRuns: 500 },
    );
    expect(({} as Record<string, unknown>)['id']).toBeUndefined();
  });

  it('makes a reading of whatever a provider streams, or says that the model failed', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 8 }), (events) => {
        const reading = adapter.stream?.();
        try {
          for (const event of events) {
            const text = reading?.add(event as never);
            expect(['string', 'undefined']).toContain(typeof text);
          }
        } catch (error) {
          if (!isObsError(error)) throw error;
        }
        expect(isReading(reading?.soFar() ?? {})).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
