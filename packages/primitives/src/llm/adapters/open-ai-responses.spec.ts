import { describe, expect, it } from '@jest/globals';
import { openAiResponses } from './open-ai-responses.ts';

function stream(...events: readonly object[]) {
  const reading = openAiResponses.stream?.();
  const added = events.map((event) => reading?.add(event as never));
  return { added, reply: reading?.soFar() };
}

const said = (text: string): object => ({
  type: 'message',
  content: [
    { type: 'output_text', text },
    { type: 'refusal', refusal: 'no' },
  ],
});
const call = {
  type: 'function_call',
  id: 'fc_1',
  call_id: 'x',
  name: 'search',
  arguments: '{"query":"sky"}',
};
const response = {
  id: 'r1',
  model: 'm-1',
  status: 'completed',
  output: [{ type: 'reasoning', summary: [] }, said('Blue '), said('light.'), call],
  usage: {
    input_tokens: 100,
    output_tokens: 40,
    input_tokens_details: { cached_tokens: 30, cache_write_tokens: 20 },
    output_tokens_details: { reasoning_tokens: 10 },
  },
};
const read = {
  id: 'r1',
  model: 'm-1',
  text: 'Blue light.',
  toolCalls: [{ name: 'search', arguments: { query: 'sky' }, id: 'x' }],
  finishReasons: ['completed'],
  usage: {
    inputTokens: 100,
    outputTokens: 40,
    cachedInputTokens: 30,
    cacheWriteInputTokens: 20,
    reasoningOutputTokens: 10,
  },
};

describe('openAiResponses reads', () => {
  it('a whole response', () => {
    expect(openAiResponses.reply(response)).toEqual(read);
  });

  it('why a response is incomplete, and the text of a custom tool', () => {
    const custom = { type: 'custom_tool_call', call_id: 'y', name: 'sql', input: 'SELECT 1' };
    expect(
      openAiResponses.reply({
        ...response,
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
        output: [custom, { type: 'function_call' }, { type: 'web_search_call', name: 'web' }],
      } as never),
    ).toMatchObject({
      finishReasons: ['max_output_tokens'],
      toolCalls: [{ name: 'sql', arguments: 'SELECT 1', id: 'y' }],
    });
  });

  it('a response that failed as an error, whole or streamed', () => {
    const error = { code: 'server_error', message: 'try again' };
    const failed = { ...response, status: 'failed', error };
    const expected = {
      code: 'OBS_ERR_LLM_FAILED',
      reason: 'server_error',
      recoverable: true,
      message: 'the model failed: server_error: try again',
    };
    for (const response of [failed, { error }])
      expect(openAiResponses.reply(response as never).error).toMatchObject(expected);
    for (const event of [
      { type: 'response.failed', response: failed },
      { type: 'error', ...error },
    ])
      expect(() => stream(event)).toThrow(expect.objectContaining(expected));
    expect(openAiResponses.reply({ ...response, error: null } as never)).not.toHaveProperty('error');
    expect(openAiResponses.reply({ error: 'out of order' } as never).error).toMatchObject({
      message: 'the model failed: out of order',
    });
  });

  it('what a response used that failed, whole or streamed', () => {
    const failed = { ...response, status: 'failed', error: { code: 'invalid_prompt' } };
    expect(openAiResponses.reply(failed)).toMatchObject({ id: 'r1', model: 'm-1', usage: read.usage });
    const reading = openAiResponses.stream?.();
    expect(() => reading?.add({ type: 'response.failed', response: failed } as never)).toThrow();
    expect(reading?.soFar()).toMatchObject({ id: 'r1', model: 'm-1', usage: read.usage });
  });

  it('a stream, of which only what the model makes is a chunk', () => {
    const { added, reply } = stream(
      { type: 'response.created', response: { id: 'r1', model: 'm-1', output: [] } },
      { type: 'response.output_item.added', item: { type: 'reasoning' } },
      { type: 'response.reasoning_summary_text.delta', delta: 'hm' },
      { type: 'response.output_text.delta', delta: 'Blue ' },
      { type: 'response.output_text.delta', delta: 'light.' },
      { type: 'response.function_call_arguments.delta', delta: '{' },
      { type: 'response.output_item.done', item: call },
      { type: 'response.completed', response },
    );
    expect(added).toEqual([undefined, undefined, '', 'Blue ', 'light.', '', undefined, undefined]);
    expect(reply).toEqual(read);
  });

  it('a stream that ends because it is incomplete', () => {
    const incomplete = {
      ...response,
      status: 'incomplete',
      incomplete_details: { reason: 'content_filter' },
    };
    expect(stream({ type: 'response.incomplete', response: incomplete }).reply?.finishReasons).toEqual([
      'content_filter',
    ]);
  });

  it('of a stream that broke off what had come', () => {
    const { reply } = stream(
      { type: 'response.created', response: { id: 'r1', model: 'm-1', output: [] } },
      { type: 'response.output_text.delta', delta: 'Blue' },
      { type: 'response.output_item.done', item: call },
    );
    expect(reply).toEqual({
      id: 'r1',
      model: 'm-1',
      text: 'Blue',
      toolCalls: read.toolCalls,
      usage: {},
      error: expect.objectContaining({ reason: 'incomplete_stream', recoverable: true }),
    });
  });
});

describe('openAiResponses writes', () => {
  it('a conversation with tools', () => {
    expect(
      openAiResponses.request({
        messages: [
          { role: 'system', text: 'Be brief.' },
          { role: 'user', text: 'why?' },
          {
            role: 'assistant',
            text: 'I look.',
            toolCalls: [{ name: 'look', arguments: { at: 1 }, id: 'x' }],
          },
          { role: 'tool', toolCallId: 'x', name: 'look', text: 'found' },
          { role: 'assistant', text: '', toolCalls: [{ name: 'look', arguments: {} }] },
        ],
        tools: [{ name: 'look', description: 'Looks.', parameters: { type: 'object' } }, { name: 'wait' }],
      }),
    ).toEqual({
      input: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'why?' },
        { role: 'assistant', content: 'I look.' },
        { type: 'function_call', call_id: 'x', name: 'look', arguments: '{"at":1}' },
        { type: 'function_call_output', call_id: 'x', output: 'found' },
        { type: 'function_call', call_id: 'call_4_0', name: 'look', arguments: '{}' },
      ],
      tools: [
        {
          type: 'function',
          name: 'look',
          description: 'Looks.',
          parameters: { type: 'object' },
          strict: false,
        },
        { type: 'function', name: 'wait', parameters: { type: 'object', properties: {} }, strict: false },
      ],
    });
    expect(openAiResponses.request({ messages: [], tools: [] })).toEqual({ input: [] });
  });
});
