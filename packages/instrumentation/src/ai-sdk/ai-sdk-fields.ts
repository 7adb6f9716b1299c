import type { Attributes } from '@opentelemetry/api';
import { genAiNames, type LlmUsage } from '@tta/obs-context';
import { providerName } from '../model-calls/provider-name.ts';

/** What the AI SDK tells, of which no field is sure: other versions leave out, rename and hide some. */
export type Fields = Readonly<Record<string, unknown>>;

const none: Fields = {};

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : none;
}

export function textIn(fields: Fields, key: string): string | undefined {
  const value = fields[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** An amount; of tokens that were not told it may be `NaN`. */
export function amountIn(fields: Fields, key: string): number | undefined {
  const value = fields[key];
  return typeof value === 'number' && value >= 0 ? value : undefined;
}

/** What a model call is of: of its start, and in the events about its end. */
export function modelIn(event: Fields): { provider: string; model: string } {
  return {
    provider: providerName(textIn(event, 'provider') ?? '_OTHER'),
    model: textIn(event, 'modelId') ?? '_OTHER',
  };
}

type Tokens = Pick<
  LlmUsage,
  'inputTokens' | 'outputTokens' | 'cachedInputTokens' | 'cacheWriteInputTokens' | 'reasoningOutputTokens'
>;

/** The tokens of a usage as models answer with it, or as events have it: totals, with what is part of them. */
export function tokensIn(usage: Fields): Tokens {
  const input = fieldsOf(usage['inputTokens']);
  const output = fieldsOf(usage['outputTokens']);
  const inputDetails = fieldsOf(usage['inputTokenDetails']);
  const outputDetails = fieldsOf(usage['outputTokenDetails']);
  return told({
    inputTokens: amountIn(usage, 'inputTokens') ?? amountIn(input, 'total') ?? amountIn(usage, 'tokens'),
    outputTokens: amountIn(usage, 'outputTokens') ?? amountIn(output, 'total'),
    cachedInputTokens: amountIn(input, 'cacheRead') ?? amountIn(inputDetails, 'cacheReadTokens'),
    cacheWriteInputTokens: amountIn(input, 'cacheWrite') ?? amountIn(inputDetails, 'cacheWriteTokens'),
    reasoningOutputTokens: amountIn(output, 'reasoning') ?? amountIn(outputDetails, 'reasoningTokens'),
  });
}

type Told<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the fields that were not told. */
export function told<T extends object>(fields: T): Told<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Told<T>;
}

const settings = {
  maxOutputTokens: genAiNames.requestMaxTokens,
  temperature: genAiNames.requestTemperature,
  topP: genAiNames.requestTopP,
  topK: genAiNames.requestTopK,
  frequencyPenalty: genAiNames.requestFrequencyPenalty,
  presencePenalty: genAiNames.requestPresencePenalty,
  seed: genAiNames.requestSeed,
} as const;

/** What the program set of a model call. */
export function requestAttributes(event: Fields, isStream: boolean): Attributes {
  const entries = Object.entries(settings).map(([key, name]) => [name, event[key]] as const);
  const attributes = Object.fromEntries(
    entries.filter(([, value]) => typeof value === 'number'),
  ) as Attributes;
  const stop = event['stopSequences'];
  if (Array.isArray(stop))
    attributes[genAiNames.requestStopSequences] = stop.filter((one) => typeof one === 'string');
  if (isStream) attributes[genAiNames.requestStream] = true;
  return attributes;
}
