import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { modelServer, observed } from '@tta/obs-testing';
import { matchers } from '@tta/obs-testing/jest';
import { chatApi } from '../model/chat-api.ts';
import { ExampleProgram, stableText } from '../test/program.ts';
import { answerTicket } from './workflow.ts';

expect.extend(matchers);

let program: ExampleProgram;
beforeAll(async () => {
  program = await ExampleProgram.bundle('cost-tracking');
});
afterAll(() => program.remove());

describe('the example cost-tracking', () => {
  it('tells what each run cost, and what the money went to', async () => {
    const { exitCode, stdout, stderr, trace } = await program.observe();

    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stableText(stdout)).toMatchInlineSnapshot(`
      "no OPENAI_API_KEY: a scripted model on this machine answers
      ticket of Ada: $0.0022
      ticket of Ben: $0.0021
      ticket of Cleo: $0.0021
        translate      $0.0018 in 3 calls
        find subject   $0.000091 in 3 calls
        write answer   $0.0044 in 3 calls

      ✓ ticket of Ada  … ms, $0.0022
      ✓ ticket of Ben  … ms, $0.0021
      ✓ ticket of Cleo  … ms, $0.0021
      to see them as trees: npx tta-obs run --exit -- node dist/cost-tracking/main.js
      "
    `);
    expect(trace).toHaveSpan('primitive.sequential.execute "answer ticket" success', 3);
    expect(trace).toHaveSpan({
      span: 'primitive.llm.chat',
      name: 'write answer',
      attributes: {
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-4.1',
        'gen_ai.usage.input_tokens': 90,
        'gen_ai.usage.output_tokens': 160,
      },
    });
    expect(trace).toHaveNoErrors();
  });

  it('asks the model that a key is for, and holds with it as well', async () => {
    await using server = await modelServer({ replies: 'Thank you.' });
    const { exitCode, stdout, stderr } = await program.run([], {
      OPENAI_API_KEY: 'a-key-to-keep',
      OPENAI_BASE_URL: `${server.url}/v1`,
      OPENAI_MODEL: 'some-small-model',
      OPENAI_LARGE_MODEL: 'some-large-model',
    });

    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stdout).toMatch(/^OPENAI_API_KEY is set: 127\.0\.0\.1:\d+ answers\n/);
    expect(stdout).not.toContain('a-key-to-keep');
    expect(server.requests.map(({ body }) => body['model']).sort()).toEqual([
      ...Array.from({ length: 3 }, () => 'some-large-model'),
      ...Array.from({ length: 3 }, () => 'some-small-model'),
    ]);
  });

  it('ends with 1 and one line when the model refuses', async () => {
    await using server = await modelServer({ replies: { status: 401 } });
    const { exitCode, stderr } = await program.run([], {
      OPENAI_API_KEY: 'a-key-to-keep',
      OPENAI_BASE_URL: `${server.url}/v1`,
    });

    expect(stderr).toMatch(/^error: 127\.0\.0\.1:\d+ answered 401\n$/);
    expect(exitCode).toBe(1);
  });

  it(
    'counts what models and others cost together',
    observed(
      async (trace) => {
        await using server = await modelServer({
          replies: { text: 'yes', usage: { inputTokens: 100, outputTokens: 10 } },
        });
        const createChat = chatApi(`${server.url}/v1`, 'none');
        const workflow = answerTicket({ createChat, model: 'a', largeModel: 'b' }, async () => 'translated');
        await workflow.execute({ customer: 'Ada', text: 'x'.repeat(100) });
        expect(trace).toHaveMetric('llm.cost.usd');
        expect(trace).toStayWithin({ usd: 0.302, tokens: 220 });
        expect(trace).not.toStayWithin({ usd: 0.301 });
      },
      { pricing: { estimateUsd: ({ inputTokens = 0 }) => inputTokens / 667 } },
    ),
  );
});
