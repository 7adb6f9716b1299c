import { createRequire } from 'node:module';
import type * as Catalog from '@pydantic/genai-prices';
import { describe, expect, it } from '@jest/globals';
import { priceProvider } from './price-provider.ts';

const { findProvider } = createRequire(import.meta.url)('@pydantic/genai-prices') as typeof Catalog;

describe('priceProvider', () => {
  it.each<[string, readonly string[]]>([
    ['openai', ['openai', 'OpenAI', 'openai.chat', 'openai.responses', ' openai ']],
    ['anthropic', ['anthropic', 'Anthropic', 'anthropic.messages']],
    [
      'google',
      [
        'gcp.gemini',
        'gcp.gen_ai',
        'gcp.vertex_ai',
        'google',
        'gemini',
        'vertex_ai',
        'google.vertex.chat',
        'google.generative-ai',
      ],
    ],
    [
      'aws',
      [
        'aws.bedrock',
        'aws_bedrock',
        'bedrock',
        'amazon-bedrock',
        'Amazon Bedrock',
        'bedrock_converse',
        'aws',
      ],
    ],
    [
      'azure',
      ['azure.ai.openai', 'azure.ai.inference', 'az.ai.openai', 'azure', 'azure_ai', 'azure-openai.chat'],
    ],
    ['mistral', ['mistral_ai', 'mistral', 'mistralai', 'mistral.chat']],
    ['x-ai', ['x_ai', 'xai', 'xai.chat', 'x-ai']],
    ['moonshotai', ['moonshot_ai', 'moonshotai', 'moonshot']],
    ['cohere', ['cohere', 'cohere.chat']],
    ['deepseek', ['deepseek', 'deepseek.chat']],
    ['groq', ['groq', 'Groq']],
    ['perplexity', ['perplexity']],
    ['together', ['together_ai', 'togetherai', 'together']],
    ['fireworks', ['fireworks_ai', 'fireworks', 'fireworks.chat']],
    ['openrouter', ['openrouter', 'OpenRouter']],
  ])('finds %s by %j', (expected, names) => {
    for (const name of names) expect(findProvider({ providerId: priceProvider(name) })?.id).toBe(expected);
  });

  it.each(['ibm.watsonx.ai', 'ollama', 'lmstudio.chat', '__proto__', 'constructor'])(
    'finds no provider by %s',
    (name) => expect(findProvider({ providerId: priceProvider(name) })).toBeUndefined(),
  );
});
