import { SpanKind } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { priceTable } from '@tta/obs-metrics';
import type { AgentMessage, Conversation } from '@tta/obs-primitives';
import { type ModelServerOptions, modelServer, observed, type Trace } from '@tta/obs-testing';
import { type Client, clients, model, type Model } from './clients.ts';
import { textsOf, timerOf, until } from './sockets.ts';

const usage = {
  inputTokens: 100,
  outputTokens: 40,
  cachedInputTokens: 30,
  cacheWriteInputTokens: 20,
  reasoningOutputTokens: 10,
};
/** 50 plain, 30 read from the cache, 20 written to it, and 40 answered. */
const usd = (50 * 2 + 30 * 0.2 + 20 * 2.5 + 40 * 8) / 1e6;
const pricing = priceTable({
  prices: {
    'a-model-2026': {
      inputUsdPerMillion: 2,
      outputUsdPerMillion: 8,
      cachedInputUsdPerMillion: 0.2,
      cacheWriteInputUsdPerMillion: 2.5,
    },
  },
});
const search = {
  name: 'search',
  description: 'Looks things up.',
  parameters: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
};
const wanted = { name: 'search', arguments: { query: 'sky' } };

function asking(text: string, tools: Conversation['tools'] = []): Conversation {
  return { messages: [{ role: 'user', text }], tools };
}

async function serving(
  client: Client,
  replies: ModelServerOptions['replies'],
  body: (ask: Model, server: Awaited<ReturnType<typeof modelServer>>) => Promise<void>,
): Promise<void> {
  const server = await modelServer({ replies });
  try {
    await body(client.model(server.url), server);
  } finally {
    await server.close();
  }
}

/** What each metric of the conventions says, by its labels. */
function genAiPoints({ points }: Trace): Record<string, { labels: object; count: number; value: number }> {
  const told = points.filter(({ metric }) => metric.startsWith('gen_ai.client.'));
  return Object.fromEntries(
    told.map(({ metric, labels, count, value }) => [
      metric.replace('gen_ai.client.inference.', ''),
      { labels, count, value },
    ]),
  );
}

describe.each(clients)('llm through $name', (client) => {
  const { provider, responseId, ended } = client;
  const call = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': provider,
    'gen_ai.request.model': model,
    'gen_ai.response.model': 'a-model-2026',
  };
  const tokens = { ...call, 'gen_ai.token.modality': 'unknown' };
  const counted = {
    'usage.input_tokens': { labels: tokens, count: 1, value: 100 },
    'usage.output_tokens': { labels: tokens, count: 1, value: 40 },
    'usage.cache_read.input_tokens': { labels: tokens, count: 1, value: 30 },
    'usage.cache_write.input_tokens': { labels: tokens, count: 1, value: 20 },
    'usage.reasoning.output_tokens': { labels: tokens, count: 1, value: 10 },
    duration: { labels: call, count: 1, value: expect.any(Number) },
  };
  const attributes = {
    ...call,
    'gen_ai.response.id': responseId(1),
    'gen_ai.response.finish_reasons': [ended.stop],
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.usage.output_tokens': 40,
    'gen_ai.usage.cache_read.input_tokens': 30,
    'gen_ai.usage.cache_write.input_tokens': 20,
    'gen_ai.usage.reasoning.output_tokens': 10,
    'llm.provider': provider,
    'llm.model_name': 'a-model-2026',
    'cost.usd': usd,
  };
  const reply = { text: 'Blue light scatters.', usage, model: 'a-model-2026' };

  it(
    'tells of a whole answer what the server says, and what the conventions want',
    observed(
      async (trace) => {
        await serving(client, [reply], async (ask) => {
          expect(await ask.execute(asking('why?'))).toMatchObject({
            text: 'Blue light scatters.',
            toolCalls: [],
            finishReason: ended.stop,
            usage: { provider, model: 'a-model-2026', requestModel: model, ...usage },
            response: { id: responseId(1) },
          });
        });
        expect(trace).toHaveSpanTree('primitive.llm.chat "ask" success');
        expect(trace.spans[0]).toMatchObject({ kind: SpanKind.CLIENT, attributes });
        expect(trace.spans[0]?.attributes).not.toHaveProperty(['gen_ai.request.stream']);
        expect(genAiPoints(trace)).toEqual(counted);
        expect(trace).toHaveMetric('llm.cost.usd', { value: usd });
      },
      { pricing },
    ),
  );

  it(
    'tells the same of a streamed answer, and its chunks',
    observed(
      async (trace) => {
        await serving(client, [reply], async (ask) => {
          const stream = ask.stream(asking('why?'));
          expect(await textsOf(stream)).toEqual(['Blue', ' light', ' scatters.']);
          expect(await stream.result).toMatchObject({
            text: 'Blue light scatters.',
            finishReason: ended.stop,
            usage,
            response: undefined,
          });
        });
        expect(trace).toHaveSpanTree('primitive.llm.chat "ask" success');
        expect(trace.spans[0]?.attributes).toMatchObject({
          ...attributes,
          'gen_ai.request.stream': true,
          'gen_ai.response.time_to_first_chunk': expect.any(Number),
          'stream.chunks': 3,
        });
        expect(genAiPoints(trace)).toEqual({
          ...counted,
          time_to_first_chunk: { labels: call, count: 1, value: expect.any(Number) },
          time_per_output_chunk: { labels: call, count: 2, value: expect.any(Number) },
        });
        expect(trace).toHaveMetric('llm.cost.usd', { value: usd });
      },
      { pricing },
    ),
  );

  it(
    'waits after a 429 as long as the server asks, in one span, and then tells the answer',
    observed(
      async (trace) => {
        const replies = [{ status: 429, retryAfterSeconds: 2 }, { status: 503 }, reply];
        await serving(client, replies, async (ask, server) => {
          const answering = ask.execute(asking('why?'));
          expect(await timerOf(trace.clock)).toBe(2_000);
          expect(server.requests).toHaveLength(1);
          await trace.clock.advance(2_000);
          await trace.clock.advance(await timerOf(trace.clock));
          expect((await answering).text).toBe('Blue light scatters.');
          expect(server.requests).toHaveLength(3);
        });
        expect(trace).toHaveSpanTree('primitive.llm.chat "ask" success');
        expect(trace.spans[0]?.events).toMatchObject([
          {
            name: 'recovery.retry',
            attributes: {
              'retry.attempt': 1,
              'retry.backoff_ms': 2_000,
              'retry.reason': 'rate_limit',
              'retry.strategy': 'retry_after',
              'retry.after_header': true,
            },
          },
          { attributes: { 'retry.attempt': 2, 'retry.reason': 'transient', 'retry.after_header': false } },
        ]);
        expect(genAiPoints(trace)).toMatchObject({
          duration: { count: 1 },
          'usage.input_tokens': { value: 100 },
        });
      },
      { clock: 'manual' },
    ),
  );

  it(
    "fails with the client's own error, which counts as a call of no tokens",
    observed(async (trace) => {
      await serving(client, [{ status: 400, message: 'too long' }], async (ask) => {
        await expect(ask.execute(asking('why?'))).rejects.toMatchObject({
          status: 400,
          message: expect.stringContaining('too long'),
        });
      });
      expect(trace).toHaveSpanTree('primitive.llm.chat "ask" error');
      expect(trace.spans[0]?.attributes).toMatchObject({
        'error.category': 'validation',
        'error.type': expect.any(String),
      });
      const { duration, ...counters } = genAiPoints(trace);
      expect(duration).toMatchObject({
        count: 1,
        labels: { 'error.type': trace.spans[0]?.attributes['error.type'], 'gen_ai.request.model': model },
      });
      expect(Object.values(counters).map(({ value }) => value)).toEqual([0, 0, 0, 0, 0]);
    }),
  );

  it(
    'leaves with its reader: the request ends, the span ends once, and tells what is known',
    observed(async (trace) => {
      await serving(client, [{ ...reply, delayMs: 5 }], async (ask, server) => {
        for await (const text of ask.stream(asking('why?'))) {
          expect(text).toBe('Blue');
          break;
        }
        await until(() => server.requests[0]?.outcome === 'cancelled');
      });
      expect(trace).toHaveSpanTree('primitive.llm.chat "ask" cancelled');
      expect(trace.spans[0]?.attributes).toMatchObject({
        'gen_ai.response.id': responseId(1),
        'gen_ai.response.model': 'a-model-2026',
      });
      expect(trace.spans[0]?.attributes['gen_ai.usage.input_tokens']).toBe(
        client.tellsFirst ? 100 : undefined,
      );
      expect(genAiPoints(trace)).toMatchObject({
        duration: { count: 1, labels: { 'error.type': 'OBS_ERR_CANCELLED' } },
        'usage.input_tokens': { value: client.tellsFirst ? 100 : 0 },
      });
    }),
  );

  it.each([['read', true] as const, ['not read', false] as const])(
    'ends its request when it is aborted, %s',
    observed(async (trace, _, isRead) => {
      const abort = new AbortController();
      const reason = new Error('enough');
      await serving(client, [{ ...reply, delayMs: 60_000 }], async (ask, server) => {
        const { signal } = abort;
        const answering = isRead
          ? textsOf(ask.stream(asking('why?'), { signal }))
          : ask.execute(asking('why?'), { signal });
        const failed = answering.then(
          () => undefined,
          (error: unknown) => error,
        );
        await until(() => server.requests.length === 1);
        abort.abort(reason);
        expect(await failed).toBeInstanceOf(Error);
        await until(() => server.requests[0]?.outcome === 'cancelled');
        expect(server.requests).toHaveLength(1);
      });
      expect(trace).toHaveSpanTree('primitive.llm.chat "ask" cancelled');
    }),
  );

  it.each([
    ['whose connection breaks', { breakAfter: 2 }, ['Blue', ' light']],
    ['in which the model fails', { error: new Error('overloaded') }, ['Blue', ' light', ' scatters.']],
  ])(
    'fails once by a stream %s, and does not begin again',
    observed(async (trace, _, broken, expected) => {
      await serving(client, [{ ...reply, ...broken }], async (ask, server) => {
        const texts: string[] = [];
        const reading = (async () => {
          for await (const text of ask.stream(asking('why?'))) texts.push(text);
        })();
        await expect(reading).rejects.toThrow();
        expect(texts).toEqual(expected);
        expect(server.requests).toHaveLength(1);
      });
      expect(trace).toHaveSpanTree('primitive.llm.chat "ask" error');
      expect(trace.spans[0]?.attributes).toMatchObject({
        'stream.chunks': expected.length,
        'gen_ai.response.id': responseId(1),
      });
      expect(genAiPoints(trace)).toMatchObject({
        duration: { count: 1 },
        time_to_first_chunk: { count: 1 },
        'usage.output_tokens': { value: client.tellsFirst ? 1 : 0 },
      });
    }),
  );

  it(
    'is read again from the begin where nobody has read of a stream that broke',
    observed(
      async (trace) => {
        await serving(client, [{ ...reply, breakAfter: 1 }, reply], async (ask, server) => {
          const answering = ask.execute(asking('why?'));
          await trace.clock.advance(await timerOf(trace.clock));
          expect((await answering).text).toBe('Blue light scatters.');
          expect(server.requests).toHaveLength(2);
        });
        expect(trace).toHaveMetric('recovery.events', 1);
      },
      { clock: 'manual' },
    ),
  );

  it.each([['whole', false] as const, ['streamed', true] as const])(
    'reads which tools the model wants called, %s, and takes their answers back',
    observed(async (_trace, _, isRead) => {
      const replies = [{ text: 'I look.', toolCalls: [wanted, { name: 'search', arguments: {} }] }, 'Done.'];
      await serving(client, replies, async (ask, server) => {
        const conversation = asking('why?', [search]);
        const first = async () => {
          if (!isRead) return ask.execute(conversation);
          const stream = ask.stream(conversation);
          expect(await textsOf(stream)).toEqual(['I', ' look.']);
          return stream.result;
        };
        const { text, toolCalls, finishReason } = await first();
        expect(toolCalls).toEqual([
          { ...wanted, id: expect.any(String) },
          { name: 'search', arguments: {}, id: expect.any(String) },
        ]);
        expect(finishReason).toBe(ended.tools);
        const answers = toolCalls.map(({ id, name }, at): AgentMessage => ({
          role: 'tool',
          name,
          text: `found ${at}`,
          ...(id !== undefined && { toolCallId: id }),
        }));
        await ask.execute({
          messages: [
            { role: 'system', text: 'Be brief.' },
            ...conversation.messages,
            { role: 'assistant', text, toolCalls },
            ...answers,
          ],
          tools: [search],
        });
        expect(server.requests.map(({ body }) => body)).toMatchSnapshot();
      });
    }),
  );
});
