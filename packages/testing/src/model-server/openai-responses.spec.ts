import { afterEach, describe, expect, it } from '@jest/globals';
import { allEvents, ask, type ReadEvent } from '../../test/model-client.ts';
import { type ModelServer, modelServer, type ServerAnswer } from '../index.ts';

const path = '/v1/responses';
const usage = {
  inputTokens: 100,
  outputTokens: 40,
  cachedInputTokens: 60,
  cacheWriteInputTokens: 10,
  reasoningOutputTokens: 8,
};
const wireUsage = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
  output_tokens: 40,
  output_tokens_details: { reasoning_tokens: 8 },
  total_tokens: 140,
};
const toolCalls = [{ name: 'weather', arguments: { city: 'Paris' }, id: 'call_a' }];
const message = {
  id: 'msg_1',
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', text: 'It is', annotations: [], logprobs: [] }],
};
const called = {
  id: 'fc_call_a',
  type: 'function_call',
  status: 'completed',
  call_id: 'call_a',
  name: 'weather',
  arguments: '{"city":"Paris"}',
};

describe('responses of a modelServer', () => {
  let server: ModelServer;
  const serve = async (replies: ServerAnswer): Promise<void> => {
    server = await modelServer({ replies });
  };
  const streamed = async (): Promise<ReadEvent[]> =>
    allEvents(await ask(server, path, { model: 'gpt-5.1', input: 'The capital?', stream: true }));
  afterEach(() => server.close());

  it('are whole, with their items and usage', async () => {
    await serve({ text: 'It is', toolCalls, usage });
    const response = await ask(server, path, { model: 'gpt-5.1', input: 'The capital?' });
    expect(response.headers.get('x-request-id')).toBe('req_1');
    expect(await response.json()).toMatchObject({
      id: 'resp_1',
      object: 'response',
      created_at: expect.any(Number),
      status: 'completed',
      error: null,
      incomplete_details: null,
      model: 'gpt-5.1',
      output: [message, called],
      usage: wireUsage,
    });
  });

  it('have no message where nothing is said', async () => {
    await serve({ toolCalls });
    const response = await ask(server, path, { model: 'm', input: 'a b' });
    expect(await response.json()).toMatchObject({
      output: [called],
      usage: { input_tokens: 2, output_tokens: 0 },
    });
  });

  it('stream each item from its beginning to its end, in numbered events of which the last has all', async () => {
    await serve({ text: 'It is', toolCalls, usage });
    const events = await streamed();
    expect(events.map(({ event }) => event)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.completed',
    ]);
    for (const [index, { event, data }] of events.entries())
      expect(data).toMatchObject({ type: event, sequence_number: index });
    const place = { item_id: 'msg_1', output_index: 0, content_index: 0 };
    expect(events[0]?.data).toMatchObject({ response: { status: 'in_progress', output: [], usage: null } });
    expect(events[2]?.data).toMatchObject({ output_index: 0, item: { status: 'in_progress', content: [] } });
    expect(events[3]?.data).toMatchObject({ ...place, part: { type: 'output_text', text: '' } });
    expect(events[5]?.data).toMatchObject({ ...place, delta: ' is', logprobs: [] });
    expect(events[6]?.data).toMatchObject({ ...place, text: 'It is' });
    expect(events[7]?.data).toMatchObject({ ...place, part: message.content[0] });
    expect(events[8]?.data).toMatchObject({ output_index: 0, item: message });
    const place1 = { item_id: 'fc_call_a', output_index: 1 };
    expect(events[9]?.data).toMatchObject({
      output_index: 1,
      item: { ...called, status: 'in_progress', arguments: '' },
    });
    expect(events[10]?.data).toMatchObject({ ...place1, delta: '{"city":' });
    expect(events[12]?.data).toMatchObject({ ...place1, name: 'weather', arguments: '{"city":"Paris"}' });
    expect(events[13]?.data).toMatchObject({ output_index: 1, item: called });
    expect(events[14]?.data).toMatchObject({
      response: { status: 'completed', output: [message, called], usage: wireUsage },
    });
  });

  it('are incomplete where the script ends them early, and complete for any other reason to end', async () => {
    await serve(({ prompt }) => ({ text: 'cut', finishReason: prompt }));
    const ended = async (reason: string): Promise<unknown> =>
      (await allEvents(await ask(server, path, { model: 'm', input: reason, stream: true }))).at(-1);
    expect(await ended('max_output_tokens')).toMatchObject({
      event: 'response.incomplete',
      data: { response: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } } },
    });
    expect(await ended('stop')).toMatchObject({
      event: 'response.completed',
      data: { response: { status: 'completed', incomplete_details: null } },
    });
  });

  it('fail after the words that came', async () => {
    await serve({ text: 'It is', error: 'went down' });
    const events = await streamed();
    expect(events.slice(-2).map(({ event }) => event)).toEqual(['response.output_text.delta', 'error']);
    expect(events.at(-1)?.data).toEqual({
      type: 'error',
      sequence_number: 6,
      code: 'server_error',
      message: 'went down',
      param: null,
    });
  });
});
