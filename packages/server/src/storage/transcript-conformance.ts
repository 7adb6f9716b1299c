import assert from 'node:assert/strict';
import type { AiMessage, AiPart } from '@tta/obs-protocol';
import { allItems, same, scope, withStorage, write, type ConformanceCase } from './conformance-case.ts';
import { hexId, sampleLog, sampleSpan } from './sample-records.ts';

const TRACE = hexId(1, 32);

const said = (role: string, content: string) =>
  JSON.stringify([{ role, parts: [{ type: 'text', content }] }]);

/** A call of a model in which that was said. */
const call = (id: number, question: string, answer = 'well') =>
  sampleSpan(1, id, {
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.input.messages': said('user', question),
      'gen_ai.output.messages': said('assistant', answer),
    },
  });

const textOf = (messages: readonly AiMessage[]): string =>
  messages
    .flatMap(({ parts }): readonly AiPart[] => parts)
    .map((part) => (part.type === 'text' ? part.text : part.type))
    .join();

const pages = withStorage('tells what was said in a trace, in order of time', async (storage) => {
  await write(storage, call(3, 'third'), call(2, 'second'), sampleSpan(1, 1), call(4, 'fourth'));
  for (const limit of [1, 2, 3, 500]) {
    const told = await allItems(
      (page) => storage.traces.transcript(TRACE, { limit, ...page }),
      ({ spanId, ai, transcript }) => [
        spanId,
        ai.operationName,
        textOf(transcript.input),
        textOf(transcript.output),
      ],
    );
    same(told, [
      [hexId(2, 16), 'chat', 'second', 'well'],
      [hexId(3, 16), 'chat', 'third', 'well'],
      [hexId(4, 16), 'chat', 'fourth', 'well'],
    ]);
  }
  same(await storage.traces.transcript(hexId(9, 32), { limit: 5 }), undefined);
  await assert.rejects(async () => storage.traces.transcript(TRACE, { limit: 5, cursor: 'x' }), {
    name: 'InvalidCursorError',
  });
});

const logs = withStorage('finds what was said in the log records of a span', async (storage) => {
  const asked = { eventName: 'gen_ai.user.message', body: { content: 'how warm?' } };
  const answered = { eventName: 'gen_ai.choice', body: { message: { content: 'very' } } };
  await storage.logs.write([
    {
      resource: { 'service.name': 'shop' },
      scope,
      items: [asked, answered].map((fields) => ({ ...sampleLog(1, ''), ...fields })),
    },
  ]);
  await write(storage, sampleSpan(1, 1, { attributes: { 'gen_ai.operation.name': 'chat' } }));
  const page = await storage.traces.transcript(TRACE, { limit: 5 });
  same(
    page?.items.map(({ transcript }) => [textOf(transcript.input), textOf(transcript.output)]),
    [['how warm?', 'very']],
  );
});

const large = withStorage('has fewer transcripts on a page when they are long', async (storage) => {
  const text = 'x'.repeat(900_000);
  await write(storage, ...Array.from({ length: 6 }, (_, index) => call(index + 1, text)));
  const first = await storage.traces.transcript(TRACE, { limit: 500 });
  assert.ok(first!.items.length < 6 && first!.nextCursor !== null);
  const ids = await allItems(
    (page) => storage.traces.transcript(TRACE, { limit: 500, ...page }),
    ({ spanId }) => spanId,
  );
  same(
    ids,
    Array.from({ length: 6 }, (_, index) => hexId(index + 1, 16)),
  );
});

export const transcriptConformance: readonly ConformanceCase[] = [pages, logs, large];
