/**
 * The one conversation that every SDK records: a system prompt, a question, a call of a tool, its result and an answer.
 * The second call of the model is streamed wherever the SDK has a way to.
 */
export const system = 'Answer in one sentence.';
export const question = 'How warm is it in Paris?';
export const toolName = 'get_weather';
export const toolDescription = 'Says how warm it is in a city.';
export const toolArguments = { city: 'Paris' };
export const toolResult = { celsius: 21 };
export const answer = 'It is 21 degrees in Paris.';
export const sessionId = 'session-7';
export const userId = 'user-3';

/** Asked of each provider, and what answers. */
export const models = {
  openai: { asked: 'gpt-5.1', answered: 'gpt-5.1-2025-11-13' },
  anthropic: { asked: 'claude-sonnet-4-5', answered: 'claude-sonnet-4-5-20250929' },
};

/** Input includes what was cached, output what was reasoned: OpenAI counts so, Anthropic tells the rest of the input alone. */
export const firstUsage = {
  inputTokens: 100,
  cachedInputTokens: 40,
  outputTokens: 20,
  reasoningOutputTokens: 8,
};
export const secondUsage = {
  inputTokens: 140,
  cachedInputTokens: 60,
  outputTokens: 12,
  reasoningOutputTokens: 4,
};
/** Anthropic alone tells what it put into its cache, and does not tell what it reasoned. */
export const writtenToCache = { first: 30, second: 10 };

export const toolSchema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
};

/** What `modelServer` of `@tta/obs-testing` answers, in the words of the provider that is asked. */
export function replies(provider) {
  const isAnthropic = provider === 'anthropic';
  const usage = ({ reasoningOutputTokens, ...rest }, cacheWriteInputTokens) =>
    isAnthropic ? { ...rest, cacheWriteInputTokens } : { ...rest, reasoningOutputTokens };
  const model = models[provider].answered;
  return [
    {
      model,
      toolCalls: [{ id: 'call_1', name: toolName, arguments: toolArguments }],
      usage: usage(firstUsage, writtenToCache.first),
    },
    { model, text: answer, usage: usage(secondUsage, writtenToCache.second) },
  ];
}
