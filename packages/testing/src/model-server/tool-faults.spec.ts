import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ask } from '../../test/model-client.ts';
import { type ModelServer, modelServer } from '../index.ts';

let server: ModelServer;
beforeEach(async () => {
  server = await modelServer({ replies: 'taken' });
});
afterEach(() => server.close());

/** What the server says of a request that it refuses; `undefined` of one that it takes. */
async function faultOf(path: string, body: object): Promise<string | undefined> {
  const response = await ask(server, path, { model: 'm', max_tokens: 9, ...body });
  const { error } = (await response.json()) as { error?: { type: string; message: string } | null };
  expect([response.status, error?.type]).toEqual(error ? [400, 'invalid_request_error'] : [200, undefined]);
  return error?.message;
}

describe('a chat with tools', () => {
  const called = (id: unknown, name: unknown = 'look'): object => ({
    id,
    type: 'function',
    function: { name, arguments: '{}' },
  });
  const wants = (...calls: object[]): object => ({ role: 'assistant', content: null, tool_calls: calls });
  const answer = (id?: unknown): object => ({ role: 'tool', tool_call_id: id, content: 'found' });
  const user = { role: 'user', content: 'go' };
  const pattern =
    "string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.";
  const preceding =
    "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.";
  const follow =
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ";

  it.each<readonly [string, object[], string | undefined]>([
    ['whole', [user, wants(called('a'), called('b')), answer('b'), answer('a'), user], undefined],
    ['with an id again', [user, wants(called('a')), answer('a'), wants(called('a')), answer('a')], undefined],
    [
      'an illegal name',
      [wants(called('a', 'get it')), answer('a')],
      `Invalid 'messages[0].tool_calls[0].function.name': ${pattern}`,
    ],
    [
      'a long name',
      [wants(called('a', 'x'.repeat(65))), answer('a')],
      "Invalid 'messages[0].tool_calls[0].function.name': string too long. Expected a string with maximum length 64, but got a string with length 65 instead.",
    ],
    [
      'no name',
      [wants(called('a', ''))],
      "Missing required parameter: 'messages[0].tool_calls[0].function.name'.",
    ],
    [
      'no id',
      [user, wants(called(undefined))],
      "Missing required parameter: 'messages[1].tool_calls[0].id'.",
    ],
    [
      'an id that is no text',
      [wants(called(7))],
      "Missing required parameter: 'messages[0].tool_calls[0].id'.",
    ],
    [
      'one id twice',
      [wants(called('a'), called('a')), answer('a')],
      "Invalid parameter: Duplicate value for 'tool_call_id' of 'a' in message[0].",
    ],
    [
      'two answers to one',
      [wants(called('a')), answer('a'), answer('a')],
      "Invalid parameter: Duplicate value for 'tool_call_id' of 'a', in messages[1] and messages[2].",
    ],
    ['an answer to none', [user, answer('a')], preceding],
    ['an answer too late', [wants(called('a')), answer('a'), user, answer('a')], preceding],
    [
      'an answer without an id',
      [wants(called('a')), answer()],
      "Missing required parameter: 'messages[1].tool_call_id'.",
    ],
    ['a call without an answer', [wants(called('a'), called('b')), answer('a'), user], `${follow}b`],
    ['calls without answers at the end', [wants(called('a'), called('b'))], `${follow}a, b`],
  ])('is taken or refused in the words of OpenAI: %s', async (_what, messages, fault) => {
    expect(await faultOf('/v1/chat/completions', { messages })).toBe(fault);
  });

  it('is refused for an illegal name of a tool', async () => {
    const tools = [{ type: 'function', function: { name: 'get it' } }, { type: 'custom' }];
    expect(await faultOf('/v1/chat/completions', { messages: [user], tools })).toBe(
      `Invalid 'tools[0].function.name': ${pattern}`,
    );
    expect(
      await faultOf('/v1/chat/completions', { messages: [user], tools: tools.slice(1) }),
    ).toBeUndefined();
  });
});

describe('an input with tools', () => {
  const call = (id: unknown, name = 'look'): object => ({
    type: 'function_call',
    call_id: id,
    name,
    arguments: '{}',
  });
  const answer = (id?: unknown): object => ({ type: 'function_call_output', call_id: id, output: 'found' });
  const none = 'No tool call found for function call output with call_id a.';

  it.each<readonly [string, object, string | undefined]>([
    [
      'whole',
      { input: [{ role: 'user', content: 'go' }, call('a'), call('b'), answer('a'), answer('b')] },
      undefined,
    ],
    ['a text', { input: 'go' }, undefined],
    ['kept by the provider', { input: [answer('a')], previous_response_id: 'resp_1' }, undefined],
    ['kept in a conversation', { input: [answer('a')], conversation: 'conv_1' }, undefined],
    ['kept as an item', { input: [{ type: 'item_reference', id: 'fc_1' }, answer('a')] }, undefined],
    [
      'an illegal name',
      { input: [call('a', 'get it'), answer('a')] },
      "Invalid 'input[0].name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
    ],
    ['no id', { input: [call(undefined)] }, "Missing required parameter: 'input[0].call_id'."],
    ['an answer without an id', { input: [answer()] }, "Missing required parameter: 'input[0].call_id'."],
    [
      'one id twice',
      { input: [call('a'), answer('a'), call('a'), answer('a')] },
      "Duplicate call_ids submitted: ['a']",
    ],
    ['an answer to none', { input: [answer('a')] }, none],
    ['two answers to one', { input: [call('a'), answer('a'), answer('a')] }, none],
    ['a call without an answer', { input: [call('a')] }, 'No tool output found for function call a.'],
    [
      'an illegal name of a tool',
      { input: 'go', tools: [{ type: 'web_search' }, { type: 'function', name: 'x'.repeat(65) }] },
      "Invalid 'tools[1].name': string too long. Expected a string with maximum length 64, but got a string with length 65 instead.",
    ],
  ])('is taken or refused in the words of OpenAI: %s', async (_what, body, fault) => {
    expect(await faultOf('/v1/responses', body)).toBe(fault);
  });
});

describe('messages with tools', () => {
  const use = (id: unknown, name: unknown = 'look'): object => ({ type: 'tool_use', id, name, input: {} });
  const result = (id?: unknown): object => ({ type: 'tool_result', tool_use_id: id, content: 'found' });
  const assistant = (...content: object[]): object => ({ role: 'assistant', content });
  const user = (...content: object[]): object => ({ role: 'user', content });
  const go = { role: 'user', content: 'go' };
  const illegal = "String should match pattern '^[a-zA-Z0-9_-]{1,128}$'";
  const corresponding =
    'Each `tool_result` block must have a corresponding `tool_use` block in the previous message.';
  const missing = (at: number, ids: string): string =>
    `messages.${at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`;

  it.each<readonly [string, object[], string | undefined]>([
    [
      'whole',
      [go, assistant({ type: 'text', text: 'x' }, use('a'), use('b')), user(result('b'), result('a'))],
      undefined,
    ],
    [
      'an illegal name',
      [go, assistant(use('a', 'get it'))],
      `messages.1.content.0.tool_use.name: ${illegal}`,
    ],
    [
      'no name',
      [assistant({ type: 'tool_use', id: 'a', input: {} })],
      'messages.0.content.0.tool_use.name: Field required',
    ],
    ['no id', [go, assistant(use(undefined))], 'messages.1.content.0.tool_use.id: Field required'],
    ['one id twice', [assistant(use('a'), use('a'))], 'messages.0.content.1: `tool_use` ids must be unique'],
    [
      'an id again',
      [assistant(use('a')), user(result('a')), assistant(use('a'))],
      'messages.2.content.0: `tool_use` ids must be unique',
    ],
    [
      'two answers to one',
      [assistant(use('a')), user(result('a'), result('a'))],
      'messages.1.content.1: each tool_use must have a single result. Found multiple `tool_result` blocks with id: a',
    ],
    [
      'an answer to none',
      [user(result('a'))],
      `messages.0.content.0: unexpected \`tool_use_id\` found in \`tool_result\` blocks: a. ${corresponding}`,
    ],
    [
      'an answer without an id',
      [user(result())],
      'messages.0.content.0.tool_result.tool_use_id: Field required',
    ],
    ['a call without an answer', [assistant(use('a'), use('b')), user(result('a')), go], missing(0, 'b')],
    ['calls without answers at the end', [go, assistant(use('a'), use('b'))], missing(1, 'a, b')],
  ])('are taken or refused in the words of Anthropic: %s', async (_what, messages, fault) => {
    expect(await faultOf('/v1/messages', { messages })).toBe(fault);
  });

  it('are refused for an illegal name of a tool', async () => {
    const tools = [{ type: 'web_search_20250305', name: 'web search' }, { name: 'get it' }];
    expect(await faultOf('/v1/messages', { messages: [go], tools })).toBe(`tools.1.custom.name: ${illegal}`);
  });
});

describe('arguments that are a text', () => {
  const broken = '{"city": "Par';
  const serve = async (): Promise<void> => {
    await server.close();
    server = await modelServer({ replies: { toolCalls: [{ name: 'look', arguments: broken }] } });
  };

  it('stand as they are, also where they are no JSON', async () => {
    await serve();
    const body = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'go' }] };
    const chat = await (await ask(server, '/v1/chat/completions', body)).json();
    expect(chat).toMatchObject({
      choices: [{ message: { tool_calls: [{ function: { arguments: broken } }] } }],
    });
    const messages = await (await ask(server, '/v1/messages', body)).json();
    expect(messages).toMatchObject({ content: [{ type: 'tool_use', input: broken }] });
  });
});
