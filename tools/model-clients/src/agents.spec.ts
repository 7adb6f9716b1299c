import { describe, expect, it } from '@jest/globals';
import { agent, type AgentMessage, retry, tool } from '@tta/obs-primitives';
import { type ModelServer, modelServer, observed } from '@tta/obs-testing';
import { type Client, clients } from './clients.ts';

interface Place {
  readonly city: string;
}

/** It wants a text and says so, the first time that a model calls it. */
const weather = tool({
  name: 'weather',
  description: 'The weather in a city, now',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  input: (value: unknown): Place => {
    const { city } = value as Partial<Place>;
    if (typeof city !== 'string') throw new Error('city has to be a text');
    return { city };
  },
  execute: ({ city }) => ({ city, celsius: 7 }),
});

const usage = { inputTokens: 10, outputTokens: 5 };
const replies = [
  { text: 'Let me look.', usage, toolCalls: [{ name: 'weather', arguments: { city: 7 } }] },
  {
    usage,
    toolCalls: [
      { name: 'weather', arguments: { city: 'Oslo' } },
      { name: 'weather', arguments: { city: 'Rome' } },
    ],
  },
  { text: 'Seven degrees in both.', usage },
];

async function guided(
  client: Client,
  body: (guide: ReturnType<typeof guideOf>, server: ModelServer) => Promise<void>,
): Promise<void> {
  const server = await modelServer({ replies });
  try {
    await body(guideOf(client, server), server);
  } finally {
    await server.close();
  }
}

const guideOf = (client: Client, { url }: ModelServer) =>
  agent({ name: 'guide', model: client.model(url), tools: [retry(weather)], instructions: 'Be brief.' });

const said = (messages: readonly AgentMessage[]): unknown[] =>
  messages.map((message) =>
    message.role === 'tool' ? ['tool', message.text, message.isError ?? false] : [message.role, message.text],
  );

const conversation = [
  ['user', 'Oslo and Rome?'],
  ['assistant', 'Let me look.'],
  ['tool', 'invalid arguments for tool "weather": city has to be a text', true],
  ['assistant', ''],
  ['tool', '{"city":"Oslo","celsius":7}', false],
  ['tool', '{"city":"Rome","celsius":7}', false],
  ['assistant', 'Seven degrees in both.'],
];

const tree = `
  primitive.agent.invoke_agent "guide" success
  ├─ primitive.llm.chat "ask" success
  ├─ primitive.retry.execute "weather" error
  │  └─ primitive.retry.attempt_1 "weather" error
  │     └─ primitive.tool.execute_tool "weather" error
  ├─ primitive.llm.chat "ask" success
  ├─ primitive.retry.execute "weather" success
  │  └─ primitive.retry.attempt_1 "weather" success
  │     └─ primitive.tool.execute_tool "weather" success
  ├─ primitive.retry.execute "weather" success
  │  └─ primitive.retry.attempt_1 "weather" success
  │     └─ primitive.tool.execute_tool "weather" success
  └─ primitive.llm.chat "ask" success
`;

describe.each(clients)('an agent through $name', (client) => {
  it(
    'calls tools until its model has an answer, which may mend what it gave them',
    observed(async (trace) => {
      await guided(client, async (guide, server) => {
        const { text, messages, steps } = await guide.execute('Oslo and Rome?');
        expect([text, steps]).toEqual(['Seven degrees in both.', 3]);
        expect(said(messages)).toEqual(conversation);
        expect(trace).toHaveSpanTree(tree);
        expect(server.requests).toHaveLength(3);
        const last = JSON.stringify(server.requests[2]?.body);
        for (const part of ['Be brief.', 'The weather in a city, now', 'city has to be a text', 'celsius'])
          expect(last).toContain(part);
        // What each answer is to, in the words of the provider.
        const ids = messages.flatMap((message) => (message.role === 'tool' ? [message.toolCallId] : []));
        expect(new Set(ids).size).toBe(3);
        for (const id of ids) expect(last.split(JSON.stringify(id))).toHaveLength(3);
        const calls = trace.spans.filter(({ name }) => name === 'primitive.tool.execute_tool');
        expect(calls.map(({ attributes }) => attributes['gen_ai.tool.call.id'])).toEqual(ids);
      });
    }),
  );

  it('takes back what its model asked for, whatever that was, and what tools answered', async () => {
    const half = '\uD83D';
    const call = (name: string, id: string, given: unknown = {}): object => ({ name, id, arguments: given });
    const hostile = [
      [
        call('weather', 'a', { city: 'Oslo' }),
        call('weather', 'a', { city: 'Rome' }),
        call('get weather', 'b'),
      ],
      [call('weather', 'a', { city: half }), call(`${half}${'x'.repeat(100)}`, 'c'), call('half', 'c')],
      [call('weather', 'd', '{"city": "Par'), call('half', 'd', { [half]: [half] })],
    ];
    const server = await modelServer({
      replies: [
        ...hostile.map((toolCalls) => ({ text: `Well${half}`, toolCalls: toolCalls as never })),
        'Done.',
      ],
    });
    try {
      const cut = tool({ name: 'half', execute: () => '😀'.repeat(60_000) + half });
      const guide = agent({ name: 'guide', model: client.model(server.url), tools: [weather, cut] });
      const { text, messages } = await guide.execute('Oslo and Rome?');
      expect(text).toBe('Done.');
      // Nor what a person says next.
      const again = agent({ name: 'guide', model: client.model(server.url), tools: [] });
      await expect(again.execute([...messages, { role: 'user', text: 'And?' }])).rejects.toThrow(
        'needs a reply and its script has 4',
      );
      expect(server.requests).toHaveLength(5);
    } finally {
      await server.close();
    }
  });

  it.each([
    ['a name', [{ name: 'get weather', arguments: {}, id: 'a' }]],
    ['an id', [1, 2].map(() => ({ name: 'weather', arguments: {}, id: 'a' }))],
  ])('is needed, because the server refuses it: %s', async (_what, toolCalls) => {
    const server = await modelServer({ replies: 'yes' });
    try {
      const said: AgentMessage[] = [
        { role: 'assistant', text: '', toolCalls },
        ...toolCalls.map(({ id, name }): AgentMessage => ({ role: 'tool', toolCallId: id, name, text: '' })),
      ];
      await expect(
        client.model(server.url).execute({ messages: [{ role: 'user', text: 'go' }, ...said], tools: [] }),
      ).rejects.toMatchObject({ status: 400 });
      expect(server.requests).toEqual([]);
    } finally {
      await server.close();
    }
  });

  it(
    'streams the text of all its answers',
    observed(async (trace) => {
      await guided(client, async (guide) => {
        const stream = guide.stream('Oslo and Rome?');
        let text = '';
        for await (const piece of stream) text += piece;
        expect(text).toBe('Let me look.\n\nSeven degrees in both.');
        expect(said((await stream.result).messages)).toEqual(conversation);
        expect(trace).toHaveSpanTree(tree);
      });
    }),
  );
});
