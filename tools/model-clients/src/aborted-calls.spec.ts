import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from '@jest/globals';
import { classifyError } from '@tta/obs-context';
import { anthropicMessages, llm, openAiChat } from '@tta/obs-primitives';
import { modelServer, observed } from '@tta/obs-testing';
import OpenAI from 'openai';
import { until } from './sockets.ts';

const said = { provider: 'a-provider', model: 'a-model', name: 'ask' };

/** Models whose call the program ends with a signal of its own, which the run does not know of. */
const models = {
  openai: (url: string, signal: AbortSignal) => {
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 });
    const call = () => client.chat.completions.create({ model: 'a-model', messages: [] }, { signal });
    return llm({ ...said, reads: openAiChat, call });
  },
  '@anthropic-ai/sdk': (url: string, signal: AbortSignal) => {
    const client = new Anthropic({ baseURL: url, apiKey: 'none', maxRetries: 0 });
    const call = () => client.messages.create({ model: 'a-model', max_tokens: 1, messages: [] }, { signal });
    return llm({ ...said, reads: anthropicMessages, call });
  },
};

describe.each(Object.entries(models))('a call of %s that the program aborts', (_, modelAt) => {
  it(
    'is cancelled, and not tried again',
    observed(async (trace) => {
      const server = await modelServer({ replies: { text: 'Blue.', delayMs: 60_000 } });
      try {
        const mine = new AbortController();
        const asking = modelAt(server.url, mine.signal).tryExecute(undefined);
        await until(() => server.requests.length === 1);
        mine.abort();
        const result = await asking;
        expect(classifyError(result.ok ? undefined : result.error)).toMatchObject({
          category: 'cancelled',
          recoverable: false,
        });
        expect(server.requests).toHaveLength(1);
        expect(trace.spans[0]?.events.filter(({ name }) => name === 'recovery.retry')).toEqual([]);
      } finally {
        await server.close();
      }
    }),
  );
});
