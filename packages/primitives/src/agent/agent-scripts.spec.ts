import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LlmReply, LlmToolCall } from '@tta/obs-context';
import { seededRandom } from '@tta/obs-context/manual';
import { pause } from '@tta/obs-instrumentation';
import { observe } from '@tta/obs-testing';
import { retry } from '../retry.ts';
import { tool } from '../tool/tool.ts';
import { agent } from './agent.ts';
import type { AgentMessage, Conversation } from './conversation.ts';

/** What becomes of a call of each of these tools. */
const kinds = ['works', 'fails', 'picky', 'wrapped', 'unknown'] as const;
type Kind = (typeof kinds)[number];

const call = fc.record({ kind: fc.constantFrom(...kinds), ms: fc.nat({ max: 20 }), hasId: fc.boolean() });
const script = fc.record({
  steps: fc.array(fc.array(call, { minLength: 1, maxLength: 6 }), { maxLength: 5 }),
  maxSteps: fc.integer({ min: 1, max: 6 }),
  concurrency: fc.integer({ min: 1, max: 4 }),
});

/** Spans of a call: of the tool, and of the retry around it with its step. */
const spansOf: Readonly<Record<Kind, number>> = { works: 1, fails: 1, picky: 1, wrapped: 3, unknown: 0 };

describe('an agent with any model and any tools', () => {
  it('answers each call once, in order, and has as many spans as it has calls', async () => {
    await fc.assert(
      fc.asyncProperty(script, async ({ steps, maxSteps, concurrency }) => {
        await observe(
          async (trace) => {
            const replies = steps.map((calls, step) =>
              calls.map(({ kind, ms, hasId }, at): LlmToolCall => ({
                name: kind,
                arguments: { ms, at: `${step}.${at}` },
                ...(hasId && { id: `call ${step}.${at}` }),
              })),
            );
            let asked = 0;
            const model = (_: Conversation): LlmReply => ({
              text: `reply ${asked}`,
              toolCalls: replies[asked++] ?? [],
              usage: { provider: 'none', model: 'none' },
            });
            const works = (name: Kind) =>
              tool({
                name,
                input: (value: unknown) => value as { readonly ms: number; readonly at: string },
                execute: async ({ ms, at }, scope) => {
                  await pause(scope, ms);
                  if (name === 'fails') throw new Error(`${at} failed`);
                  return at;
                },
              });
            const picky = tool({ name: 'picky', input: (_): _ is never => false, execute: () => 'never' });
            const guide = agent({
              name: 'guide',
              model,
              tools: [works('works'), works('fails'), picky, retry(works('wrapped'))],
              maxSteps,
              concurrency,
            });
            const running = guide.tryExecute('go');
            await trace.clock.advance(5000);
            const outcome = await running;

            const done = replies.slice(0, maxSteps);
            const calls = steps.slice(0, maxSteps).flat();
            const hasEnd = steps.length < maxSteps;
            expect(outcome.ok).toBe(hasEnd);
            expect(asked).toBe(hasEnd ? steps.length + 1 : maxSteps);
            const { messages } = (outcome.ok ? outcome.value : outcome.error) as {
              readonly messages: readonly AgentMessage[];
            };
            const expected = done.flatMap((toolCalls, step) => [
              ['assistant', `reply ${step}`],
              ...toolCalls.map(({ name, id = expect.any(String) }, at) => [
                'tool',
                name,
                id,
                textOf(name as Kind, `${step}.${at}`),
              ]),
            ]);
            if (hasEnd) expected.push(['assistant', `reply ${steps.length}`]);
            expect(messages.slice(1).map(shown)).toEqual(expected);

            const { attributes, events } = trace.span('primitive.agent.invoke_agent');
            expect(attributes).toMatchObject({ 'agent.steps': asked, 'agent.tool_calls': calls.length });
            const ofCalls = calls.reduce((sum, { kind }) => sum + spansOf[kind], 0);
            expect(trace.spans).toHaveLength(1 + asked + ofCalls);
            const unknown = calls.filter(({ kind }) => kind === 'unknown').length;
            expect(events.filter(({ name }) => name === 'agent.unknown_tool')).toHaveLength(unknown);
            expect(trace.clock.pendingTimers).toBe(0);
          },
          { clock: 'manual', random: seededRandom(1) },
        );
      }),
      { numRuns: 60 },
    );
  });
});

function textOf(kind: Kind, at: string): string {
  switch (kind) {
    case 'works':
    case 'wrapped':
      return at;
    case 'fails':
      return `${at} failed`;
    case 'picky':
      return 'invalid arguments for tool "picky": they are not what the tool takes';
    case 'unknown':
      return 'there is no tool "unknown"; there are: works, fails, picky, wrapped';
  }
}

function shown(message: AgentMessage): unknown {
  const { role, text } = message;
  return role === 'tool' ? [role, message.name, message.toolCallId, text] : [role, text];
}
