import { describe, expect, it } from '@jest/globals';
import type { AiSpan, AttributeJson, AttributesJson } from '@tta/obs-protocol';
import { normalizeSpan, type Prices } from './normalize-span.ts';
import type { SourceSpan } from './source-span.ts';

const START_MS = 1_750_000_000_000;

function span(attributes: AttributesJson, rest: Partial<SourceSpan> = {}): SourceSpan {
  return {
    name: 'a span',
    startTimeUnixNano: `${START_MS}000000`,
    scope: { name: 'test' },
    resource: {},
    events: [],
    attributes,
    ...rest,
  };
}

function normal(attributes: AttributesJson, rest: Partial<SourceSpan> = {}, prices?: Prices): AiSpan {
  const found = normalizeSpan(span(attributes, rest), prices);
  if (found === null) throw new Error('is nothing of an AI program');
  return found;
}

const genAi = (attributes: AttributesJson): AiSpan =>
  normal({ 'gen_ai.operation.name': 'chat', ...attributes });
const tokens = (is: Partial<AiSpan['tokens']>): AiSpan['tokens'] => ({
  input: null,
  output: null,
  cacheRead: null,
  cacheWrite: null,
  reasoning: null,
  ...is,
});

describe('normalizeSpan', () => {
  it('says nothing of a span of no AI program', () => {
    expect(normalizeSpan(span({ 'http.request.method': 'GET' }))).toBeNull();
    expect(normalizeSpan(span({}))).toBeNull();
  });

  it('says nothing that the source does not', () => {
    expect(genAi({})).toEqual({
      operation: 'inference',
      operationName: 'chat',
      convention: 'otel-gen-ai',
      provider: null,
      requestModel: null,
      responseModel: null,
      responseId: null,
      tokens: null,
      cost: null,
      finishReasons: [],
      timeToFirstChunkMs: null,
      toolName: null,
      toolCallId: null,
      toolDescription: null,
      sessionId: null,
      userId: null,
      agentName: null,
      workflowName: null,
      tags: [],
    });
  });

  it.each<[AttributesJson, Partial<AiSpan>]>([
    [{ 'gen_ai.provider.name': 'openai', 'gen_ai.system': 'other' }, { provider: 'openai' }],
    [{ 'gen_ai.system': 'az.ai.openai' }, { provider: 'azure.ai.openai' }],
    [{ 'gen_ai.provider.name': 'my.own' }, { provider: 'my.own' }],
    [{ 'gen_ai.provider.name': '_OTHER' }, { provider: null }],
    [
      { 'gen_ai.usage.prompt_tokens': 5, 'gen_ai.usage.completion_tokens': 6 },
      { tokens: tokens({ input: 5, output: 6 }) },
    ],
    [{ 'gen_ai.usage.input_tokens': 5, 'gen_ai.usage.prompt_tokens': 7 }, { tokens: tokens({ input: 5 }) }],
    [
      {
        'gen_ai.usage.input_tokens': 9,
        'gen_ai.usage.cache_write.input_tokens': 2,
        'gen_ai.usage.cache_creation.input_tokens': 3,
      },
      { tokens: tokens({ input: 9, cacheWrite: 2 }) },
    ],
    [
      {
        'gen_ai.usage.input_tokens': 9,
        'gen_ai.usage.cache_read_input_tokens': 4,
        'gen_ai.usage.cache_creation_input_tokens': 3,
      },
      { tokens: tokens({ input: 9, cacheRead: 4, cacheWrite: 3 }) },
    ],
    [{ 'gen_ai.usage.reasoning_output_tokens': 3 }, { tokens: tokens({ reasoning: 3 }) }],
    [{ 'gen_ai.usage.input_tokens': '12' }, { tokens: tokens({ input: 12 }) }],
    [
      { 'gen_ai.response.finish_reasons': ['tool_use', 'MAX_TOKENS', 'odd'] },
      { finishReasons: ['tool_call', 'length', 'odd'] },
    ],
    [{ 'gen_ai.response.finish_reasons': '["stop"]' }, { finishReasons: ['stop'] }],
    [{ 'gen_ai.response.finish_reasons': 'stop, length' }, { finishReasons: ['stop', 'length'] }],
    [{ 'gen_ai.response.time_to_first_chunk': 0.5 }, { timeToFirstChunkMs: 500 }],
    [{ 'gen_ai.conversation.id': 'c', 'session.id': 's' }, { sessionId: 'c' }],
    [{ 'enduser.pseudo.id': 'u' }, { userId: 'u' }],
    [{ 'gen_ai.usage.cost': 0.5 }, { cost: { source: 'reported', usd: 0.5 } }],
    [{ 'gen_ai.response.id': 12 }, { responseId: '12' }],
    [
      { 'gen_ai.workflow.name': 'w', 'gen_ai.agent.name': 'a' },
      { workflowName: 'w', agentName: 'a' },
    ],
    [{ 'gen_ai.tool.name': 'a tool that was asked for' }, { toolName: null }],
  ])('reads %j of OTel GenAI', (attributes, expected) => {
    expect(genAi(attributes)).toMatchObject(expected);
  });

  it.each<[string, AiSpan['operation']]>([
    ['generate_content', 'inference'],
    ['embeddings', 'embeddings'],
    ['retrieval', 'retrieval'],
    ['execute_tool', 'tool'],
    ['invoke_agent', 'agent'],
    ['invoke_workflow', 'workflow'],
    ['plan', 'step'],
    ['search_memory', 'memory'],
    ['create_agent', 'other'],
    ['fetch_response', 'other'],
    ['constructor', 'other'],
    ['__proto__', 'other'],
  ])('takes the operation %s for %s', (operationName, operation) => {
    expect(normal({ 'gen_ai.operation.name': operationName })).toMatchObject({ operation, operationName });
  });

  it('takes a span of a model without an operation for a call, as old versions wrote it', () => {
    expect(normal({ 'gen_ai.system': 'openai' })).toMatchObject({
      operation: 'inference',
      operationName: null,
    });
  });

  it('adds what came from a cache where the source counts it apart, as the numbers show', () => {
    const told = { 'gen_ai.usage.cache_read.input_tokens': 40, 'gen_ai.usage.cache_write.input_tokens': 30 };
    expect(genAi({ ...told, 'gen_ai.usage.input_tokens': 69 }).tokens?.input).toBe(139);
    expect(genAi({ ...told, 'gen_ai.usage.input_tokens': 70 }).tokens?.input).toBe(70);
    expect(genAi(told).tokens?.input).toBeNull();
  });

  it.each<AttributeJson>([-1, 1.5, '1e9', 'many', true, null, [5], { n: 5 }, 2 ** 60])(
    'takes %j for no count of tokens',
    (value) => {
      expect(genAi({ 'gen_ai.usage.input_tokens': value, 'gen_ai.usage.prompt_tokens': 3 }).tokens).toEqual(
        tokens({ input: 3 }),
      );
    },
  );

  it('takes a cost beyond reason for none', () => {
    expect(genAi({ 'gen_ai.usage.cost': 2e9 }).cost).toBeNull();
    expect(genAi({ 'gen_ai.usage.cost': -1 }).cost).toBeNull();
  });

  describe('with prices', () => {
    const asked: unknown[] = [];
    const prices = (usd: number | undefined): Prices => ({
      version: 'table 7',
      estimateUsd: (usage) => {
        asked.push(usage);
        return usd;
      },
    });
    const told = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'OpenAI',
      'gen_ai.request.model': 'm',
      'gen_ai.response.model': 'm-1',
      'gen_ai.usage.input_tokens': 9,
      'gen_ai.usage.output_tokens': 8,
      'gen_ai.usage.cache_read.input_tokens': 3,
      'gen_ai.usage.cache_write.input_tokens': 2,
    };

    it('estimates what is not reported, and says by which table', () => {
      expect(normal(told, {}, prices(0.5)).cost).toEqual({
        source: 'estimated',
        usd: 0.5,
        priceTable: 'table 7',
        by: 'service',
      });
      expect(asked.at(-1)).toEqual({
        provider: 'openai',
        model: 'm-1',
        requestModel: 'm',
        inputTokens: 9,
        outputTokens: 8,
        cachedInputTokens: 3,
        cacheWriteInputTokens: 2,
      });
    });

    it('estimates by the model that was asked, and without a provider, where that is all that is told', () => {
      normal(
        { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm', 'gen_ai.usage.output_tokens': 8 },
        {},
        prices(1),
      );
      expect(asked.at(-1)).toEqual({ provider: '', model: 'm', requestModel: 'm', outputTokens: 8 });
    });

    it('believes what is reported', () => {
      expect(normal({ ...told, 'gen_ai.usage.cost': 0 }, {}, prices(0.5)).cost).toEqual({
        source: 'reported',
        usd: 0,
      });
    });

    it.each([undefined, NaN, -1, 2e9])('says that there is no price where the table says %p', (usd) => {
      expect(normal(told, {}, prices(usd)).cost).toEqual({ source: 'unpriced' });
    });

    it('says that there is no price for an unknown model', () => {
      const { 'gen_ai.request.model': _asked, 'gen_ai.response.model': _answered, ...unnamed } = told;
      expect(normal(unnamed, {}, prices(1)).cost).toEqual({ source: 'unpriced' });
    });

    it('says nothing of a cost without tokens', () => {
      expect(
        normal({ 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' }, {}, prices(1)).cost,
      ).toBeNull();
      expect(
        normal({ 'gen_ai.operation.name': 'chat', 'gen_ai.usage.reasoning_tokens': 1 }, {}, prices(1)).cost,
      ).toBeNull();
    });
  });

  it.each<[string, Partial<SourceSpan>, Partial<AiSpan>]>([
    [
      'a call of Claude Code, which counts input without what a cache had to do with',
      {
        name: 'claude_code.llm_request',
        attributes: {
          model: 'claude-sonnet-4-5',
          'gen_ai.system': 'anthropic',
          input_tokens: 70,
          output_tokens: 5,
          cache_read_tokens: 40,
          cache_creation_tokens: 30,
          ttft_ms: 120,
          'session.id': 's',
        },
      },
      {
        convention: 'claude-code',
        operation: 'inference',
        operationName: 'llm_request',
        provider: 'anthropic',
        requestModel: 'claude-sonnet-4-5',
        tokens: tokens({ input: 140, output: 5, cacheRead: 40, cacheWrite: 30 }),
        timeToFirstChunkMs: 120,
        sessionId: 's',
      },
    ],
    [
      'a tool of Claude Code',
      {
        name: 'claude_code.tool',
        attributes: { tool_name: 'Bash', tool_use_id: 'toolu_1', full_command: 'ls' },
      },
      { operation: 'tool', toolName: 'Bash', toolCallId: 'toolu_1' },
    ],
    [
      'a turn of Claude Code',
      { name: 'claude_code.interaction', attributes: { 'gen_ai.operation.name': 'invoke_agent' } },
      { operation: 'agent', convention: 'claude-code' },
    ],
    [
      'another span of Claude Code',
      { name: 'hook', scope: { name: 'com.anthropic.claude_code.tracing' } },
      { operation: 'other', operationName: 'hook' },
    ],
    [
      'a call of Codex',
      {
        name: 'handle_responses',
        resource: { 'service.name': 'codex_cli_rs' },
        attributes: {
          model: 'gpt-5.1-codex',
          'conversation.id': 'c',
          'gen_ai.usage.input_tokens': 9,
          'gen_ai.usage.output_tokens': 4,
          'gen_ai.usage.cache_read.input_tokens': 6,
          'codex.usage.reasoning_output_tokens': 2,
        },
      },
      {
        convention: 'codex',
        operation: 'inference',
        operationName: null,
        requestModel: 'gpt-5.1-codex',
        sessionId: 'c',
        tokens: tokens({ input: 9, output: 4, cacheRead: 6, reasoning: 2 }),
      },
    ],
    [
      'a call of Codex that names its operation',
      { scope: { name: 'codex_exec' }, attributes: { 'gen_ai.operation.name': 'execute_tool' } },
      { convention: 'codex', operation: 'tool' },
    ],
    [
      'a call of Copilot, whose cost is no money',
      {
        scope: { name: 'github.copilot' },
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'github',
          'github.copilot.cost': 2,
          'copilot_chat.time_to_first_token': 80,
          'enduser.pseudo.id': 'u',
        },
      },
      {
        convention: 'copilot',
        operation: 'inference',
        provider: 'github',
        cost: null,
        timeToFirstChunkMs: 80,
        userId: 'u',
      },
    ],
    [
      'a hook of Copilot',
      { attributes: { 'gen_ai.operation.name': 'execute_hook', 'github.copilot.turn_id': '1' } },
      { convention: 'copilot', operation: 'step' },
    ],
    [
      'a call of Gemini CLI',
      {
        resource: { 'service.name': 'gemini-cli' },
        attributes: { 'gen_ai.operation.name': 'llm_call', 'session.id': 's' },
      },
      { convention: 'gemini-cli', operation: 'inference', sessionId: 's' },
    ],
    [
      'a tool of Gemini CLI',
      {
        scope: { name: 'gemini-cli' },
        attributes: {
          'gen_ai.operation.name': 'tool_call',
          'gen_ai.tool.name': 'ls',
          'gen_ai.tool.call_id': '1',
        },
      },
      { operation: 'tool', toolName: 'ls', toolCallId: '1' },
    ],
    [
      'a workflow of OpenLLMetry',
      {
        attributes: {
          'traceloop.span.kind': 'workflow',
          'traceloop.workflow.name': 'w',
          'traceloop.association.properties.session_id': 's',
          'traceloop.association.properties.user_id': 'u',
        },
      },
      { convention: 'openllmetry', operation: 'workflow', workflowName: 'w', sessionId: 's', userId: 'u' },
    ],
    [
      'a tool of OpenLLMetry',
      { attributes: { 'traceloop.span.kind': 'tool', 'traceloop.entity.name': 'search' } },
      { operation: 'tool', toolName: 'search' },
    ],
    [
      'embeddings of OpenLLMetry',
      { attributes: { 'llm.request.type': 'embedding', 'gen_ai.system': 'OpenAI' } },
      { operation: 'embeddings', provider: 'openai' },
    ],
    [
      'a call of OpenLLMetry that names nothing but its provider',
      { scope: { name: '@traceloop/instrumentation-cohere' }, attributes: { 'gen_ai.system': 'Cohere' } },
      { convention: 'openllmetry', operation: 'inference', provider: 'cohere' },
    ],
    [
      'a call of OpenInference with its cost',
      {
        attributes: {
          'openinference.span.kind': 'LLM',
          'llm.model_name': 'gpt-5.1',
          'llm.cost.total': 0.25,
          'tag.tags': ['a', 'b'],
          'session.id': 's',
        },
      },
      {
        convention: 'openinference',
        requestModel: 'gpt-5.1',
        responseModel: null,
        cost: { source: 'reported', usd: 0.25 },
        tags: ['a', 'b'],
        sessionId: 's',
      },
    ],
    [
      'a reranker of OpenInference',
      { attributes: { 'openinference.span.kind': 'RERANKER' } },
      { operation: 'rerank' },
    ],
    [
      'a guardrail of OpenInference',
      { attributes: { 'openinference.span.kind': 'GUARDRAIL' } },
      { operation: 'guardrail' },
    ],
    [
      'embeddings of the AI SDK',
      {
        attributes: {
          'ai.operationId': 'ai.embedMany.doEmbed',
          'ai.usage.tokens': 7,
          'ai.telemetry.metadata.userId': 'u',
        },
      },
      { convention: 'ai-sdk', operation: 'embeddings', tokens: tokens({ input: 7 }), userId: 'u' },
    ],
    [
      'a call of an old AI SDK',
      {
        attributes: {
          'ai.operationId': 'ai.generateText.doGenerate',
          'ai.usage.promptTokens': 7,
          'ai.usage.completionTokens': 2,
        },
      },
      { operation: 'inference', tokens: tokens({ input: 7, output: 2 }) },
    ],
    [
      'a generation of Langfuse with its costs, whose counts are totals',
      {
        name: 'answer',
        attributes: {
          'langfuse.observation.type': 'generation',
          'langfuse.observation.usage_details':
            '{"input":100,"output":20,"total":120,"input_cached_tokens":40}',
          'langfuse.observation.cost_details': '{"input":1,"output":2,"total":3}',
          'langfuse.observation.completion_start_time': `"${new Date(START_MS + 250).toISOString()}"`,
          'langfuse.trace.tags': ['t'],
          'langfuse.session.id': 's',
        },
      },
      {
        convention: 'langfuse',
        tokens: tokens({ input: 100, output: 20, cacheRead: 40 }),
        cost: { source: 'reported', usd: 3 },
        timeToFirstChunkMs: 250,
        tags: ['t'],
        sessionId: 's',
      },
    ],
    [
      'a generation of Langfuse whose counts are none',
      {
        attributes: {
          'langfuse.observation.type': 'generation',
          'langfuse.observation.usage_details': { input: '1.5', output: -1, total: 1e300 },
        },
      },
      { tokens: null },
    ],
    [
      'a generation of Langfuse that tells of its input alone, in parts',
      {
        attributes: {
          'langfuse.observation.type': 'generation',
          'langfuse.observation.usage_details': { input: 60, input_cached_tokens: 40 },
        },
      },
      { tokens: tokens({ input: 100, cacheRead: 40 }) },
    ],
    [
      'a generation of Langfuse whose first chunk came before it began',
      {
        attributes: {
          'langfuse.observation.type': 'generation',
          'langfuse.observation.completion_start_time': new Date(START_MS - 1).toISOString(),
        },
      },
      { timeToFirstChunkMs: null, tokens: null },
    ],
    [
      'a generation of Langfuse of whose first chunk nobody knows when it came',
      {
        attributes: {
          'langfuse.observation.type': 'generation',
          'langfuse.observation.completion_start_time': 'soon',
        },
      },
      { timeToFirstChunkMs: null },
    ],
    [
      'a tool of Langfuse, by its name',
      { name: 'search', attributes: { 'langfuse.observation.type': 'tool' } },
      { operation: 'tool', toolName: 'search', agentName: null },
    ],
    [
      'a span of Langfuse without a type',
      { scope: { name: 'langfuse-sdk' } },
      { convention: 'langfuse', operation: 'step', operationName: null },
    ],
    [
      'a retriever of LangSmith with its cost',
      {
        attributes: {
          'langsmith.span.kind': 'retriever',
          'langsmith.usage_metadata': '{"total_cost":0.5}',
          'langsmith.metadata.thread_id': 't',
        },
      },
      {
        convention: 'langsmith',
        operation: 'retrieval',
        cost: { source: 'reported', usd: 0.5 },
        sessionId: 't',
      },
    ],
    [
      'a span of LangSmith without a kind',
      { attributes: { 'langsmith.traceable': 'true' } },
      { operation: 'step' },
    ],
    [
      'a workflow of Mastra',
      {
        attributes: {
          'mastra.span.type': 'workflow_run',
          'mastra.metadata.threadId': 't',
          'mastra.tags': '["a"]',
        },
      },
      { convention: 'mastra', operation: 'workflow', sessionId: 't', tags: ['a'] },
    ],
    [
      'a tool of Mastra over MCP',
      { attributes: { 'mastra.span.type': 'mcp_tool_call', 'gen_ai.tool.name': 'x' } },
      { operation: 'tool', toolName: 'x' },
    ],
    [
      'another span of Mastra',
      { attributes: { 'mastra.span.type': 'processor_run' } },
      { operation: 'step', operationName: 'processor_run' },
    ],
    [
      'a primitive of ours that paid for something',
      { attributes: { 'primitive.type': 'retry', 'cost.usd': 0.5, 'workflow.name': 'w', 'agent.id': 'a' } },
      {
        convention: 'tta-primitives',
        operation: 'step',
        operationName: 'retry',
        cost: { source: 'reported', usd: 0.5 },
        workflowName: 'w',
        agentName: 'a',
      },
    ],
    [
      'a call of ours whose cost is its own estimate',
      {
        attributes: {
          'primitive.type': 'llm',
          'gen_ai.operation.name': 'chat',
          'gen_ai.usage.input_tokens': 5,
          'cost.usd': 0.5,
          'cost.estimated_usd': 0.5,
          'cost.price_table': 'list 3',
        },
      },
      { cost: { source: 'estimated', usd: 0.5, priceTable: 'list 3', by: 'sender' } },
    ],
    [
      'a step of ours of whose cost a part is charged for',
      { attributes: { 'primitive.type': 'retry', 'cost.usd': 0.5, 'cost.estimated_usd': 0.1 } },
      { cost: { source: 'estimated', usd: 0.5, priceTable: null, by: 'sender' } },
    ],
    [
      'a call of ours that nobody answered, whose model is the one that was asked',
      {
        attributes: {
          'primitive.type': 'llm',
          'gen_ai.operation.name': 'chat',
          'gen_ai.request.model': 'm',
          'llm.model_name': 'm',
        },
      },
      { operation: 'inference', requestModel: 'm', responseModel: null },
    ],
    ['an agent of ours', { attributes: { 'primitive.type': 'agent' } }, { operation: 'agent' }],
  ])('reads %s', (_what, rest, expected) => {
    expect(normal(rest.attributes ?? {}, rest)).toMatchObject(expected);
  });

  it.each<[string, Partial<SourceSpan>]>([
    ['a primitive of ours that is no model, tool or agent', { attributes: { 'primitive.type': 'retry' } }],
    ['a step of ours', { scope: { name: 'tta.primitives' }, attributes: { 'step.name': 'x' } }],
    ['a span of Codex without tokens', { resource: { 'service.name': 'codex_tui' } }],
    ['a span of the scope `ai` that is not of the AI SDK', { scope: { name: 'ai' } }],
    ['a span of OpenLLMetry that says nothing', { scope: { name: '@traceloop/instrumentation-pinecone' } }],
  ])('leaves %s alone', (_what, rest) => {
    expect(normalizeSpan(span(rest.attributes ?? {}, rest))).toBeNull();
  });
});
