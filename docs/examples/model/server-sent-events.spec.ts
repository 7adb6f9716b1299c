import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readServerSentEvents } from './server-sent-events.ts';

async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, size = 1_000): Promise<string[]> {
  const events: string[] = [];
  for await (const data of readServerSentEvents(inPieces(text, size))) events.push(data);
  return events;
}

describe('readServerSentEvents', () => {
  it('reads events however the connection cuts them', async () => {
    const data = fc.array(
      fc.jsonValue().map((value) => JSON.stringify(value)),
      { maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(
        data,
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom('\n', '\r\n'),
        async (data, size, end) => {
          const text = [...data, '[DONE]'].map((one) => `data: ${one}${end}${end}`).join('');
          expect(await read(text, size)).toEqual(data);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('passes over comments, names of events and what comes after the end', async () => {
    expect(await read(': ping\n\nevent: chunk\nid: 1\ndata: one\n\ndata: [DONE]\n\ndata: two\n\n')).toEqual([
      'one',
    ]);
  });

  it('puts the lines of one event together', async () => {
    expect(await read('data: {\ndata: }\n\n')).toEqual(['{\n}']);
  });

  it('drops an event that the connection broke off in', async () => {
    expect(await read('data: whole\n\ndata: ha')).toEqual(['whole']);
  });
});
