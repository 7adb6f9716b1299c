import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SuspendedError } from '@tta/obs-primitives';
import { modelServer, observed, type ServerReply } from '@tta/obs-testing';
import { matchers } from '@tta/obs-testing/jest';
import { chatApi } from '../model/chat-api.ts';
import { ExampleProgram, stableText } from '../test/program.ts';
import { scriptedClerk } from './scripted-clerk.ts';
import { Shop } from './shop.ts';
import { supportDesk } from './workflow.ts';

expect.extend(matchers);

let program: ExampleProgram;
beforeAll(async () => {
  program = await ExampleProgram.bundle('agent-with-approval');
});
afterAll(() => program.remove());

const toolCall = (name: string, given: object): ServerReply => ({
  text: '',
  toolCalls: [{ name, arguments: given }],
});

async function desk(replies: Parameters<typeof modelServer>[0]['replies'], shop = new Shop()) {
  const server = await modelServer({ replies });
  const createChat = chatApi(`${server.url}/v1`, 'none');
  const workflow = supportDesk({ createChat, model: 'small', largeModel: 'large' }, shop);
  return { server, shop, workflow };
}

describe('the example agent-with-approval', () => {
  it('gives no money back before somebody decided, and then what was decided', async () => {
    const { exitCode, stdout, stderr, trace } = await program.observe();

    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stableText(stdout).replaceAll(/\d+ bytes/g, '… bytes')).toMatchInlineSnapshot(`
      "no OPENAI_API_KEY: a scripted model on this machine answers
      Ada: give $30 back for A-17? (waits in a file of … bytes)
        continue: I am sorry that it broke. We have given you $30 back.
      Ben: give $30 back for A-17? (waits in a file of … bytes)
        edit: I am sorry that it broke. We have given you $15 back.
      Cleo: give $30 back for A-17? (waits in a file of … bytes)
        quit: "give back" was refused by Grace: it was refunded before

      ‖ question of Ada  suspended, … ms, $0.000028
      ✓ question of Ada  … ms, $0.000034
      ‖ question of Ben  suspended, … ms, $0.000028
      ✓ question of Ben  … ms, $0.000034
      ‖ question of Cleo  suspended, … ms, $0.000028
      ✗ question of Cleo  error, … ms
      to see them as trees: npx tta-obs run --exit -- node dist/agent-with-approval/main.js
      "
    `);
    expect(new Set(trace.spans.map(({ traceId }) => traceId)).size).toBe(3);
    expect(trace).toHaveSpan('primitive.approval.execute "give back" suspended', 3);
    expect(trace).toHaveSpan('primitive.tool.execute_tool "refund" success', 2);
    expect(trace).toHaveNoOrphans();
  });

  it('holds with the model that a key is for', async () => {
    await using server = await modelServer({ replies: scriptedClerk });
    const { exitCode, stdout, stderr } = await program.run([], {
      OPENAI_API_KEY: 'a-key-to-keep',
      OPENAI_BASE_URL: `${server.url}/v1`,
    });

    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stdout).toMatch(/^OPENAI_API_KEY is set: 127\.0\.0\.1:\d+ answers\n/);
    expect(server.requests).toHaveLength(8);
  });

  it(
    'goes on after the decision, without looking up the order again',
    observed(async (trace) => {
      const { server, shop, workflow } = await desk(scriptedClerk);
      const error: unknown = await workflow.execute('It broke.').catch((error: unknown) => error);
      expect(error).toBeInstanceOf(SuspendedError);
      const { token, requests } = error as SuspendedError;
      expect(requests).toMatchObject([
        { message: 'give $30 back for A-17?', input: { order: 'A-17', usd: 30 } },
      ]);
      expect(shop.refunds).toEqual([]);

      const { text } = await workflow.resume(token, { kind: 'continue' });
      await server.close();

      expect(text).toBe('I am sorry that it broke. We have given you $30 back.');
      expect(server.requests).toHaveLength(3);
      expect(trace).toHaveSpan('primitive.tool.execute_tool "find_order"', 1);
    }),
  );

  it(
    'refuses a decision that cannot be carried out, and takes a right one for the same token',
    observed(async () => {
      const { server, shop, workflow } = await desk(scriptedClerk);
      const { token } = (await workflow
        .execute('It broke.')
        .catch((error: unknown) => error)) as SuspendedError;
      const wrong = workflow.resume(token, { kind: 'edit', input: { order: 'A-17', usd: -15 } });
      await expect(wrong).rejects.toMatchObject({ code: 'OBS_ERR_INVALID_DECISION' });
      await expect(workflow.resume(token, { kind: 'skip' })).rejects.toThrow('may not be skipped');
      expect([shop.refunds, server.requests.length]).toEqual([[], 2]);

      await workflow.resume(token, { kind: 'edit', input: { order: 'A-17', usd: 15 } });
      await server.close();

      expect(shop.refunds).toEqual([{ order: 'A-17', usd: 15 }]);
    }),
  );

  it(
    'tells the model what is wrong with the arguments of a tool, and asks nobody about them',
    observed(async () => {
      const { server, workflow } = await desk([
        toolCall('refund', { order: 'B-2', usd: -5 }),
        'There is nothing to give back.',
      ]);
      expect((await workflow.execute('Give me money.')).text).toBe('There is nothing to give back.');
      await server.close();

      const { messages } = server.requests[1]?.body ?? {};
      expect(messages).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ role: 'tool', content: expect.stringContaining('refund') }),
        ]),
      );
    }),
  );

  it(
    'looks up orders without asking anybody',
    observed(async (trace) => {
      const { server, workflow } = await desk([
        toolCall('find_order', { order: 'B-2' }),
        'There is no such order.',
      ]);
      expect((await workflow.execute('Where is B-2?')).text).toBe('There is no such order.');
      await server.close();

      expect(JSON.stringify(server.requests[1]?.body)).toContain('there is no such order');
      expect(trace).toHaveNoErrors();
    }),
  );
});
