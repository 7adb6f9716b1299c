import { openAiProblem } from './openai-problem.ts';
import type { WireFormat } from './wire-format.ts';

/** Embeddings as OpenAI and those compatible with it write them. */
export const openAiEmbeddings: WireFormat = {
  required: ['model', 'input'],
  fault: () => undefined,
  requestIdHeader: 'x-request-id',
  problem: openAiProblem,
  whole({ embeddings, model, tokens }, body) {
    const isBase64 = body['encoding_format'] === 'base64';
    return {
      object: 'list',
      data: embeddings.map((vector, index) => ({
        object: 'embedding',
        index,
        embedding: isBase64 ? base64(vector) : vector,
      })),
      model,
      usage: { prompt_tokens: tokens.input, total_tokens: tokens.input },
    };
  },
  events: undefined,
};

/** As many numbers as there are letters that matter, and small enough to be read. */
const dimensions = 8;

/** How often the letters of a text fall into each of a few classes, of length 1: texts that are alike have vectors that are. */
export function vectorOf(text: string): number[] {
  const vector = Array.from({ length: dimensions }, () => 0);
  for (const letter of text.toLowerCase()) {
    const place = (letter.codePointAt(0) ?? 0) % dimensions;
    vector[place] = (vector[place] ?? 0) + 1;
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((count) => count / length);
}

/** 32-bit floats, little-endian. */
function base64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString('base64');
}
