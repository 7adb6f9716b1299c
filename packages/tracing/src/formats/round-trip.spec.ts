import { deepStrictEqual } from 'node:assert';
import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { anySpans } from '../../test/trace-span-arbitrary.ts';
import {
  readChromeTrace,
  readJaeger,
  readOtlpLines,
  readZipkin,
  writeChromeTrace,
  writeJaeger,
  writeOtlpLines,
  writeZipkin,
  type TraceRecord,
  type TraceSource,
  type TraceSpan,
} from '../formats.ts';

type Write = (spans: AsyncIterable<TraceSpan>) => AsyncIterable<string>;
type Read = (source: TraceSource) => AsyncIterable<TraceRecord>;

const formats: [string, Write, Read][] = [
  ['OTLP lines', writeOtlpLines, readOtlpLines],
  ['Jaeger', writeJaeger, readJaeger],
  ['Zipkin', writeZipkin, readZipkin],
  ['Chrome', writeChromeTrace, readChromeTrace],
];

describe.each(formats)('%s', (_, write, read) => {
  it('gives back exactly what was written', async () => {
    await fc.assert(
      fc.asyncProperty(anySpans, fc.integer({ min: 1, max: 50 }), async (spans, chunkLength) => {
        const text = (await collect(write(stream(spans)))).join('');
        const records = await collect(read(cut(Buffer.from(text), chunkLength)));
        // Jest's matchers take an attribute named constructor for a type.
        deepStrictEqual(byId(records as TraceSpan[]), byId(spans));
      }),
      { numRuns: 300 },
    );
  });
});

function byId(spans: readonly TraceSpan[]): TraceSpan[] {
  const key = ({ traceId, spanId }: TraceSpan): string => traceId + spanId;
  return [...spans].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

async function* stream<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  yield* items;
}

async function* cut(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += length) yield bytes.subarray(start, start + length);
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
