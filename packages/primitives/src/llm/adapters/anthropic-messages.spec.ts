import { describe, expect, it } from '@jest/globals';
import { anthropicMessages } from './anthropic-messages.ts';

function stream(...events: readonly object[]) {
  const reading = anthropicMessages.stream?.();
  const added = events.map((event) => reading?.add(event as never));
  return { added, reply: reading?.soFar() };
}

const wire = {
  input_tokens: 50,
  cache_read_input_tokens: 30,
  cache_creation_input_tokens: 20,
  output_tokens: 40,
  output_tokens_details: { thinking_tokens: 10 },
};
const usage = {
  inputTokens: 100,
  outputTokens: 40,
  cachedInputTokens: 30,
  cacheWriteInputTokens: 20,
  reasoningOutputTokens: 10,
};
const message = {
  id: 'msg_1',
  model: 'm-1',
  content: [
    { type: 'thinking', thinking: 'hm' },
    { type: 'text', text: 'I look. ' },
    { type: 'text', text: 'Now.' },
    { type: 'tool_use', id: 'x', name: 'search', input: { query: 'sky' } },
    { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
  ],
  stop_reason: 'tool_use',
  usage: wire,
};
const read = {
  id: 'msg_1',
  model: 'm-1',
  text: 'I look. Now.',
  toolCalls: [{ name: 'search', arguments: { query: 'sky' }, id: 'x' }],
  finishReasons: ['tool_use'],
  usage,
};
const begin = {
  type: 'message_start',
  message: {
    id: 'msg_1',
    model: 'm-1',
    content: [],
    stop_reason: null,
    usage: { ...wire, output_tokens: 1, output_tokens_details: null },
  },
};
const block = (index: number, content_block: object): object => ({
  type: 'content_block_start',
  index,
  content_block,
});
const delta = (index: number, type: string, fields: object): object => ({
  type: 'content_block_delta',
  index,
  delta: { type, ...fields },
});

describe('anthropicMessages reads', () => {
  it('a whole message, whose input tokens are those of the cache as well', () => {
    expect(anthropicMessages.reply(message)).toEqual(read);
  });

  it('a message without a cache, and one that says nothing of its tokens', () => {
    const { usage: plain } = anthropicMessages.reply({
      ...message,
      usage: { input_tokens: 5, output_tokens: 2, cache_read_input_tokens: null } as never,
    });
    expect(plain).toMatchObject({ inputTokens: 5, outputTokens: 2 });
    expect(anthropicMessages.reply({ ...message, usage: undefined } as never).usage).toEqual({});
  });

  it('a stream, of which only what the model says is a chunk', () => {
    const { added, reply } = stream(
      begin,
      block(0, { type: 'thinking', thinking: '' }),
      delta(0, 'thinking_delta', { thinking: 'hm' }),
      { type: 'content_block_stop', index: 0 },
      block(1, { type: 'text', text: '' }),
      delta(1, 'text_delta', { text: 'I look. ' }),
      delta(1, 'text_delta', { text: 'Now.' }),
      block(2, { type: 'tool_use', id: 'x', name: 'search', input: {} }),
      delta(2, 'input_json_delta', { partial_json: '{"query"' }),
      delta(2, 'input_json_delta', { partial_json: ':"sky"}' }),
      { type: 'ping' },
      {
        type: 'message_delta',
        delta: { stop_reason: 'tool_use' },
        usage: { ...wire, input_tokens: null, cache_read_input_tokens: null },
      },
      { type: 'message_stop' },
    );
    expect(added).toEqual([
      undefined,
      undefined,
      '',
      undefined,
      undefined,
      'I look. ',
      'Now.',
      undefined,
      '',
      '',
      undefined,
      undefined,
      undefined,
    ]);
    expect(reply).toEqual(read);
  });

  it('text that a block begins with, and pieces of none', () => {
    const { added, reply } = stream(
      block(0, { type: 'text', text: 'Blue' }),
      delta(7, 'text_delta', { text: '!' }),
    );
    expect(added).toEqual(['Blue', '!']);
    expect(reply?.text).toBe('Blue');
  });

  it('a call without arguments, and arguments that are no JSON, as text', () => {
    const { reply } = stream(
      block(0, { type: 'tool_use', id: 'x', name: 'wait', input: {} }),
      delta(0, 'input_json_delta', { partial_json: '' }),
      block(1, { type: 'tool_use', id: 'y', name: 'look', input: {} }),
      delta(1, 'input_json_delta', { partial_json: '{"at":' }),
      block(2, { type: 'tool_use', name: 'stop' }),
      block(3, { type: 'tool_use', id: 'z' }),
    );
    expect(reply?.toolCalls).toEqual([
      { name: 'wait', arguments: {}, id: 'x' },
      { name: 'look', arguments: '{"at":', id: 'y' },
      { name: 'stop', arguments: {} },
    ]);
  });

  it('of a stream that broke off what it had told', () => {
    const { reply } = stream(
      begin,
      block(0, { type: 'text', text: '' }),
      delta(0, 'text_delta', { text: 'I' }),
    );
    expect(reply).toMatchObject({
      id: 'msg_1',
      model: 'm-1',
      text: 'I',
      finishReasons: [],
      usage: { inputTokens: 100, outputTokens: 1 },
      error: { code: 'OBS_ERR_LLM_FAILED', reason: 'incomplete_stream', category: 'transient' },
    });
  });

  it('a stream as whole that says why it stopped, or that it did', () => {
    const why = { type: 'message_delta', delta: { stop_reason: 'end_turn' } };
    for (const end of [why, { type: 'message_stop' }])
      expect(stream(begin, end).reply).not.toHaveProperty('error');
    expect(stream(begin, { type: 'message_delta', delta: {} }).reply).toHaveProperty('error');
  });

  it('an error in place of a message', () => {
    const error = { type: 'overloaded_error', message: 'Overloaded' };
    expect(anthropicMessages.reply({ type: 'error', error } as never).error).toMatchObject({
      code: 'OBS_ERR_LLM_FAILED',
      category: 'transient',
      cause: error,
    });
  });

  it('an error in the stream as one that may pass', () => {
    const error = { type: 'overloaded_error', message: 'Overloaded' };
    expect(() => stream({ type: 'error', error })).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_LLM_FAILED',
        category: 'transient',
        recoverable: true,
        cause: error,
        message: 'the model failed: overloaded_error: Overloaded',
      }),
    );
  });
});

describe('anthropicMessages writes', () => {
  it('a conversation with tools, its system messages apart and answers of tools together', () => {
    expect(
      anthropicMessages.request({
        messages: [
          { role: 'system', text: 'Be brief.' },
          { role: 'system', text: 'Be kind.' },
          { role: 'user', text: 'why?' },
          {
            role: 'assistant',
            text: 'I look.',
            toolCalls: [
              { name: 'look', arguments: { at: 1 }, id: 'x' },
              { name: 'look', arguments: 'no JSON' },
              { name: 'wait', arguments: undefined },
            ],
          },
          { role: 'tool', toolCallId: 'x', name: 'look', text: 'found' },
          { role: 'tool', name: 'look', text: 'invalid', isError: true },
          { role: 'assistant', text: '', toolCalls: [] },
          { role: 'assistant', text: 'Blue.', toolCalls: [] },
          { role: 'user', text: 'Thanks.' },
        ],
        tools: [
          { name: 'look', description: 'Looks.', parameters: { type: 'object', required: [] } },
          { name: 'wait' },
        ],
      }),
    ).toEqual({
      system: 'Be brief.\n\nBe kind.',
      messages: [
        { role: 'user', content: 'why?' },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'I look.' },
            { type: 'tool_use', id: 'x', name: 'look', input: { at: 1 } },
            { type: 'tool_use', id: 'call_3_1', name: 'look', input: { arguments: 'no JSON' } },
            { type: 'tool_use', id: 'call_3_2', name: 'wait', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'x', content: 'found' },
            { type: 'tool_result', tool_use_id: 'call_3_1', content: 'invalid', is_error: true },
          ],
        },
        { role: 'assistant', content: [{ type: 'text', text: 'Blue.' }] },
        { role: 'user', content: 'Thanks.' },
      ],
      tools: [
        { name: 'look', description: 'Looks.', input_schema: { type: 'object', required: [] } },
        { name: 'wait', input_schema: { type: 'object' } },
      ],
    });
    expect(anthropicMessages.request({ messages: [], tools: [] })).toEqual({ messages: [] });
  });
});
