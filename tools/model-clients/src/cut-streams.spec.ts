import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { Conversation } from '@tta/obs-primitives';
import { observed } from '@tta/obs-testing';
import { type Client, clients, model } from './clients.ts';

/** What each server has sent when it, or a proxy before it, closes the connection in an orderly way. */
const begun: Readonly<Record<string, readonly object[]>> = {
  '/v1/chat/completions': [
    { id: 'c1', model, choices: [{ index: 0, delta: { content: 'half an ans' }, finish_reason: null }] },
  ],
  '/v1/responses': [
    { type: 'response.created', response: { id: 'r1', model, status: 'in_progress', output: [] } },
    { type: 'response.output_text.delta', delta: 'half an ans' },
  ],
  '/v1/messages': [
    {
      type: 'message_start',
      message: {
        id: 'm1',
        model,
        type: 'message',
        role: 'assistant',
        content: [],
        usage: { input_tokens: 7 },
      },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'half an ans' } },
  ],
};

/** A server that streams the half of an answer. */
async function halfServing(body: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(({ url = '' }, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of begun[url] ?? []) {
      if ('type' in event) response.write(`event: ${String(event.type)}\n`);
      response.write(`data: ${JSON.stringify(event)}\n\n`);
    }
    response.end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  try {
    await body(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const why: Conversation = { messages: [{ role: 'user', text: 'why?' }], tools: [] };

describe.each<Client>(clients)('half an answer through $name', (client) => {
  it(
    'is an error, behind the text that its reader has',
    observed((trace) =>
      halfServing(async (url) => {
        const texts: string[] = [];
        const reading = async (): Promise<void> => {
          for await (const text of client.model(url).stream(why)) texts.push(text);
        };
        await expect(reading()).rejects.toMatchObject({
          code: 'OBS_ERR_LLM_FAILED',
          reason: 'incomplete_stream',
          category: 'transient',
        });
        expect(texts).toEqual(['half an ans']);
        expect(trace).toHaveSpanTree('primitive.llm.chat "ask" error');
        expect(trace.spans[0]?.attributes).toMatchObject({
          'gen_ai.response.model': model,
          'retry.stopped': 'streamed',
        });
      }),
    ),
  );
});
