import { describe, expect, it } from '@jest/globals';
import { llm, openAiChat } from '@tta/obs-primitives';
import { modelServer, observed } from '@tta/obs-testing';
import OpenAI from 'openai';

describe('embeddings', () => {
  it(
    'are an operation of their own, with tokens on the span and a duration of their own',
    observed(async (trace) => {
      const server = await modelServer({ replies: { usage: { inputTokens: 7 }, embeddings: [[1, 0]] } });
      try {
        const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
        const embed = llm({
          provider: 'openai',
          model: 'a-model',
          operation: 'embeddings',
          reads: openAiChat,
          call: (input: string, { signal }) =>
            client.embeddings.create({ model: 'a-model', input, encoding_format: 'float' }, { signal }),
        });
        const { response, text } = await embed.execute('why?');
        expect([response.data[0]?.embedding, text]).toEqual([[1, 0], '']);
      } finally {
        await server.close();
      }
      expect(trace).toHaveSpanTree('primitive.llm.embeddings "a-model" success');
      expect(trace.spans[0]?.attributes).toMatchObject({
        'gen_ai.operation.name': 'embeddings',
        'gen_ai.usage.input_tokens': 7,
      });
      expect(trace).toHaveMetric('gen_ai.client.operation.duration', 1);
      expect(trace).not.toHaveMetric('gen_ai.client.inference.duration');
    }),
  );
});
