import { describe, expect, it } from '@jest/globals';
import type { LlmReply } from '@tta/obs-context';
import type { InstrumentedPrimitive } from '@tta/obs-instrumentation';
import { fakeLlm } from '@tta/obs-testing';
import { z } from 'zod';
import { lambda } from '../lambda.ts';
import { retry } from '../retry.ts';
import { sequential } from '../sequential.ts';
import { timeout } from '../timeout.ts';
import { tool } from '../tool/tool.ts';
import { agent, type AgentInput, type AgentOutput } from './agent.ts';
import type { AgentMessage, Conversation } from './conversation.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

const add = tool({
  name: 'add',
  input: z.object({ a: z.number(), b: z.number() }),
  execute: ({ a, b }) => a + b,
});
const says = (text: string): LlmReply => ({ text, toolCalls: [], usage: { provider: 'p', model: 'm' } });

describe('the types of an agent', () => {
  it('take a text or messages, and give text and messages', async () => {
    const guide = agent({ name: 'guide', model: ({ messages }) => says(`${messages.length}`), tools: [add] });
    same<Same<typeof guide, InstrumentedPrimitive<AgentInput, AgentOutput, never>>>();
    const { text, messages, steps, finishReason } = await guide.execute('Hello');
    same<Same<typeof text, string>>();
    same<Same<typeof messages, readonly AgentMessage[]>>();
    same<Same<typeof steps, number>>();
    same<Same<typeof finishReason, string | undefined>>();
    expect((await guide.execute([...messages, { role: 'user', text: 'And?' }])).text).toBe('3');
    // @ts-expect-error there is no such role
    void guide.tryExecute([{ role: 'robot', text: 'And?' }]);
    expect(
      await sequential(
        (question: string) => question.trim(),
        guide,
        (answer) => answer.steps,
      ).execute(' Hello '),
    ).toBe(1);
  });

  it('stream what their model streams', async () => {
    const model = fakeLlm<Conversation>('yes');
    const plain = agent({ name: 'guide', model, tools: [] });
    same<Same<typeof plain, InstrumentedPrimitive<AgentInput, AgentOutput, string>>>();
    const steady = agent({ name: 'guide', model: retry(timeout(model, 1000)), tools: [] });
    same<Same<typeof steady, InstrumentedPrimitive<AgentInput, AgentOutput, string>>>();
    for await (const piece of steady.stream('Hello')) expect(piece.toUpperCase()).toBe('YES');
  });

  it('take any tools, as they are or inside other primitives', () => {
    const shout = tool({
      name: 'shout',
      input: (value: unknown): value is string => typeof value === 'string',
      execute: (text) => text.toUpperCase(),
    });
    agent({ name: 'guide', model: () => says('ok'), tools: [add, retry(timeout(shout, 1000))] });
    const list: readonly InstrumentedPrimitive<never, unknown>[] = [add, shout];
    agent({ name: 'guide', model: () => says('ok'), tools: list });
    // @ts-expect-error a number is no step
    expect(() => agent({ name: 'guide', model: () => says('ok'), tools: [7] })).toThrow();
  });

  it('refuse a model that takes or gives something else', () => {
    // @ts-expect-error a text is no reply
    agent({ name: 'guide', model: () => 'ok', tools: [] });
    // @ts-expect-error its input is no conversation
    agent({ name: 'guide', model: lambda('model', (text: string) => says(text)), tools: [] });
    // @ts-expect-error it has to have a model
    expect(() => agent({ name: 'guide', tools: [] })).toThrow();
  });
});
