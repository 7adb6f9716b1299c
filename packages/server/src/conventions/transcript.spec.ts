import { describe, expect, it } from '@jest/globals';
import type { AttributeJson, AttributesJson } from '@tta/obs-protocol';
import fc from 'fast-check';
import { normalizeSpan } from './normalize-span.ts';
import type { SourceSpan } from './source-span.ts';
import { transcriptOf } from './transcript.ts';

const empty = {
  systemInstructions: [],
  input: [],
  output: [],
  toolDefinitions: [],
  arguments: null,
  result: null,
  isCut: false,
};
const said = (role: string, text: string) => [{ role, name: null, parts: [{ type: 'text', text }] }];

function span(attributes: AttributesJson, events: SourceSpan['events'] = []): SourceSpan {
  return {
    name: 'chat m',
    startTimeUnixNano: '1',
    scope: { name: 'test' },
    resource: {},
    events,
    attributes,
  };
}
const chat = { 'gen_ai.operation.name': 'chat' };

describe('transcriptOf', () => {
  it('has nothing of a span of no AI program', () => {
    expect(transcriptOf(span({}))).toBeNull();
  });

  it('has nothing where nothing was captured', () => {
    expect(transcriptOf(span(chat))).toEqual(empty);
  });

  const structured = {
    'gen_ai.system_instructions': [{ type: 'text', content: 'be' }],
    'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'hi' }] }],
    'gen_ai.output.messages': [
      { role: 'assistant', parts: [{ type: 'text', content: 'ho' }], finish_reason: 'stop' },
    ],
    'gen_ai.tool.definitions': [{ type: 'function', name: 'f' }],
  };
  const whole = {
    ...empty,
    systemInstructions: [{ type: 'text', text: 'be' }],
    input: said('user', 'hi'),
    output: said('assistant', 'ho'),
    toolDefinitions: [{ name: 'f', description: null, parameters: null }],
  };
  const asJson = Object.fromEntries(
    Object.entries(structured).map(([key, value]) => [key, JSON.stringify(value)]),
  );

  it('reads structured attributes and JSON of them alike', () => {
    expect(transcriptOf(span({ ...chat, ...structured }))).toEqual(whole);
    expect(transcriptOf(span({ ...chat, ...asJson }))).toEqual(whole);
  });

  it.each([structured, asJson])(
    'reads the event that has it all, of the span and as a log record',
    (attributes) => {
      const name = 'gen_ai.client.inference.operation.details';
      expect(transcriptOf(span(chat, [{ name, attributes }]))).toEqual(whole);
      expect(transcriptOf(span(chat), [{ eventName: name, attributes, body: null }])).toEqual(whole);
    },
  );

  it('reads an event for each message', () => {
    const events = [
      { name: 'gen_ai.system.message', attributes: { content: 'be' } },
      { name: 'gen_ai.user.message', attributes: { content: 'hi' } },
      { name: 'gen_ai.choice', attributes: { message: '{"content":"ho"}', index: 0 } },
      { name: 'exception', attributes: { 'exception.message': 'no' } },
    ];
    expect(transcriptOf(span(chat, events))).toEqual({ ...whole, toolDefinitions: [] });
  });

  it('reads a log record for each message, whose body may be the text', () => {
    const logs = [
      { eventName: null, attributes: { 'event.name': 'gen_ai.user.message' }, body: 'hi' },
      { eventName: 'gen_ai.choice', attributes: {}, body: { message: 'ho' } },
      { eventName: null, attributes: {}, body: 'a line' },
    ];
    expect(transcriptOf(span(chat), logs)).toMatchObject({
      input: said('user', 'hi'),
      output: said('assistant', 'ho'),
    });
  });

  it('reads the two events that were there before', () => {
    const events = [
      { name: 'gen_ai.content.prompt', attributes: { 'gen_ai.prompt': '[{"role":"user","content":"hi"}]' } },
      {
        name: 'gen_ai.content.completion',
        attributes: { 'gen_ai.completion': '[{"role":"assistant","content":"ho"}]' },
      },
      { name: 'gen_ai.content.prompt', attributes: {} },
    ];
    expect(transcriptOf(span(chat, events))).toMatchObject({
      input: said('user', 'hi'),
      output: said('assistant', 'ho'),
    });
  });

  it('keeps instructions that come later where they are', () => {
    const messages = ['system', 'developer', 'user', 'system'].map((role) => ({ role, content: role }));
    const read = transcriptOf(span({ ...chat, 'gen_ai.input.messages': messages }));
    expect(read?.systemInstructions).toEqual([
      { type: 'text', text: 'system' },
      { type: 'text', text: 'developer' },
    ]);
    expect(read?.input.map(({ role }) => role)).toEqual(['user', 'system']);
  });

  it('takes messages of nothing but instructions for instructions', () => {
    const read = transcriptOf(
      span({ ...chat, 'gen_ai.input.messages': [{ role: 'system', content: 'be' }] }),
    );
    expect(read).toEqual({ ...empty, systemInstructions: [{ type: 'text', text: 'be' }] });
  });

  it('has arguments and result of a tool, and no messages', () => {
    const attributes = {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.call.arguments': '{"x":1}',
      'gen_ai.tool.call.result': 'fine',
      ...structured,
    };
    expect(transcriptOf(span(attributes))).toMatchObject({
      input: [],
      output: [],
      arguments: { x: 1 },
      result: 'fine',
    });
  });

  it('has what went into and came out of a step', () => {
    const attributes = {
      'traceloop.span.kind': 'task',
      'traceloop.entity.input': '{"a":1}',
      'traceloop.entity.output': '7',
    };
    expect(transcriptOf(span(attributes))).toEqual({ ...empty, arguments: { a: 1 }, result: '7' });
  });

  it('has messages of a workflow where it has any', () => {
    const attributes = { 'gen_ai.operation.name': 'invoke_workflow', ...structured };
    expect(transcriptOf(span(attributes))).toMatchObject({
      input: said('user', 'hi'),
      output: said('assistant', 'ho'),
      arguments: null,
    });
  });

  it('has an answer of the AI SDK that is an object', () => {
    const attributes = { 'ai.operationId': 'ai.generateObject.doGenerate', 'ai.response.object': '{"n":1}' };
    expect(transcriptOf(span(attributes))?.output).toEqual(said('assistant', '{"n":1}'));
  });

  it('leaves out what is too deep or too much', () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const wide = JSON.stringify(Array.from({ length: 200_000 }, () => ({})));
    for (const value of [deep, wide]) {
      const read = transcriptOf(
        span({ 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.call.arguments': value }),
      );
      const kept = JSON.stringify(read?.arguments);
      expect(kept.length).toBeLessThan(1_000_000);
      expect(kept.includes('…')).toBe(true);
    }
  });

  it('does not look into texts that take too long', () => {
    const huge = `[${' '.repeat(9 * 1024 * 1024)}]`;
    const read = transcriptOf(
      span({ 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.call.arguments': huge }),
    );
    expect(read?.arguments).toBe(huge);
  });
});

describe('whatever is sent', () => {
  const names = [
    'gen_ai.operation.name',
    'gen_ai.system',
    'gen_ai.input.messages',
    'gen_ai.output.messages',
    'gen_ai.tool.definitions',
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.cache_read.input_tokens',
    'gen_ai.response.finish_reasons',
    'gen_ai.prompt',
    'gen_ai.prompt.0.role',
    'gen_ai.prompt.0.content',
    'gen_ai.prompt.0.tool_calls.0.name',
    'gen_ai.prompt.0',
    'gen_ai.completion',
    'openinference.span.kind',
    'llm.input_messages.0.message.role',
    'llm.input_messages.0.message.contents.0.message_content.type',
    'llm.tools.0.tool.json_schema',
    'llm.invocation_parameters',
    'llm.model_name',
    'input.value',
    'output.value',
    'ai.operationId',
    'ai.prompt',
    'ai.prompt.messages',
    'ai.response.toolCalls',
    'ai.response.text',
    'ai.toolCall.args',
    'langfuse.observation.type',
    'langfuse.observation.usage_details',
    'langfuse.observation.completion_start_time',
    'langsmith.span.kind',
    'langsmith.usage_metadata',
    'mastra.span.type',
    'mastra.agent_run.input',
    'primitive.type',
    'cost.usd',
    'traceloop.span.kind',
    'llm.request.type',
    '__proto__',
    'constructor',
  ];
  const word = fc.constantFrom(
    'chat',
    'LLM',
    'tool',
    'TOOL',
    'generation',
    'llm',
    'agent_run',
    'ai.streamText.doStream',
    'execute_tool',
    '__proto__',
    '1.5',
    '7',
    'user',
    '{',
    '[{"role":"user"}]',
    '{"messages":[{"content":[{"type":"image","image":{"image":3}}]}]}',
  );
  const key = fc.constantFrom(
    'role',
    'content',
    'parts',
    'type',
    'messages',
    'message',
    'tool_calls',
    'toolCalls',
    'function',
    'name',
    'text',
    'choices',
    'contents',
    'candidates',
    'functionCall',
    'function_response',
    'file_id',
    'url',
    'image',
    'input',
    'total',
    '__proto__',
    'x',
  );
  const { value } = fc.letrec<{ value: AttributeJson }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      word,
      fc.constantFrom<AttributeJson>(null, true, 0, -1, 1.5, 2 ** 53, 1e308),
      fc.string(),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      tie('value').map((one) => JSON.stringify(one)),
    ),
  }));
  const drawn = fc.record({
    name: fc.oneof(word, fc.constant('claude_code.tool')),
    startTimeUnixNano: fc.constantFrom('0', '1750000000000000000', 'x'),
    scope: fc.record({
      name: fc.constantFrom('', 'gen_ai', 'langfuse-sdk', '@traceloop/instrumentation-anthropic'),
    }),
    resource: fc.dictionary(fc.constant('service.name'), value),
    attributes: fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 12 }),
    events: fc.array(
      fc.record({
        name: fc.constantFrom('gen_ai.user.message', 'gen_ai.choice', 'gen_ai.content.prompt', 'x'),
        attributes: fc.dictionary(fc.constantFrom('content', 'message', 'role', 'gen_ai.prompt'), value),
      }),
      { maxLength: 3 },
    ),
  });

  it('never throws, and gives what JSON can hold', () => {
    fc.assert(
      fc.property(drawn, (one) => {
        const transcript = transcriptOf(one);
        const ai = normalizeSpan(one, { version: 't', estimateUsd: () => 1 });
        expect(transcript === null).toBe(ai === null);
        expect(JSON.parse(JSON.stringify({ transcript, ai }))).toEqual({ transcript, ai });
        for (const count of Object.values(ai?.tokens ?? {}))
          expect(count === null || (count >= 0 && Number.isSafeInteger(count))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
