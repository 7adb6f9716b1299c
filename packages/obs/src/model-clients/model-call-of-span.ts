import { type Attributes, type HrTime, SpanStatusCode } from '@opentelemetry/api';

import type { LlmUsage } from '@tta/obs-context';
import { providerName } from '@tta/obs-instrumentation';
import type { ReadableSpan } from './span-types.ts';

/**
 * What a span that has ended says of the one call of a model that it is, in whichever convention: the GenAI conventions of
 * OpenTelemetry, OpenInference, the `ai.*` spans of the AI SDK, OpenLLMetry. `undefined` of every other span, also of those of
 * agents, chains and workflows: their tokens are the sums of the calls below.
 */
export function modelCallOf(span: ReadableSpan): LlmUsage | undefined {
  const { attributes } = span;
  const operation = operationOf(attributes);
  if (operation === undefined) return undefined;
  const asked = text(
    attributes,
    'gen_ai.request.model',
    'llm.request.model',
    'ai.model.id',
    ...inferenceModels,
  );
  const answered = text(attributes, 'gen_ai.response.model', 'llm.response.model_name', 'ai.response.model');
  return defined({
    provider: providerName(text(attributes, ...providers) ?? '_OTHER'),
    model: answered ?? asked ?? '_OTHER',
    requestModel: asked,
    operation,
    durationMs: milliseconds(span.duration),
    error: errorOf(span),
    ...tokensOf(attributes),
    costUsd: amount(attributes, 'llm.cost.total', 'gen_ai.usage.cost'),
    responseId: text(attributes, 'gen_ai.response.id', 'ai.response.id'),
    timeToFirstChunkMs: timeToFirstChunkMs(attributes),
  });
}

const providers = [
  'gen_ai.provider.name',
  'gen_ai.system',
  'llm.provider',
  'llm.system',
  'ai.model.provider',
];
/** OpenInference writes the model that answered over the one that was asked. */
const inferenceModels = ['llm.request.model_name', 'llm.model_name', 'embedding.model_name'];

/** Operations of the GenAI conventions that are one call. */
const calls: ReadonlySet<unknown> = new Set(['chat', 'generate_content', 'text_completion', 'embeddings']);
/** `openinference.span.kind`. */
const inferenceKinds: ReadonlyMap<unknown, string> = new Map([
  ['LLM', 'chat'],
  ['EMBEDDING', 'embeddings'],
]);
/** `llm.request.type` of OpenLLMetry. */
const requestTypes: ReadonlyMap<unknown, string> = new Map([
  ['chat', 'chat'],
  ['completion', 'text_completion'],
  ['embedding', 'embeddings'],
]);
/** The last part of `ai.operationId`. */
const aiSdkCalls: ReadonlyMap<unknown, string> = new Map([
  ['doGenerate', 'chat'],
  ['doStream', 'chat'],
  ['doEmbed', 'embeddings'],
]);

function operationOf(attributes: Attributes): string | undefined {
  const operationId = text(attributes, 'ai.operationId');
  if (operationId !== undefined) return aiSdkCalls.get(operationId.split('.').at(-1));
  const operation = text(attributes, 'gen_ai.operation.name');
  if (operation !== undefined) return calls.has(operation) ? operation : undefined;
  const kind = text(attributes, 'openinference.span.kind');
  if (kind !== undefined) return inferenceKinds.get(kind);
  return requestTypes.get(attributes['llm.request.type']);
}

function tokensOf(attributes: Attributes): Partial<LlmUsage> {
  const cachedInputTokens = amount(
    attributes,
    'gen_ai.usage.cache_read.input_tokens',
    'gen_ai.usage.cache_read_input_tokens',
    'llm.token_count.prompt_details.cache_read',
    'ai.usage.cachedInputTokens',
    'ai.usage.inputTokenDetails.cacheReadTokens',
  );
  const cacheWriteInputTokens = amount(
    attributes,
    'gen_ai.usage.cache_write.input_tokens',
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
    'llm.token_count.prompt_details.cache_write',
    'ai.usage.inputTokenDetails.cacheWriteTokens',
  );
  const told = amount(
    attributes,
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.prompt_tokens',
    'llm.token_count.prompt',
    'ai.usage.inputTokens',
    'ai.usage.promptTokens',
    'ai.usage.tokens',
  );
  const cached = (cachedInputTokens ?? 0) + (cacheWriteInputTokens ?? 0);
  return defined({
    // Some tell of the prompt only what did not come from the cache.
    inputTokens: told !== undefined && told < cached ? told + cached : told,
    outputTokens: amount(
      attributes,
      'gen_ai.usage.output_tokens',
      'gen_ai.usage.completion_tokens',
      'llm.token_count.completion',
      'ai.usage.outputTokens',
      'ai.usage.completionTokens',
    ),
    cachedInputTokens,
    cacheWriteInputTokens,
    reasoningOutputTokens: amount(
      attributes,
      'gen_ai.usage.reasoning.output_tokens',
      'gen_ai.usage.reasoning_tokens',
      'llm.token_count.completion_details.reasoning',
      'ai.usage.reasoningTokens',
      'ai.usage.outputTokenDetails.reasoningTokens',
    ),
  });
}

function timeToFirstChunkMs(attributes: Attributes): number | undefined {
  const seconds = amount(attributes, 'gen_ai.response.time_to_first_chunk');
  return seconds === undefined ? amount(attributes, 'ai.response.msToFirstChunk') : seconds * 1_000;
}

/** Metrics tell the type of an error. */
function errorOf({ status, attributes, events }: ReadableSpan): Error | undefined {
  if (status.code !== SpanStatusCode.ERROR) return undefined;
  const thrown = events.find(({ name }) => name === 'exception')?.attributes;
  const error = new Error(status.message ?? 'the call failed');
  error.name = text(attributes, 'error.type') ?? text(thrown ?? {}, 'exception.type') ?? 'Error';
  return error;
}

/** Whether a span is of a tool: what is called in there is called by the tool, not by the model that wanted it. */
export function isTool({ attributes }: ReadableSpan): boolean {
  return (
    attributes['gen_ai.operation.name'] === 'execute_tool' ||
    attributes['openinference.span.kind'] === 'TOOL' ||
    attributes['ai.operationId'] === 'ai.toolCall' ||
    attributes['traceloop.span.kind'] === 'tool'
  );
}

/** The first of these that is told. */
function text(attributes: Attributes, ...names: readonly string[]): string | undefined {
  const values = names.map((name) => attributes[name]);
  return values.find((value): value is string => typeof value === 'string' && value !== '');
}

function amount(attributes: Attributes, ...names: readonly string[]): number | undefined {
  const values = names.map((name) => attributes[name]);
  return values.find((value): value is number => typeof value === 'number' && value >= 0);
}

function milliseconds([seconds, nanoseconds]: HrTime): number {
  return seconds * 1_000 + nanoseconds / 1e6;
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
