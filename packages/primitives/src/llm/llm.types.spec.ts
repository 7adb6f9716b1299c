import { describe, expect, it } from '@jest/globals';
import type { LlmReply } from '@tta/obs-context';
import type { InstrumentedPrimitive, PrimitiveLike } from '@tta/obs-instrumentation';
import { fakeLlm } from '@tta/obs-testing';
import { agent } from '../agent/agent.ts';
import type { Conversation } from '../agent/conversation.ts';
import { openAiChat } from './adapters/open-ai-chat.ts';
import { llm } from './llm.ts';
import type { LlmAdapter } from './llm-adapter.ts';
import type { LlmResponse } from './llm-response.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles only with `true`. */
function typeOf<_ extends true>({ type }: { readonly type: string }): string {
  return type;
}

interface Completion {
  readonly words: string;
}
type Model<I, Response> = InstrumentedPrimitive<I, LlmResponse<Response>, string>;

const base = { provider: 'p', model: 'm' };
const words: LlmAdapter<Completion, { readonly word: string }> = {
  reply: ({ words: text }) => ({ text }),
  stream: () => ({ add: ({ word }) => word, soFar: () => ({}) }),
};
async function* chunks() {
  yield { word: 'a', more: true };
}

async function* numbers() {
  yield 1;
}

describe('llm', () => {
  it('takes its input from call, and has the response that call returns, now or later', () => {
    const now = llm({ ...base, reads: words, call: (at: Date) => ({ words: String(at), more: 1 }) });
    const later = llm({ ...base, reads: words, call: async (at: Date) => ({ words: String(at) }) });
    const streamed = llm({
      ...base,
      reads: words,
      call: (_: Date, { isRead }) => (isRead ? chunks() : chunks()),
    });
    const either = llm({
      ...base,
      reads: words,
      call: async (_: Date, { isRead }) => (isRead ? chunks() : { words: 'a' }),
    });
    expect(typeOf<Same<typeof now, Model<Date, { words: string; more: number }>>>(now)).toBe('llm');
    expect(typeOf<Same<typeof later, Model<Date, { words: string }>>>(later)).toBe('llm');
    expect(typeOf<Same<typeof streamed, Model<Date, undefined>>>(streamed)).toBe('llm');
    expect(typeOf<Same<typeof either, Model<Date, { words: string } | undefined>>>(either)).toBe('llm');
  });

  it('has an adapter that reads all that call returns, and may be written in place', () => {
    const reply = ({ words: text }: Completion) => ({ text });
    const own = llm({ ...base, call: () => ({ words: 'a' }), reads: { reply } });
    expect(typeOf<Same<typeof own, Model<unknown, { words: string }>>>(own)).toBe('llm');
    const made = [
      // @ts-expect-error The adapter reads no such stream.
      llm({ ...base, call: () => numbers(), reads: words }),
      // @ts-expect-error What call returns is no completion.
      llm({ ...base, call: () => ({ text: 'a' }), reads: words }),
      // @ts-expect-error Nor of this adapter.
      llm({ ...base, call: () => ({ words: 'a' }), reads: openAiChat }),
    ];
    expect(made).toHaveLength(3);
  });

  it('is a step that answers with a reply, and its fake takes its place', () => {
    const real = llm({ ...base, reads: words, call: (_: Conversation) => ({ words: 'a' }) });
    const ask = (model: PrimitiveLike<Conversation, LlmReply, string>) =>
      agent({ name: 'a', model, tools: [] });
    expect([ask(real).type, ask(fakeLlm<Conversation>('yes')).type]).toEqual(['agent', 'agent']);
  });
});
