import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { modelServer, observed } from '@tta/obs-testing';
import { matchers } from '@tta/obs-testing/jest';
import { chatApi } from '../model/chat-api.ts';
import { ExampleProgram, stableText } from '../test/program.ts';
import { answerChat } from './workflow.ts';

expect.extend(matchers);

let program: ExampleProgram;
beforeAll(async () => {
  program = await ExampleProgram.bundle('streaming-chat');
});
afterAll(() => program.remove());

describe('the example streaming-chat', () => {
  it('prints answers as they come, and stops one in its middle', async () => {
    const { exitCode, stdout, stderr, trace } = await program.observe();

    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stableText(stdout)).toMatchInlineSnapshot(`
      "no OPENAI_API_KEY: a scripted model on this machine answers
      > What is a span?
      A span is one step of a run, with a beginning and an end.  (14 pieces)
      > And a trace?
      A trace is all of them, as a tree.  (9 pieces)
      > Count to a hundred, in words.
      one two three… (enough)

      ✓ chat  … ms, $0.000025
      ✓ chat  … ms, $0.000024
      ⊘ chat  cancelled, … ms
      to see them as trees: npx tta-obs run --exit -- node dist/streaming-chat/main.js
      "
    `);
    expect(trace).toHaveSpan('primitive.llm.chat "answer" success', 2);
    expect(trace).toHaveSpan({
      span: 'primitive.llm.chat',
      outcome: 'success',
      attributes: { 'stream.chunks': 14, 'stream.time_to_first_chunk_ms': expect.any(Number) },
    });
    expect(trace).toHaveSpan({
      span: 'primitive.llm.chat',
      outcome: 'cancelled',
      attributes: { 'stream.chunks': 3 },
    });
    expect(trace).toHaveNoOrphans();
  });

  it('holds with the model that a key is for', async () => {
    await using server = await modelServer({ replies: 'It is as you say, and has always been.' });
    const { exitCode, stdout, stderr } = await program.run([], {
      OPENAI_API_KEY: 'a-key-to-keep',
      OPENAI_BASE_URL: `${server.url}/v1`,
    });

    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stdout).toMatch(/^OPENAI_API_KEY is set: 127\.0\.0\.1:\d+ answers\n/);
    expect(server.requests).toHaveLength(3);
  });

  it(
    'tells the model no more than the latest of what was said, and does not ask for a stream that nobody reads',
    observed(async () => {
      await using server = await modelServer({ replies: 'yes' });
      const createChat = chatApi(`${server.url}/v1`, 'none');
      const chat = answerChat({ createChat, model: 'small', largeModel: 'large' });
      const said = Array.from({ length: 50 }, (_, at) => ({ role: 'user' as const, text: `line ${at}` }));
      expect((await chat.execute(said)).text).toBe('yes');

      const { messages, stream } = server.requests[0]?.body ?? {};
      expect(messages).toHaveLength(21);
      expect(messages).toEqual(expect.arrayContaining([{ role: 'user', content: 'line 49' }]));
      expect(stream).toBe(false);
    }),
  );
});
