import { afterEach, describe, expect, it } from '@jest/globals';
import { ask } from '../../test/model-client.ts';
import { type ModelServer, modelServer, type ServerAnswer } from '../index.ts';

const path = '/v1/embeddings';

interface Embeddings {
  readonly data: readonly { readonly embedding: readonly number[] }[];
}

describe('embeddings of a modelServer', () => {
  let server: ModelServer;
  const serve = async (replies: ServerAnswer): Promise<void> => {
    server = await modelServer({ replies });
  };
  const embed = async (body: object): Promise<unknown> =>
    (await ask(server, path, { model: 'embedding-3', ...body })).json();
  afterEach(() => server.close());

  it('are those of the script', async () => {
    await serve({ embeddings: [[1, 0.5]], usage: { inputTokens: 7 } });
    expect(await embed({ input: 'a tea' })).toEqual({
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: [1, 0.5] }],
      model: 'embedding-3',
      usage: { prompt_tokens: 7, total_tokens: 7 },
    });
  });

  it('are 32-bit floats in base64 where that is asked for, as by the official client', async () => {
    await serve({ embeddings: [[1, -2]] });
    expect(await embed({ input: 'a', encoding_format: 'base64' })).toMatchObject({
      data: [{ embedding: 'AACAPwAAAMA=' }],
    });
  });

  it('are made of the letters of each text where the script has none: of length 1, and equal for equal texts', async () => {
    await serve('');
    const { data } = (await embed({ input: ['green tea', 'Green Tea', 'engine', ''] })) as Embeddings;
    const [tea, again, engine, nothing] = data.map(({ embedding }) => embedding);
    expect(tea).toEqual(again);
    expect(engine).not.toEqual(tea);
    expect(Math.hypot(...(tea ?? []))).toBeCloseTo(1);
    expect(nothing).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('count the words of all texts', async () => {
    await serve('');
    expect(await embed({ input: ['green tea', 'engine'] })).toMatchObject({ usage: { total_tokens: 3 } });
  });

  it('have no stream', async () => {
    await serve('');
    expect(await embed({ input: 'a', stream: true })).toMatchObject({
      error: { message: '/v1/embeddings has no stream' },
    });
  });
});
