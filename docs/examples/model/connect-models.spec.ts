import { describe, expect, it, jest } from '@jest/globals';
import type { OpenAiChatChunk } from '@tta/obs-primitives';
import { modelServer } from '@tta/obs-testing';
import { connectModels } from './connect-models.ts';

const messages = [{ role: 'user', content: 'Where is Rome?' }];
const { signal } = new AbortController();

async function printed<T>(body: () => Promise<T>): Promise<readonly [T, unknown[][]]> {
  const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    return [await body(), log.mock.calls];
  } finally {
    log.mockRestore();
  }
}

describe('connectModels', () => {
  it('asks the server that the environment names, with its key, and says so', async () => {
    await using server = await modelServer({ replies: 'in Italy' });
    const env = { OPENAI_API_KEY: 'key-1', OPENAI_BASE_URL: `${server.url}/v1/`, OPENAI_MODEL: 'tiny' };
    const [models, lines] = await printed(() => connectModels('in the script', env));

    const answer = await models.createChat({ model: models.model, messages }, signal);
    await models.close();

    expect(answer).toMatchObject({ model: 'tiny', choices: [{ message: { content: 'in Italy' } }] });
    expect(server.requests[0]?.headers['authorization']).toBe('Bearer key-1');
    expect(models).toMatchObject({ model: 'tiny', largeModel: 'gpt-4.1', isScripted: false });
    expect(lines).toEqual([[`OPENAI_API_KEY is set: ${new URL(server.url).host} answers`]]);
  });

  it('asks OpenAI where the environment names no server', async () => {
    const env = { OPENAI_API_KEY: 'key-1', OPENAI_LARGE_MODEL: 'huge' };
    const [models, lines] = await printed(() => connectModels('in the script', env));
    await models.close();

    expect(models).toMatchObject({ model: 'gpt-4.1-mini', largeModel: 'huge', isScripted: false });
    expect(lines).toEqual([['OPENAI_API_KEY is set: api.openai.com answers']]);
  });

  it('asks a script where there is no key, and says so', async () => {
    const [models, lines] = await printed(() => connectModels('in the script', { OPENAI_API_KEY: '' }));

    const answer = await models.createChat({ model: models.model, messages }, signal);
    await models.close();

    expect(answer).toMatchObject({ choices: [{ message: { content: 'in the script' } }] });
    expect(models.isScripted).toBe(true);
    expect(lines).toEqual([['no OPENAI_API_KEY: a scripted model on this machine answers']]);
  });

  it('reads a stream, which tells its tokens at the end', async () => {
    const [models] = await printed(() => connectModels({ text: 'one two' }, {}));

    const answer = await models.createChat({ model: models.model, messages, stream: true }, signal);
    const chunks: OpenAiChatChunk[] = [];
    if (Symbol.asyncIterator in answer) for await (const chunk of answer) chunks.push(chunk);
    await models.close();

    const deltas = chunks.flatMap(({ choices = [] }) => choices.map(({ delta }) => delta));
    expect(deltas).toEqual(expect.arrayContaining([{ content: 'one' }, { content: ' two' }]));
    expect(chunks.at(-1)).toMatchObject({ usage: { completion_tokens: 2 } });
  });

  it('fails with the status and the headers that a retry goes by', async () => {
    const [models] = await printed(() => connectModels({ status: 429, retryAfterSeconds: 7 }, {}));

    const error = await models
      .createChat({ model: 'small', messages }, signal)
      .catch((error: unknown) => error);
    await models.close();

    expect(error).toMatchObject({
      name: 'ChatError',
      status: 429,
      message: expect.stringMatching(/^127\.0\.0\.1:\d+ answered 429$/),
    });
    expect((error as { headers: Headers }).headers.get('retry-after')).toBe('7');
  });
});
