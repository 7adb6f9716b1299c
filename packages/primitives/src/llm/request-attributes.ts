import type { Attributes } from '@opentelemetry/api';
import { attributeNames as names, genAiNames } from '@tta/obs-context';
import type { LlmOptions, LlmRequest } from './llm-options.ts';

const requestNames: Readonly<Record<keyof LlmRequest, string>> = {
  maxTokens: genAiNames.requestMaxTokens,
  temperature: genAiNames.requestTemperature,
  topP: genAiNames.requestTopP,
  topK: genAiNames.requestTopK,
  frequencyPenalty: genAiNames.requestFrequencyPenalty,
  presencePenalty: genAiNames.requestPresencePenalty,
  stopSequences: genAiNames.requestStopSequences,
  seed: genAiNames.requestSeed,
  choiceCount: genAiNames.requestChoiceCount,
  reasoningLevel: genAiNames.requestReasoningLevel,
  outputType: genAiNames.outputType,
};

/** What each span says of the request, as far as that is known beforehand. */
export function requestAttributes({
  request = {},
  server,
}: Pick<LlmOptions<never, never>, 'request' | 'server'>): Attributes {
  const attributes: Attributes = {};
  for (const [key, name] of Object.entries(requestNames)) {
    const value = request[key as keyof LlmRequest];
    if (value !== undefined) attributes[name] = typeof value === 'object' ? [...value] : value;
  }
  if (server) attributes[names.serverAddress] = server.address;
  if (server?.port !== undefined) attributes[names.serverPort] = server.port;
  return attributes;
}
