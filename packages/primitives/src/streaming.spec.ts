import { describe, expect, it } from '@jest/globals';
import { observed } from '@tta/obs-testing';
import { streaming } from './streaming.ts';

const words = streaming('words', async function* (text: string) {
  yield* text.split(' ');
  return text.length;
});

async function read<C>(stream: AsyncIterable<C>): Promise<C[]> {
  const chunks: C[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

describe('streaming', () => {
  it(
    'gives what its generator yields, and what it returns',
    observed(async (trace) => {
      const stream = words.stream('why is it so');
      expect(await read(stream)).toEqual(['why', 'is', 'it', 'so']);
      expect(await stream.result).toBe(12);
      expect(trace).toHaveSpanTree('primitive.streaming.execute "words" success');
      expect(trace).toHaveSpan({ span: 'primitive.streaming.execute', attributes: { 'stream.chunks': 4 } });
    }),
  );
});
