import { type Attributes, SpanStatusCode } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-node';
import { describe, expect, it } from '@jest/globals';
import type { LlmUsage } from '@tta/obs-context';
import { isTool, modelCallOf } from './model-call-of-span.ts';
import type { ReadableSpan } from './span-types.ts';

const provider = new BasicTracerProvider();

function ended(attributes: Attributes, scope = 'spec', fail?: (span: ReadableSpan) => void): ReadableSpan {
  const span = provider.getTracer(scope).startSpan('a', { attributes, startTime: [100, 0] });
  fail?.(span as unknown as ReadableSpan);
  span.end([101, 500_000_000]);
  return span as unknown as ReadableSpan;
}

describe('modelCallOf', () => {
  it.each<[string, Attributes, Partial<LlmUsage>]>([
    [
      'the GenAI conventions',
      {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.request.model': 'sonnet',
        'gen_ai.response.model': 'sonnet-4',
        'gen_ai.response.id': 'r',
        'gen_ai.response.time_to_first_chunk': 0.25,
        'gen_ai.usage.input_tokens': 30,
        'gen_ai.usage.output_tokens': 4,
        'gen_ai.usage.cache_read.input_tokens': 20,
        'gen_ai.usage.cache_write.input_tokens': 5,
        'gen_ai.usage.reasoning.output_tokens': 1,
      },
      {
        provider: 'anthropic',
        model: 'sonnet-4',
        requestModel: 'sonnet',
        operation: 'chat',
        responseId: 'r',
        timeToFirstChunkMs: 250,
        inputTokens: 30,
        outputTokens: 4,
        cachedInputTokens: 20,
        cacheWriteInputTokens: 5,
        reasoningOutputTokens: 1,
      },
    ],
    [
      'their older names',
      {
        'gen_ai.operation.name': 'text_completion',
        'gen_ai.system': 'openai',
        'gen_ai.request.model': 'm',
        'gen_ai.usage.prompt_tokens': 3,
        'gen_ai.usage.completion_tokens': 2,
        'gen_ai.usage.cache_creation.input_tokens': 1,
        'gen_ai.usage.reasoning_tokens': 1,
        'gen_ai.usage.cost': 0.5,
      },
      {
        provider: 'openai',
        model: 'm',
        requestModel: 'm',
        operation: 'text_completion',
        inputTokens: 3,
        outputTokens: 2,
        cacheWriteInputTokens: 1,
        reasoningOutputTokens: 1,
        costUsd: 0.5,
      },
    ],
    [
      'OpenInference',
      {
        'openinference.span.kind': 'LLM',
        'llm.model_name': 'm',
        'llm.provider': 'mistralai',
        'llm.token_count.prompt': 30,
        'llm.token_count.completion': 4,
        'llm.token_count.prompt_details.cache_read': 20,
        'llm.token_count.prompt_details.cache_write': 2,
        'llm.token_count.completion_details.reasoning': 1,
        'llm.cost.total': 0.25,
      },
      {
        provider: 'mistral_ai',
        model: 'm',
        requestModel: 'm',
        operation: 'chat',
        inputTokens: 30,
        outputTokens: 4,
        cachedInputTokens: 20,
        cacheWriteInputTokens: 2,
        reasoningOutputTokens: 1,
        costUsd: 0.25,
      },
    ],
    [
      'OpenInference, of an embedding',
      { 'openinference.span.kind': 'EMBEDDING', 'embedding.model_name': 'e', 'llm.system': 'openai' },
      { provider: 'openai', model: 'e', requestModel: 'e', operation: 'embeddings' },
    ],
    [
      'the AI SDK before version 7',
      {
        'ai.operationId': 'ai.streamText.doStream',
        'ai.model.id': 'm',
        'ai.model.provider': 'openai.chat',
        'ai.response.model': 'm-1',
        'ai.response.id': 'r',
        'ai.response.msToFirstChunk': 40,
        'ai.usage.promptTokens': 3,
        'ai.usage.completionTokens': 2,
      },
      {
        provider: 'openai',
        model: 'm-1',
        requestModel: 'm',
        operation: 'chat',
        responseId: 'r',
        timeToFirstChunkMs: 40,
        inputTokens: 3,
        outputTokens: 2,
      },
    ],
    [
      'its legacy spans of today',
      {
        'ai.operationId': 'ai.generateText.doGenerate',
        'ai.model.id': 'm',
        'ai.usage.inputTokens': 3,
        'ai.usage.outputTokens': 2,
        'ai.usage.cachedInputTokens': 1,
        'ai.usage.reasoningTokens': 1,
        'gen_ai.usage.input_tokens': 3,
        'gen_ai.usage.output_tokens': 2,
      },
      {
        provider: '_OTHER',
        model: 'm',
        requestModel: 'm',
        operation: 'chat',
        inputTokens: 3,
        outputTokens: 2,
        cachedInputTokens: 1,
        reasoningOutputTokens: 1,
      },
    ],
    [
      'the AI SDK, of an embedding',
      { 'ai.operationId': 'ai.embedMany.doEmbed', 'ai.model.id': 'e', 'ai.usage.tokens': 8 },
      { provider: '_OTHER', model: 'e', requestModel: 'e', operation: 'embeddings', inputTokens: 8 },
    ],
    [
      'OpenLLMetry',
      {
        'llm.request.type': 'completion',
        'gen_ai.system': 'OpenAI',
        'llm.request.model': 'm',
        'gen_ai.usage.prompt_tokens': 3,
        'gen_ai.usage.completion_tokens': 2,
        'gen_ai.usage.cache_read_input_tokens': 4,
      },
      {
        provider: 'openai',
        model: 'm',
        requestModel: 'm',
        operation: 'text_completion',
        // Without those from the cache, as told.
        inputTokens: 7,
        outputTokens: 2,
        cachedInputTokens: 4,
      },
    ],
  ])('reads %s', (_, attributes, usage) => {
    expect(modelCallOf(ended(attributes))).toEqual({ ...usage, durationMs: 1_500 });
  });

  it.each<Attributes>([
    {},
    { 'http.method': 'GET' },
    { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.usage.input_tokens': 3 },
    { 'gen_ai.operation.name': 'invoke_workflow', 'gen_ai.usage.input_tokens': 3 },
    { 'gen_ai.operation.name': 'execute_tool' },
    { 'openinference.span.kind': 'CHAIN', 'llm.token_count.prompt': 3 },
    { 'openinference.span.kind': 'AGENT', 'llm.token_count.prompt': 3 },
    { 'ai.operationId': 'ai.generateText', 'ai.usage.inputTokens': 3, 'gen_ai.operation.name': 'chat' },
    { 'ai.operationId': 'ai.embed', 'ai.usage.tokens': 3 },
    { 'traceloop.span.kind': 'workflow', 'gen_ai.usage.prompt_tokens': 3 },
    { 'llm.request.type': 'rerank' },
    { 'gen_ai.operation.name': 5, 'llm.request.type': 5 },
  ])('is nothing of %j', (attributes) => {
    expect(modelCallOf(ended(attributes))).toBeUndefined();
  });

  it('leaves out what is no amount and no text', () => {
    const attributes = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': '',
      'gen_ai.usage.input_tokens': -1,
    };
    const call = modelCallOf(
      ended({ ...attributes, 'gen_ai.usage.output_tokens': '5', 'llm.cost.total': Number.NaN }),
    );
    expect(call).toEqual({ provider: '_OTHER', model: '_OTHER', operation: 'chat', durationMs: 1_500 });
  });

  it.each<[string, Attributes, (span: ReadableSpan) => void, string]>([
    ['its type', { 'error.type': '429' }, () => undefined, '429'],
    ['the exception', {}, (span) => record(span, new RangeError('no')), 'RangeError'],
    ['neither', {}, () => undefined, 'Error'],
  ])('tells by %s that a call failed', (_, attributes, tell, name) => {
    const span = ended({ 'gen_ai.operation.name': 'chat', ...attributes }, 'spec', (open) => {
      tell(open);
      (open as unknown as Failing).setStatus({ code: SpanStatusCode.ERROR, message: 'no' });
    });
    expect(modelCallOf(span)?.error).toMatchObject({ name, message: 'no' });
  });
});

interface Failing {
  recordException(error: Error): void;
  setStatus(status: { code: SpanStatusCode; message: string }): void;
}

function record(span: ReadableSpan, error: Error): void {
  (span as unknown as Failing).recordException(error);
}

describe('isTool', () => {
  it.each<[Attributes, boolean]>([
    [{ 'gen_ai.operation.name': 'execute_tool' }, true],
    [{ 'openinference.span.kind': 'TOOL' }, true],
    [{ 'ai.operationId': 'ai.toolCall' }, true],
    [{ 'traceloop.span.kind': 'tool' }, true],
    [{ 'gen_ai.operation.name': 'chat' }, false],
    [{}, false],
  ])('of %j is %s', (attributes, tool) => {
    expect(isTool(ended(attributes))).toBe(tool);
  });
});
