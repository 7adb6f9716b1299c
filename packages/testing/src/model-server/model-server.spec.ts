import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { allEvents, ask, eventsOf } from '../../test/model-client.ts';
import { type ModelServer, modelServer, type ModelServerOptions } from '../index.ts';

const chat = '/v1/chat/completions';
const question = { model: 'm', messages: [{ role: 'user', content: 'why?' }] };
const streamed = { ...question, stream: true };

describe('modelServer', () => {
  let server: ModelServer;
  const serve = async (replies: ModelServerOptions['replies']): Promise<void> => {
    server = await modelServer({ replies });
  };
  const said = async (response: Response): Promise<unknown> =>
    ((await response.json()) as { choices: { message: { content: string } }[] }).choices[0]?.message.content;
  const ended = async (index: number): Promise<string | undefined> => {
    while (server.requests[index]?.outcome === 'open') await setImmediate();
    return server.requests[index]?.outcome;
  };
  afterEach(() => server.close());

  it('gives the replies of a list in the order of the requests, then refuses so that no client tries again', async () => {
    await serve(['one', { text: 'two' }]);
    expect(await said(await ask(server, chat, question))).toBe('one');
    expect(await said(await ask(server, chat, question))).toBe('two');
    const third = await ask(server, chat, question);
    expect(third.status).toBe(400);
    expect(await third.json()).toMatchObject({
      error: {
        message:
          'model server: request 3 needs a reply and its script has 2; add one, or give a reply or function instead of a list, for every request',
      },
    });
  });

  it('gives a single reply for ever, and asks a function with what was asked', async () => {
    await serve('yes');
    for (let request = 0; request < 3; request++)
      expect(await said(await ask(server, chat, question))).toBe('yes');
    const asked = await modelServer({
      replies: async ({ path, prompt, body, headers }) =>
        `${path} ${prompt} ${String(body['model'])} ${String(headers['x-tag'])}`,
    });
    const init = { headers: { 'X-Tag': 'blue' } };
    expect(await said(await ask(asked, `${chat}?beta=true`, question, init))).toBe(`${chat} why? m blue`);
    await asked.close();
  });

  it('keeps what was asked, and how it ended', async () => {
    await serve(['yes', { status: 503 }]);
    await (await ask(server, chat, question)).text();
    await (await ask(server, chat, question)).text();
    expect(server.requests.map(({ outcome }) => outcome)).toEqual(['answered', 'answered']);
    expect(server.requests).toMatchObject([
      { path: chat, body: question, prompt: 'why?', headers: { 'content-type': 'application/json' } },
      { body: question },
    ]);
  });

  it('refuses as it is told to, with the time to wait', async () => {
    await serve([
      { status: 429, retryAfterSeconds: 2, message: 'slow down', delayMs: 1 },
      { status: 503 },
      { status: 599 },
      { status: 401 },
    ]);
    const refusals = [];
    for (let request = 0; request < 4; request++) {
      const response = await ask(server, chat, question);
      refusals.push([response.status, response.headers.get('retry-after'), await response.json()]);
    }
    const error = (message: string, type: string, code: string | null = null): object => ({
      error: { message, type, param: null, code },
    });
    expect(refusals).toEqual([
      [429, '2', error('slow down', 'rate_limit_error', 'rate_limit_exceeded')],
      [503, null, error('Service Unavailable', 'server_error')],
      [599, null, error('refused', 'server_error')],
      [401, null, error('Unauthorized', 'authentication_error', 'invalid_api_key')],
    ]);
  });

  it.each<[number, string, string, RequestInit, string]>([
    [
      404,
      '/v1/models',
      '{}',
      {},
      '/v1/models is not served here, only /v1/chat/completions, /v1/responses, ',
    ],
    [405, chat, '', { method: 'GET', body: null }, '/v1/chat/completions is asked by POST'],
    [400, chat, '{"model"', {}, 'the body is no JSON: '],
    [400, chat, '[]', {}, 'the body has to be an object'],
    [400, chat, '{"model":"m"}', {}, 'messages: the field is required'],
    [400, chat, '{"model":"\\ud83d","messages":[]}', {}, 'the body is no JSON: no low surrogate in string'],
    [400, chat, '{"model":"m","messages":[],"\\ude00":1}', {}, 'no low surrogate in string'],
    [413, chat, ' '.repeat(32 * 1024 * 1024 + 1), {}, 'the body has more than 33554432 bytes'],
  ])('answers with %i what it does not serve: %s', async (status, path, body, init, message) => {
    await serve('yes');
    const response = await ask(server, path, body, init);
    expect([response.status, response.headers.get('allow')]).toEqual([
      status,
      status === 405 ? 'POST' : null,
    ]);
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining(message) } });
    expect(server.requests).toEqual([]);
  });

  it('refuses in the words of the provider that is asked', async () => {
    await serve('yes');
    const response = await ask(server, '/v1/messages', question);
    expect(response.headers.get('request-id')).toBe('req_1');
    expect(await response.json()).toEqual({
      type: 'error',
      error: { type: 'invalid_request_error', message: 'max_tokens: the field is required' },
      request_id: 'req_1',
    });
  });

  it('tells a client what its function throws, and that it made no reply', async () => {
    await serve([
      () => {
        throw new Error('no such question');
      },
      () => Promise.reject('nor this one'),
      () => undefined as never,
    ]);
    const messages = [];
    for (let request = 0; request < 3; request++) {
      const response = await ask(server, chat, question);
      messages.push([
        response.status,
        ((await response.json()) as { error: { message: string } }).error.message,
      ]);
    }
    expect(messages).toEqual([
      [400, 'no such question'],
      [400, 'nor this one'],
      [400, 'model server: a reply is undefined; it has to be a text or an object'],
    ]);
  });

  it.each([
    [0, []],
    [2, ['', 'one', ' two']],
    [3, ['', 'one', ' two', ' three']],
  ])('breaks the connection after %i chunks', async (breakAfter, words) => {
    await serve({ text: 'one two three', breakAfter });
    const read: unknown[] = [];
    const reading = async (): Promise<void> => {
      for await (const { data } of eventsOf(await ask(server, chat, streamed)))
        read.push((data as { choices: { delta: { content?: string } }[] }).choices[0]?.delta.content);
    };
    await expect(reading()).rejects.toThrow('terminated');
    expect([read, server.requests[0]?.outcome]).toEqual([words, 'broken']);
  });

  it('does not break what has no more chunks', async () => {
    await serve({ text: 'one two three', breakAfter: 4 });
    expect((await allEvents(await ask(server, chat, streamed))).at(-1)).toMatchObject({ data: '[DONE]' });
    expect(await ended(0)).toBe('answered');
  });

  it('breaks an answer that is not streamed in its middle', async () => {
    await serve({ text: 'one two three', breakAfter: 1 });
    const response = await ask(server, chat, question);
    await expect(response.text()).rejects.toThrow('terminated');
    expect([response.status, await ended(0)]).toEqual([200, 'broken']);
  });

  it('sends what comes before the first chunk at once, and stops when its client leaves', async () => {
    await serve({ text: 'one two', delayMs: 600_000 });
    const abort = new AbortController();
    const response = await ask(server, chat, streamed, { signal: abort.signal });
    const events = eventsOf(response);
    expect(await events.next()).toMatchObject({ value: { data: { choices: [{ delta: { content: '' } }] } } });
    expect(server.requests[0]?.outcome).toBe('open');
    abort.abort();
    await expect(events.next()).rejects.toThrow('aborted');
    expect(await ended(0)).toBe('cancelled');
  });

  it('takes its time for each chunk, or for the whole', async () => {
    await serve({ text: 'one two', delayMs: 1 });
    expect(await allEvents(await ask(server, chat, streamed))).toHaveLength(5);
    expect(await said(await ask(server, chat, question))).toBe('one two');
  });

  it('does not send what its client does not wait for: a function that answers too late', async () => {
    const abort = new AbortController();
    let answer: (reply: string) => void = () => undefined;
    await serve(
      () =>
        new Promise<string>((resolve) => {
          answer = resolve;
          abort.abort();
        }),
    );
    await expect(ask(server, chat, streamed, { signal: abort.signal })).rejects.toThrow('aborted');
    expect(await ended(0)).toBe('cancelled');
    answer('too late');
    await setImmediate();
    expect(server.requests[0]?.outcome).toBe('cancelled');
  });

  it('answers many clients at once, each with its own', async () => {
    await serve(({ prompt }) => `${prompt} yes`);
    const prompts = Array.from({ length: 50 }, (_, index) => `question ${index}`);
    const answers = await Promise.all(
      prompts.map(async (content) =>
        said(await ask(server, chat, { model: 'm', messages: [{ role: 'user', content }] })),
      ),
    );
    expect(answers).toEqual(prompts.map((prompt) => `${prompt} yes`));
  });

  it('closes with answers due and streams open, once and for all', async () => {
    await serve({ text: 'one', delayMs: 600_000 });
    const due = ask(server, chat, question).catch((error: unknown) => error);
    const open = eventsOf(await ask(server, chat, streamed));
    await open.next();
    while (server.requests.length < 2) await setImmediate();
    await Promise.all([server.close(), server.close()]);
    await expect(open.next()).rejects.toThrow('terminated');
    expect(await due).toMatchObject({ message: 'fetch failed' });
    await expect(ask(server, chat, question)).rejects.toThrow('fetch failed');
    expect([await ended(0), await ended(1)]).toEqual(['cancelled', 'cancelled']);
  });

  it('has an outcome of every request when it has closed', async () => {
    await serve({ text: 'one', delayMs: 600_000 });
    const due = ask(server, chat, question).catch((error: unknown) => error);
    while (server.requests.length < 1) await setImmediate();
    await server.close();
    expect(server.requests.map(({ outcome }) => outcome)).toEqual(['cancelled']);
    await due;
  });

  it('breaks off what it cannot go on with, and goes on itself', async () => {
    await serve([{ text: 'one', model: 7n as never }, 'two']);
    await expect(ask(server, chat, streamed).then((response) => response.text())).rejects.toThrow(
      'terminated',
    );
    expect(await ended(0)).toBe('broken');
    expect(await said(await ask(server, chat, question))).toBe('two');
  });

  it('is closed by the block that uses it, and listens where it is told to', async () => {
    await serve('yes');
    const port = Number(new URL(server.url).port);
    await server[Symbol.asyncDispose]();
    server = await modelServer({ replies: 'again', port });
    expect(server.url).toBe(`http://127.0.0.1:${port}`);
    expect(await said(await ask(server, chat, question))).toBe('again');
    await expect(modelServer({ replies: 'no', port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
