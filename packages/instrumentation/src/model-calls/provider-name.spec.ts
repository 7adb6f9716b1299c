import { describe, expect, it } from '@jest/globals';
import { providerName } from './provider-name.ts';

describe('providerName', () => {
  it.each([
    ['openai', 'openai'],
    ['openai.chat', 'openai'],
    ['OpenAI', 'openai'],
    ['openai-compatible.chat', 'openai'],
    ['anthropic.messages', 'anthropic'],
    ['google.generative-ai', 'gcp.gemini'],
    ['google.vertex.chat', 'gcp.vertex_ai'],
    ['amazon-bedrock', 'aws.bedrock'],
    ['aws.bedrock', 'aws.bedrock'],
    ['azure', 'azure.ai.openai'],
    ['azure.ai.inference', 'azure.ai.inference'],
    ['mistral.chat', 'mistral_ai'],
    ['mistralai', 'mistral_ai'],
    ['xai.chat', 'x_ai'],
    ['openairlines', 'openairlines'],
    ['Mine', 'Mine'],
  ])('of %s is %s', (told, name) => {
    expect(providerName(told)).toBe(name);
  });

  it.each([
    'openai',
    'anthropic',
    'aws.bedrock',
    'azure.ai.inference',
    'azure.ai.openai',
    'cohere',
    'deepseek',
    'gcp.gemini',
    'gcp.gen_ai',
    'gcp.vertex_ai',
    'groq',
    'ibm.watsonx.ai',
    'mistral_ai',
    'moonshot_ai',
    'perplexity',
    'x_ai',
  ])('keeps %s, which is conventional', (name) => {
    expect(providerName(name)).toBe(name);
  });
});
