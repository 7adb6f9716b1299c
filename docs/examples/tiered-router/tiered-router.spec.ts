import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { modelServer, observed } from '@tta/obs-testing';
import { matchers } from '@tta/obs-testing/jest';
import { chatApi } from '../model/chat-api.ts';
import { ExampleProgram, stableText } from '../test/program.ts';
import { answerQuestion } from './workflow.ts';

expect.extend(matchers);

let program: ExampleProgram;
beforeAll(async () => {
  program = await ExampleProgram.bundle('tiered-router');
});
afterAll(() => program.remove());

describe('the example tiered-router', () => {
  it('asks the model that is good enough, and the other one when that refuses', async () => {
    const { exitCode, stdout, stderr, trace } = await program.observe();

    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stableText(stdout)).toMatchInlineSnapshot(`
      "no OPENAI_API_KEY: a scripted model on this machine answers
      small (select) gpt-4.1-mini: In short: What is a span?
      large (select) gpt-4.1: At length: Compare a queue on disk with one in m
      large (tier) gpt-4.1: At length: Is this safe?
      large (cooling_down) gpt-4.1: At length: What is a trace?
        small runs: 1, $0.000048 each
        large runs: 3, $0.0017 each

      ✓ answer  … ms, $0.000048
      ✓ answer  … ms, $0.0017
      ✓ answer  … ms, $0.0017
      ✓ answer  … ms, $0.0017
      to see them as trees: npx tta-obs run --exit -- node dist/tiered-router/main.js
      "
    `);
    const decided = (reason: string, choice: string) => ({
      span: 'primitive.router.execute',
      name: 'choose model',
      attributes: { 'decision.reason': reason, 'decision.choice': choice },
    });
    expect(trace).toHaveSpan(decided('select', 'small'), 1);
    expect(trace).toHaveSpan(decided('select', 'large'), 1);
    expect(trace).toHaveSpan(decided('tier', 'large'), 1);
    expect(trace).toHaveSpan(decided('cooling_down', 'large'), 1);
  });

  it('holds with the model that a key is for', async () => {
    await using server = await modelServer({ replies: 'It is as you say.' });
    const { exitCode, stdout, stderr } = await program.run([], {
      OPENAI_API_KEY: 'a-key-to-keep',
      OPENAI_BASE_URL: `${server.url}/v1`,
    });

    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stdout).toMatch(/^OPENAI_API_KEY is set: 127\.0\.0\.1:\d+ answers\n/);
    expect(server.requests).toHaveLength(4);
  });

  it(
    'asks the small model again once it has cooled down',
    observed(
      async (trace) => {
        await using server = await modelServer({
          replies: [{ status: 429, retryAfterSeconds: 2 }, 'large', 'still large', 'small again'],
        });
        const createChat = chatApi(`${server.url}/v1`, 'none');
        const answer = answerQuestion({ createChat, model: 'small', largeModel: 'large' });
        const ask = async () => (await answer.execute('Why?')).usage.model;
        const answered = [await ask(), await ask()];
        // The routes cool down for half a minute at least, however soon they may be asked again.
        await trace.clock.advance(30_000);
        answered.push(await ask());

        expect(answered).toEqual(['large', 'large', 'small']);
      },
      { clock: 'manual' },
    ),
  );

  it(
    'asks the large model where a question is long',
    observed(async () => {
      await using server = await modelServer({ replies: 'yes' });
      const answer = answerQuestion({
        createChat: chatApi(`${server.url}/v1`, 'none'),
        model: 'small',
        largeModel: 'large',
      });
      const words = (count: number) => Array.from({ length: count }, () => 'why').join(' ');
      const asked = [];
      for (const count of [12, 13]) asked.push((await answer.execute(words(count))).usage.model);
      expect(asked).toEqual(['small', 'large']);
    }),
  );
});
