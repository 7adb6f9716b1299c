import { describe, expect, it } from '@jest/globals';
import { aiSdk } from './ai-sdk.ts';

function stream(...parts: readonly object[]) {
  const reading = aiSdk.stream?.();
  const added = parts.map((part) => reading?.add(part as never));
  return { added, reply: reading?.soFar() };
}

const usage = {
  inputTokens: 100,
  outputTokens: 40,
  inputTokenDetails: { cacheReadTokens: 30, cacheWriteTokens: 20 },
  outputTokenDetails: { reasoningTokens: 10 },
};
const usageOfVersion5 = { inputTokens: 100, outputTokens: 40, cachedInputTokens: 30, reasoningTokens: 10 };
const read = {
  inputTokens: 100,
  outputTokens: 40,
  cachedInputTokens: 30,
  cacheWriteInputTokens: 20,
  reasoningOutputTokens: 10,
};
const response = { id: 'r1', modelId: 'm-1' };
const call = { toolCallId: 'x', toolName: 'search', input: { query: 'sky' } };

describe('aiSdk reads', () => {
  it('what generateText returns: tokens of all steps, and calls that it leaves to others', () => {
    const result = {
      text: 'Blue.',
      toolCalls: [call, { ...call, providerExecuted: true }, { toolName: 'wait' }, {}],
      finishReason: 'tool-calls',
      usage: { inputTokens: 1 },
      totalUsage: usage,
      response,
    };
    expect(aiSdk.reply(result)).toEqual({
      id: 'r1',
      model: 'm-1',
      text: 'Blue.',
      toolCalls: [
        { name: 'search', arguments: { query: 'sky' }, id: 'x' },
        { name: 'wait', arguments: {} },
      ],
      finishReasons: ['tool-calls'],
      usage: read,
    });
  });

  it('tokens as version 5 tells them, or none', () => {
    expect(aiSdk.reply({ finishReason: 'stop', usage: usageOfVersion5 }).usage).toEqual({
      ...read,
      cacheWriteInputTokens: undefined,
    });
    expect(aiSdk.reply({} as never)).toMatchObject({ finishReasons: [], usage: undefined });
  });

  it('what streamText streams, of which only what the model says is a chunk', () => {
    const { added, reply } = stream(
      { type: 'start' },
      { type: 'start-step' },
      { type: 'text-delta', text: 'I look. ' },
      { type: 'tool-call', toolCallId: 'a', toolName: 'look', input: {} },
      { type: 'finish-step', response: { id: 'r0', modelId: 'm-0' }, usage: {}, finishReason: 'tool-calls' },
      { type: 'start-step' },
      { type: 'reasoning-delta', text: 'hm' },
      { type: 'text-delta', text: 'Now.' },
      { type: 'tool-input-delta', delta: '{' },
      { type: 'tool-call', ...call },
      { type: 'finish-step', response, usage: usageOfVersion5, finishReason: 'tool-calls' },
      { type: 'finish', totalUsage: usage, finishReason: 'tool-calls' },
    );
    expect(added.filter((text) => text !== undefined)).toEqual(['I look. ', '', '', 'Now.', '', '']);
    expect(reply).toEqual({
      id: 'r1',
      model: 'm-1',
      text: 'I look. Now.',
      toolCalls: [{ name: 'search', arguments: { query: 'sky' }, id: 'x' }],
      finishReasons: ['tool-calls'],
      usage: read,
    });
  });

  it('the text of all steps and the calls of the last one, whole as they are streamed', () => {
    const steps = [{ text: 'I look. ' }, {}, { text: 'Now.' }];
    const whole = { text: 'Now.', steps, finishReason: 'stop', usage };
    expect(aiSdk.reply(whole).text).toBe('I look. Now.');
    expect(aiSdk.reply({ ...whole, steps: [] } as never).text).toBe('Now.');
    const called = [
      { text: '', toolCalls: [{ toolName: 'look' }] },
      { text: '', toolCalls: [call] },
    ];
    const toolCalls = called.flatMap((step) => step.toolCalls);
    expect(aiSdk.reply({ ...whole, steps: called, toolCalls } as never).toolCalls).toEqual([
      { name: 'search', arguments: { query: 'sky' }, id: 'x' },
    ]);
  });

  it('the stream of an object: its text, and tokens without steps', () => {
    const { added, reply } = stream(
      { type: 'object', object: {} },
      { type: 'text-delta', textDelta: '{"a":' },
      { type: 'text-delta', textDelta: '"b"}' },
      { type: 'finish', finishReason: 'stop', usage, response },
    );
    expect(added).toEqual([undefined, '{"a":', '"b"}', undefined]);
    expect(reply).toEqual({
      id: 'r1',
      model: 'm-1',
      text: '{"a":"b"}',
      toolCalls: [],
      finishReasons: ['stop'],
      usage: read,
    });
  });

  it('the tokens of all steps that a stream has finished before it broke off', () => {
    const step = (usageOfStep: unknown): object => ({
      type: 'finish-step',
      response,
      usage: usageOfStep,
      finishReason: 'tool-calls',
    });
    const { reply } = stream(
      step(usage),
      step(undefined),
      step({ inputTokens: 7, outputTokens: 3 }),
      { type: 'start-step' },
      { type: 'text-delta', text: 'x' },
    );
    expect(reply?.usage).toEqual({ ...read, inputTokens: 107, outputTokens: 43 });
  });

  it('of a stream that broke off what had come', () => {
    expect(stream({ type: 'text-delta', text: 'Blue' }).reply).toMatchObject({
      text: 'Blue',
      finishReasons: [],
      usage: undefined,
    });
    const step = { type: 'finish-step', response, usage, finishReason: 'stop' };
    expect(stream(step, { type: 'finish' }).reply).toMatchObject({
      id: 'r1',
      finishReasons: ['stop'],
      usage: read,
    });
  });

  it('an error of the provider as it is, and that it was aborted', () => {
    const error = new Error('429');
    expect(() => stream({ type: 'error', error })).toThrow(error);
    expect(() => stream({ type: 'abort', reason: 'enough' })).toThrow(
      expect.objectContaining({ code: 'OBS_ERR_CANCELLED', message: 'enough' }),
    );
    expect(() => stream({ type: 'abort' })).toThrow('the stream of the AI SDK was aborted');
  });
});

describe('aiSdk writes', () => {
  it('a conversation with tools, its system messages apart', () => {
    const { tools, ...request } = aiSdk.request({
      messages: [
        { role: 'system', text: 'Be brief.' },
        { role: 'user', text: 'why?' },
        { role: 'assistant', text: 'I look.', toolCalls: [{ name: 'look', arguments: { at: 1 }, id: 'x' }] },
        { role: 'tool', toolCallId: 'x', name: 'look', text: 'found' },
        { role: 'assistant', text: '', toolCalls: [{ name: 'look', arguments: {} }] },
        { role: 'tool', name: 'look', text: 'invalid', isError: true },
      ],
      tools: [{ name: 'look', description: 'Looks.', parameters: { type: 'object' } }, { name: 'wait' }],
    });
    const called = (toolCallId: string, input: unknown): object => ({
      type: 'tool-call',
      toolCallId,
      toolName: 'look',
      input,
    });
    const answered = (toolCallId: string, type: string, value: string): object => ({
      role: 'tool',
      content: [{ type: 'tool-result', toolCallId, toolName: 'look', output: { type, value } }],
    });
    expect(request).toEqual({
      system: 'Be brief.',
      messages: [
        { role: 'user', content: 'why?' },
        { role: 'assistant', content: [{ type: 'text', text: 'I look.' }, called('x', { at: 1 })] },
        answered('x', 'text', 'found'),
        { role: 'assistant', content: [called('call_4_0', {})] },
        answered('call_4_0', 'error-text', 'invalid'),
      ],
    });
    expect(Object.keys(tools ?? {})).toEqual(['look', 'wait']);
    expect(tools?.['look']?.description).toBe('Looks.');
    const standard = tools?.['look']?.inputSchema['~standard'];
    expect([standard?.jsonSchema.input(), standard?.jsonSchema.output()]).toEqual([
      { type: 'object' },
      { type: 'object' },
    ]);
    expect(standard?.validate({ at: 1 })).toEqual({ value: { at: 1 } });
    expect(tools?.['wait']).not.toHaveProperty('description');
  });

  it('nothing that is not there', () => {
    expect(aiSdk.request({ messages: [], tools: [] })).toEqual({ messages: [] });
  });
});
