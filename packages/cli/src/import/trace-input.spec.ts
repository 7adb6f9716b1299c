import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TraceInput } from './trace-input.ts';

async function* pieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += length) yield bytes.subarray(start, start + length);
}

async function read(chunks: AsyncIterable<Uint8Array>) {
  const input = new TraceInput(chunks);
  const { format, isEmpty, content } = await input.open();
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return { format, isEmpty, bytes: Buffer.concat(parts), input };
}

describe('TraceInput', () => {
  it('gives every byte of a file, wherever it is cut, packed or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }).filter(([first]) => first !== 0x1f),
        fc.integer({ min: 1, max: 50 }),
        fc.boolean(),
        async (content, length, isPacked) => {
          const file = isPacked ? gzipSync(content) : content;
          const { bytes, isEmpty, input } = await read(pieces(file, length));
          expect(bytes.equals(content)).toBe(true);
          expect([isEmpty, input.readBytes, input.damage]).toEqual([
            content.length === 0,
            file.length,
            undefined,
          ]);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('knows the format from the beginning, also of a large file', async () => {
    const text = `[${' '.repeat(100_000)}]`;
    expect((await read(pieces(Buffer.from(text), 1000))).bytes).toHaveLength(text.length);
    expect((await read(pieces(gzipSync('{"resourceSpans":[]}'), 7))).format).toBe('otlp-lines');
  });

  it('ends where the file cannot be read any further, and says where that is', async () => {
    async function* broken() {
      yield Buffer.from('[{}');
      throw new Error('EIO: i/o error, read');
    }
    const { bytes, input } = await read(broken());
    expect(bytes.toString()).toBe('[{}');
    expect(input.damage).toBe('cannot be read beyond byte 3 (EIO: i/o error, read)');
    const noGzip = await read(pieces(Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), 100));
    expect([noGzip.isEmpty, noGzip.input.damage]).toEqual([
      true,
      expect.stringMatching(/^cannot be read beyond byte 12 \(/),
    ]);
  });
});
