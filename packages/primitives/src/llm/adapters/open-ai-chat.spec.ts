import { describe, expect, it } from '@jest/globals';
import { LlmFailedError } from '../llm-failed-error.ts';
import { openAiChat, type OpenAiChatChunk } from './open-ai-chat.ts';

/** What a stream of these chunks adds, and what it comes to. */
function stream(...chunks: readonly object[]) {
  const reading = openAiChat.stream();
  const added = chunks.map((chunk) => reading.add(chunk as OpenAiChatChunk));
  return { added, reply: reading.soFar() };
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
    const read = () => stream({ error });
    expect(read).toThrow(LlmFailedError);
    for (const choices of [undefined, null, []]) {
      const { error: failed } = openAiChat.reply({ error, choices } as never);
      expect(failed).toBeInstanceOf(LlmFailedError);
      const expected = expect.objectContaining({ reason, category, message, cause: error });
      expect(failed).toEqual(expected);
      expect(read).toThrow(expected);
    }
  });

  it('an error in place of a message, with what it used', () => {
    const choice = { finish_reason: 'error', error: { code: 502, message: 'gone' } };
    const failed = { reason: '502', category: 'transient' };
    expect(
      openAiChat.reply({ choices: [{ ...choice, message: { content: '' } }], usage: { prompt_tokens: 7 } }),
    ).toMatchObject({ error: failed, usage: { inputTokens: 7 } });
    expect(() => stream({ choices: [{ ...choice, delta: {} }] })).toThrow(expect.objectContaining(failed));
  });

  it('an answer beside an error that is none', () => {
    const choices = [{ message: { content: 'Blue.' }, finish_reason: 'stop' }];
    for (const error of [null, {}, ''])
      expect(openAiChat.reply({ error, choices } as never)).toMatchObject({ text: 'Blue.' });
    expect(openAiChat.reply({ error: {}, choices } as never)).not.toHaveProperty('error');
    expect(openAiChat.reply({ error: null } as never)).not.toHaveProperty('error');
  });

  it('a text completion, whole or streamed', () => {
    expect(openAiChat.reply({ choices: [{ text: 'Blue.', finish_reason: 'stop' }] } as never)).toMatchObject({
      text: 'Blue.',
      finishReasons: ['stop'],
    });
    const { added, reply } = stream(
      { choices: [{ index: 0, text: 'Bl', finish_reason: null }] },
      { choices: [{ index: 0, text: 'ue', finish_reason: 'stop' }] },
    );
    expect(added).toEqual(['Bl', 'ue']);
    expect(reply).toMatchObject({ text: 'Blue', finishReasons: ['stop'] });
  });

  it.each([
    ['within the completion', 40, 140, 10, 40],
    ['beside it, in the total', 9, 203, 94, 103],
    ['beside it, in the total, and does not say of it', 5, 605, undefined, 505],
    ['beside it, and in no total', 9, undefined, 94, 103],
    ['beside it, and not in the total', 9, 109, 94, 103],
    ['where there is no completion', undefined, 100, undefined, undefined],
    ['beside a total that is none', 40, 3, 10, 40],
  ])(
    'tokens of all output from a server that counts reasoning %s',
    (_, completion, total, reasoning, all) => {
      const usage = {
        prompt_tokens: 100,
        completion_tokens: completion,
        total_tokens: total,
        completion_tokens_details: { reasoning_tokens: reasoning },
      };
      expect(openAiChat.reply({ usage } as never).usage).toMatchObject({
        inputTokens: 100,
        outputTokens: all,
        reasoningOutputTokens: reasoning,
      });
    },
  );

  it('no tokens that cannot be counted on', () => {
    const usage = { prompt_tokens: 1e308, completion_tokens: 1.5, cost: 0.5 };
    expect(openAiChat.reply({ usage }).usage).toEqual({ costUsd: 0.5 });
  });

  const text = { index: 0, delta: { content: 'Bl' } };
  it.each<[string, boolean, object[]]>([
    ['is empty', false, []],
    ['has no choice', false, [{ id: 'c1', choices: [] }]],
    ['says until its end that it has not finished', false, [delta({ content: 'Bl' }), delta({})]],
    ['says so with an empty text', false, [{ choices: [{ ...text, finish_reason: '' }] }]],
    ['never says of it', false, [{ choices: [text] }, { choices: [text] }]],
    ['has tokens before its end', false, [{ choices: [text], usage: { prompt_tokens: 3 } }, delta({})]],
    [
      'finishes one choice of two',
      false,
      [
        {
          choices: [
            { ...text, finish_reason: null },
            { index: 1, delta: {}, finish_reason: null },
          ],
        },
        delta({}, 'stop'),
      ],
    ],
    ['finishes', true, [delta({ content: 'Bl' }), delta({}, 'stop')]],
    ['says after its finish that there is none', true, [delta({}, 'stop'), delta({})]],
    ['has its tokens alone at its end', true, [delta({}), { choices: [], usage: { prompt_tokens: 3 } }]],
    [
      'has no finish, and tokens with each chunk',
      true,
      [{ choices: [text] }, { choices: [text], usage: { prompt_tokens: 3 } }],
    ],
    [
      'has something else behind its tokens',
      true,
      [{ choices: [], usage: { prompt_tokens: 3 } }, { id: 'c1' }],
    ],
  ])('whether a stream is whole that %s: %p', (_, isWhole, chunks) => {
    const { reply } = stream(...chunks);
    expect(!('error' in reply)).toBe(isWhole);
  });

  it('a stream that is not whole as an error that may pass', () => {
    const { reply } = stream(delta({ content: 'Bl' }));
    expect(reply).toMatchObject({
      text: 'Bl',
      error: {
        code: 'OBS_ERR_LLM_FAILED',
        reason: 'incomplete_stream',
        category: 'transient',
        recoverable: true,
        message: 'the model failed: incomplete_stream: its stream ended before the answer did',
      },
    });
  });

  it('half a stream without an error for an adapter that takes it as it ends', () => {
    const lenient: typeof openAiChat = {
      ...openAiChat,
      stream() {
        const reading = openAiChat.stream();
        return {
          add: (chunk) => reading.add(chunk),
          soFar: () => ({ ...reading.soFar(), error: undefined }),
        };
      },
    };
    const reading = lenient.stream();
    reading.add({ choices: [{ delta: { content: 'Bl' } }] });
    expect(reading.soFar()).toMatchObject({ text: 'Bl', error: undefined });
  });

  it('of a stream the first id and model that are told, also by those who begin with none', () => {
    const { reply } = stream(
      { id: '', model: '', choices: [] },
      { id: 'c1', model: 'm-1' },
      { id: 'c2', model: 'm-2' },
    );
    expect(reply).toMatchObject({ id: 'c1', model: 'm-1' });
  });

  it('text of a choice whose place is null', () => {
    expect(stream({ choices: [{ index: null, delta: { content: 'a' } }] }).added).toEqual(['a']);
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
    expect(reply.toolCalls).toEqual([
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
    expect(together.reply.toolCalls).toEqual([
      { name: 'a', arguments: {}, id: 'x' },
      { name: 'b', arguments: { n: 1 }, id: 'y' },
    ]);
    const apart = stream(delta({ tool_calls: [called('a', '{}'), called('b', '{}')] }));
    expect(apart.reply.toolCalls?.map(({ name }) => name)).toEqual(['a', 'b']);
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
    expect(reply.usage?.outputTokens).toBe(2);
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
