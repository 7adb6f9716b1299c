import { afterEach, describe, expect, it } from '@jest/globals';
import { allEvents, ask, type ReadEvent } from '../../test/model-client.ts';
import { type ModelServer, modelServer, type ServerAnswer } from '../index.ts';

const path = '/v1/messages';
const messages = [{ role: 'user', content: 'The capital of France?' }];
const question = { model: 'claude', max_tokens: 100, system: 'Be short.', messages };
const usage = {
  inputTokens: 100,
  outputTokens: 40,
  cachedInputTokens: 60,
  cacheWriteInputTokens: 10,
  reasoningOutputTokens: 8,
};
const wireUsage = {
  input_tokens: 30,
  cache_creation_input_tokens: 10,
  cache_read_input_tokens: 60,
  output_tokens: 40,
  output_tokens_details: { thinking_tokens: 8 },
};
const toolCalls = [{ name: 'weather', arguments: { city: 'Paris' }, id: 'toolu_a' }];

describe('messages of a modelServer', () => {
  let server: ModelServer;
  const serve = async (replies: ServerAnswer): Promise<void> => {
    server = await modelServer({ replies });
  };
  const streamed = async (): Promise<ReadEvent[]> =>
    allEvents(await ask(server, path, { ...question, stream: true }));
  afterEach(() => server.close());

  it('are whole; input does not include what was read from the cache or written to it', async () => {
    await serve({ text: 'It is Paris.', toolCalls, usage });
    const response = await ask(server, path, question);
    expect([response.status, response.headers.get('request-id')]).toEqual([200, 'req_1']);
    expect(await response.json()).toEqual({
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude',
      content: [
        { type: 'text', text: 'It is Paris.', citations: null },
        { type: 'tool_use', id: 'toolu_a', name: 'weather', input: { city: 'Paris' } },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: {
        ...wireUsage,
        cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 0 },
        service_tier: 'standard',
      },
    });
  });

  it('count the words of the system and of the messages', async () => {
    await serve('It is Paris.');
    expect(await (await ask(server, path, question)).json()).toMatchObject({
      stop_reason: 'end_turn',
      usage: { input_tokens: 6, output_tokens: 3, output_tokens_details: null },
    });
  });

  it('stream each block from its start to its stop, and tell usage first as it begins and then as it ended', async () => {
    await serve({ text: 'It is', toolCalls, usage, finishReason: 'max_tokens' });
    const events = await streamed();
    for (const { event, data } of events) expect(data).toMatchObject({ type: event });
    expect(events.map(({ event }) => event)).toEqual([
      'message_start',
      'content_block_start',
      'ping',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'content_block_start',
      'content_block_delta',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    expect(events[0]?.data).toMatchObject({
      message: {
        id: 'msg_1',
        content: [],
        stop_reason: null,
        usage: { ...wireUsage, output_tokens: 1, output_tokens_details: null },
      },
    });
    expect(events[1]?.data).toMatchObject({ index: 0, content_block: { type: 'text', text: '' } });
    expect(events[4]?.data).toMatchObject({ index: 0, delta: { type: 'text_delta', text: ' is' } });
    expect(events[5]?.data).toEqual({ type: 'content_block_stop', index: 0 });
    expect(events[6]?.data).toMatchObject({
      index: 1,
      content_block: { type: 'tool_use', id: 'toolu_a', name: 'weather', input: {} },
    });
    const pieces = events.slice(7, 10).map(({ data }) => (data as { delta: object }).delta);
    expect(pieces).toEqual(
      ['', '{"city":', '"Paris"}'].map((partial_json) => ({ type: 'input_json_delta', partial_json })),
    );
    expect(events[10]?.data).toEqual({ type: 'content_block_stop', index: 1 });
    expect(events[11]?.data).toEqual({
      type: 'message_delta',
      delta: { stop_reason: 'max_tokens', stop_sequence: null },
      usage: wireUsage,
    });
  });

  it('stream no block of text where nothing is said', async () => {
    await serve({ toolCalls });
    const events = await streamed();
    expect(events[1]?.data).toMatchObject({ index: 0, content_block: { type: 'tool_use' } });
    expect(events.at(-2)?.data).toMatchObject({ delta: { stop_reason: 'tool_use' } });
  });

  it('fail after the words that came', async () => {
    await serve({ text: 'It is', error: new Error('Overloaded') });
    const events = await streamed();
    expect(events.slice(-2).map(({ event }) => event)).toEqual(['content_block_delta', 'error']);
    expect(events.at(-1)?.data).toEqual({
      type: 'error',
      error: { type: 'api_error', message: 'Overloaded' },
    });
  });

  it.each([
    [400, 'invalid_request_error'],
    [401, 'authentication_error'],
    [403, 'permission_error'],
    [429, 'rate_limit_error'],
    [500, 'api_error'],
    [529, 'overloaded_error'],
  ])('refuse with %i as %s', async (status, type) => {
    await serve({ status, message: 'not now' });
    const response = await ask(server, path, question);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({
      type: 'error',
      error: { type, message: 'not now' },
      request_id: 'req_1',
    });
  });
});
