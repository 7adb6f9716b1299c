import { describe, expect, it } from '@jest/globals';
import { LlmFailedError } from '../llm-failed-error.ts';
import { openAiChat, type OpenAiChatChunk } from './open-ai-chat.ts';

/** What a stream of these chunks adds, and what it comes to. */
function stream(...chunks: readonly object[]) {
  const reading = openAiChat.stream?.();
  const added = chunks.map((chunk) => reading?.add(chunk as OpenAiChatChunk));
  return { added, reply: reading?.soFar() };
}

const delta = (fields: object, finish_reason: string | null = null): object => ({
  id: 'c1',
  model: 'm-1',
  choices: [{ index: 0, delta: fields, finish_reason }],
});
const called = (name: string, given: string, id?: string): object => ({
  ...(id !== undefined && { id }),
  type: 'function',
  function: { name, arguments: given },
});

describe('openAiChat reads', () => {
  it('a whole completion', () => {
    expect(
      openAiChat.reply({
        id: 'c1',
        model: 'm-1',
        choices: [
          {
            message: { content: 'Blue.', tool_calls: [called('search', '{"query":"sky"}', 'x')] },
            finish_reason: 'tool_calls',
          },
          { message: { content: 'Red.' }, finish_reason: 'length' },
        ],
        usage: {
          prompt_tokens: 100,
          completion_tokens: 40,
          prompt_tokens_details: { cached_tokens: 30, cache_write_tokens: 20 },
          completion_tokens_details: { reasoning_tokens: 10 },
          cost: 0.25,
        } as never,
      }),
    ).toEqual({
      id: 'c1',
      model: 'm-1',
      text: 'Blue.',
      toolCalls: [{ name: 'search', arguments: { query: 'sky' }, id: 'x' }],
      finishReasons: ['tool_calls', 'length'],
      usage: {
        inputTokens: 100,
        outputTokens: 40,
        cachedInputTokens: 30,
        cacheWriteInputTokens: 20,
        reasoningOutputTokens: 10,
        costUsd: 0.25,
      },
    });
  });

  it.each<[string, object, unknown]>([
    ['JSON', called('t', '{"a":1}'), { a: 1 }],
    ['nothing', called('t', ' '), {}],
    ['no JSON, as text', called('t', '{"a":'), '{"a":'],
    [
      'a prototype, as a property like others',
      called('t', '{"__proto__":{"a":1}}'),
      JSON.parse('{"__proto__":{"a":1}}'),
    ],
    ['an object already', { function: { name: 't', arguments: { a: 1 } } }, { a: 1 }],
    ['left out', { function: { name: 't' } }, {}],
    ['the text of a custom tool', { type: 'custom', custom: { name: 't', input: 'SELECT 1' } }, 'SELECT 1'],
  ])('arguments that are %s', (_, call, expected) => {
    const { toolCalls } = openAiChat.reply({ choices: [{ message: { tool_calls: [call] } }] });
    expect(toolCalls).toEqual([{ name: 't', arguments: expected }]);
    expect(({} as { a?: unknown }).a).toBeUndefined();
  });

  it('text that comes in parts, and none of a call without a name', () => {
    const content = [{ type: 'text', text: 'Bl' }, { type: 'image' }, { type: 'text', text: 'ue' }];
    const message = { content, tool_calls: [{ id: 'x', function: {} }] };
    expect(openAiChat.reply({ choices: [{ message }] })).toMatchObject({ text: 'Blue', toolCalls: [] });
  });

  it('embeddings, which have tokens and no text', () => {
    expect(openAiChat.reply({ model: 'e-1', usage: { prompt_tokens: 7 } })).toMatchObject({
      model: 'e-1',
      text: '',
      toolCalls: [],
      finishReasons: [],
      usage: { inputTokens: 7, outputTokens: undefined },
    });
  });

  it.each([
    [{ code: 429, message: 'slow down' }, '429', 'rate_limit', 'the model failed: 429: slow down'],
    [{ type: 'server_error' }, 'server_error', 'transient', 'the model failed: server_error'],
    [{ code: 'bad', type: 'x' }, 'bad', 'permanent', 'the model failed: bad'],
    ['out of order', undefined, 'permanent', 'the model failed: out of order'],
    [{}, undefined, 'permanent', 'the model failed: its response does not say why'],
  ])('an error in place of an answer, whole or streamed: %j', (error, reason, category, message) => {
    for (const read of [() => openAiChat.reply({ error } as never), () => stream({ error })]) {
      expect(read).toThrow(LlmFailedError);
      expect(read).toThrow(expect.objectContaining({ reason, category, message, cause: error }));
    }
  });

  it('a stream, of which only what the model says is a chunk', () => {
    const { added, reply } = stream(
      delta({ role: 'assistant', content: '' }),
      delta({ reasoning_content: 'hm' }),
      delta({ reasoning: 'hm' }),
      delta({ content: 'Blue' }),
      delta({ content: ' light.' }),
      delta({}, 'stop'),
      { id: 'c1', model: 'm-1', choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } },
    );
    expect(added).toEqual([undefined, '', '', 'Blue', ' light.', undefined, undefined]);
    expect(reply).toMatchObject({
      id: 'c1',
      model: 'm-1',
      text: 'Blue light.',
      finishReasons: ['stop'],
      usage: { inputTokens: 3, outputTokens: 2 },
    });
  });

  it('calls that are streamed piece by piece, beside each other', () => {
    const piece = (index: number, part: object): object => delta({ tool_calls: [{ index, ...part }] });
    const { added, reply } = stream(
      piece(0, called('search', '', 'x')),
      piece(1, called('look', '{"at"', 'y')),
      piece(0, { function: { arguments: '{"query"' } }),
      piece(1, { function: { arguments: ':1}' } }),
      piece(0, { function: { name: 'search', arguments: ':"sky"}' } }),
      delta({}, 'tool_calls'),
    );
    expect(added).toEqual(['', '', '', '', '', undefined]);
    expect(reply?.toolCalls).toEqual([
      { name: 'search', arguments: { query: 'sky' }, id: 'x' },
      { name: 'look', arguments: { at: 1 }, id: 'y' },
    ]);
  });

  it('calls that only their ids tell apart, or only their places', () => {
    const together = stream(
      delta({ tool_calls: [{ index: 0, ...called('a', '{}', 'x') }] }),
      delta({ tool_calls: [{ index: 0, ...called('b', '{"n"', 'y') }] }),
      delta({ tool_calls: [{ index: 0, id: 'y', function: { arguments: ':1}' } }] }),
      delta({ tool_calls: [{ index: 0, id: '', function: { arguments: ' ' } }] }),
    );
    expect(together.reply?.toolCalls).toEqual([
      { name: 'a', arguments: {}, id: 'x' },
      { name: 'b', arguments: { n: 1 }, id: 'y' },
    ]);
    const apart = stream(delta({ tool_calls: [called('a', '{}'), called('b', '{}')] }));
    expect(apart.reply?.toolCalls?.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('the first choice of a stream, and why each one ended', () => {
    const { added, reply } = stream(
      {
        choices: [
          { index: 1, delta: { content: 'Red' }, finish_reason: null },
          { index: 0, delta: { content: 'Blue' }, finish_reason: null },
        ],
      },
      { choices: [{ index: 1, delta: {}, finish_reason: 'stop' }] },
      { choices: [{ delta: {}, finish_reason: 'length' }] },
    );
    expect(added).toEqual(['Blue', undefined, undefined]);
    expect(reply).toMatchObject({ text: 'Blue', finishReasons: ['stop', 'length'] });
  });

  it('the last of the tokens that a stream tells with each chunk', () => {
    const usage = (n: number) => ({ usage: { prompt_tokens: 3, completion_tokens: n } });
    const { reply } = stream(
      { ...delta({ content: 'a' }), ...usage(1) },
      { ...delta({}), ...usage(2) },
      delta({}),
    );
    expect(reply?.usage?.outputTokens).toBe(2);
  });
});

describe('openAiChat writes', () => {
  it('a conversation with tools', () => {
    expect(
      openAiChat.request({
        messages: [
          { role: 'system', text: 'Be brief.' },
          { role: 'user', text: 'why?' },
          {
            role: 'assistant',
            text: 'I look.',
            toolCalls: [{ name: 'look', arguments: 'no JSON', id: 'x' }],
          },
          { role: 'tool', toolCallId: 'x', name: 'look', text: 'invalid', isError: true },
          { role: 'assistant', text: '', toolCalls: [{ name: 'look', arguments: undefined }] },
          { role: 'tool', name: 'look', text: 'found' },
          { role: 'assistant', text: 'Blue.', toolCalls: [] },
        ],
        tools: [{ name: 'look', description: 'Looks.', parameters: { type: 'object' } }, { name: 'wait' }],
      }),
    ).toEqual({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'why?' },
        {
          role: 'assistant',
          content: 'I look.',
          tool_calls: [{ id: 'x', type: 'function', function: { name: 'look', arguments: 'no JSON' } }],
        },
        { role: 'tool', tool_call_id: 'x', content: 'invalid' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'call_4_0', type: 'function', function: { name: 'look', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'call_4_0', content: 'found' },
        { role: 'assistant', content: 'Blue.' },
      ],
      tools: [
        {
          type: 'function',
          function: { name: 'look', description: 'Looks.', parameters: { type: 'object' } },
        },
        { type: 'function', function: { name: 'wait', parameters: { type: 'object', properties: {} } } },
      ],
    });
  });

  it('no list of tools where there are none', () => {
    expect(openAiChat.request({ messages: [], tools: [] })).toEqual({ messages: [] });
  });
});
