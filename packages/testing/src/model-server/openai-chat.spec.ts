import { afterEach, describe, expect, it } from '@jest/globals';
import { allEvents, ask } from '../../test/model-client.ts';
import { type ModelServer, modelServer, type ServerAnswer } from '../index.ts';

const path = '/v1/chat/completions';
const messages = [{ role: 'user', content: 'The capital of France?' }];
const usage = {
  inputTokens: 100,
  outputTokens: 40,
  cachedInputTokens: 60,
  cacheWriteInputTokens: 10,
  reasoningOutputTokens: 8,
};
const wireUsage = {
  prompt_tokens: 100,
  completion_tokens: 40,
  total_tokens: 140,
  prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: 8,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
};
const toolCalls = [
  { name: 'weather', arguments: { city: 'Paris' }, id: 'call_a' },
  { name: 'time', arguments: {} },
];

describe('chat completions of a modelServer', () => {
  let server: ModelServer;
  const serve = async (replies: ServerAnswer): Promise<void> => {
    server = await modelServer({ replies });
  };
  afterEach(() => server.close());

  it('are whole, with usage in the words of OpenAI', async () => {
    await serve({ text: 'It is Paris.', usage });
    const response = await ask(server, path, { model: 'gpt-5.1', messages });
    expect([response.status, response.headers.get('x-request-id')]).toEqual([200, 'req_1']);
    expect(await response.json()).toEqual({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: expect.any(Number),
      model: 'gpt-5.1',
      service_tier: 'default',
      system_fingerprint: null,
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'It is Paris.', refusal: null, annotations: [] },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: wireUsage,
    });
  });

  it('call tools with arguments in JSON and ids of their own, and have no content then', async () => {
    await serve({ toolCalls });
    const body = await (await ask(server, path, { model: 'm', messages })).json();
    expect(body).toMatchObject({
      choices: [
        {
          finish_reason: 'tool_calls',
          message: {
            content: null,
            tool_calls: [
              {
                id: 'call_a',
                type: 'function',
                function: { name: 'weather', arguments: '{"city":"Paris"}' },
              },
              { id: 'call_1_1', type: 'function', function: { name: 'time', arguments: '{}' } },
            ],
          },
        },
      ],
    });
  });

  it('name another model and another end where the script does', async () => {
    await serve({ text: '', model: 'gpt-5.1-2025-11-13', finishReason: 'length' });
    expect(await (await ask(server, path, { model: 'gpt-5.1', messages })).json()).toMatchObject({
      model: 'gpt-5.1-2025-11-13',
      choices: [{ finish_reason: 'length', message: { content: '' } }],
    });
  });

  it('count a word as a token where the script says nothing', async () => {
    await serve('It is Paris.');
    expect(await (await ask(server, path, { model: 'm', messages })).json()).toMatchObject({
      usage: { prompt_tokens: 4, completion_tokens: 3, total_tokens: 7 },
    });
  });

  it('come word by word, then the end, then usage where it is asked for', async () => {
    await serve({ text: 'It is Paris.', usage });
    const response = await ask(server, path, {
      model: 'gpt-5.1',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const events = await allEvents(response);
    const chunk = (delta: object, finish_reason: string | null = null): object => ({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: expect.any(Number),
      model: 'gpt-5.1',
      service_tier: 'default',
      system_fingerprint: null,
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
      usage: null,
    });
    expect(events.map(({ event }) => event)).toEqual(events.map(() => undefined));
    expect(events.map(({ data }) => data)).toEqual([
      chunk({ role: 'assistant', content: '', refusal: null }),
      chunk({ content: 'It' }),
      chunk({ content: ' is' }),
      chunk({ content: ' Paris.' }),
      chunk({}, 'stop'),
      { ...chunk({}), choices: [], usage: wireUsage },
      '[DONE]',
    ]);
  });

  it('stream no usage where it is not asked for', async () => {
    await serve('Paris');
    const events = await allEvents(await ask(server, path, { model: 'm', messages, stream: true }));
    expect(events).toHaveLength(4);
    for (const { data } of events) expect(data).not.toHaveProperty('usage');
  });

  it('stream calls of tools in pieces, of which the first has the name', async () => {
    await serve({ text: 'Wait.', toolCalls });
    const events = await allEvents(await ask(server, path, { model: 'm', messages, stream: true }));
    const deltas = events.flatMap(({ data }) =>
      typeof data === 'string'
        ? []
        : (data as { choices: { delta: object }[] }).choices.map(({ delta }) => delta),
    );
    expect(deltas).toEqual([
      { role: 'assistant', content: '', refusal: null },
      { content: 'Wait.' },
      {
        tool_calls: [
          { index: 0, id: 'call_a', type: 'function', function: { name: 'weather', arguments: '' } },
        ],
      },
      { tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '"Paris"}' } }] },
      {
        tool_calls: [
          { index: 1, id: 'call_1_1', type: 'function', function: { name: 'time', arguments: '' } },
        ],
      },
      { tool_calls: [{ index: 1, function: { arguments: '{' } }] },
      { tool_calls: [{ index: 1, function: { arguments: '}' } }] },
      {},
    ]);
  });

  it('fail after the words that came, or at once where they are whole', async () => {
    await serve({ text: 'one two', error: new Error('went down') });
    const events = await allEvents(await ask(server, path, { model: 'm', messages, stream: true }));
    expect(events.at(-1)).toEqual({
      event: undefined,
      data: { error: { message: 'went down', type: 'server_error', param: null, code: null } },
    });
    expect(events).toHaveLength(4);
    const whole = await ask(server, path, { model: 'm', messages });
    expect([whole.status, await whole.json()]).toEqual([500, events.at(-1)?.data]);
  });
});
