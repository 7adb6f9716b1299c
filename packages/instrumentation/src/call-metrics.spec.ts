import { beforeAll, describe, expect, it } from '@jest/globals';
import { agentBucketsS, inferenceBucketsS } from '@tta/obs-context';
import { custom, outer } from '../test/custom.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import { InstrumentedPrimitive } from './instrumented-primitive.ts';
import { named } from './named.ts';
import type { PrimitiveLike, RunScope, StepOptions } from './run-scope.ts';

beforeAll(enableContexts);

type Body = (input: number, scope: RunScope) => unknown;

class Called extends InstrumentedPrimitive<number, unknown, never> {
  readonly #body: Body;

  constructor(type: 'tool' | 'agent', name: string, body: Body) {
    const isTool = type === 'tool';
    const action = isTool ? 'execute_tool' : 'invoke_agent';
    super({
      type,
      name,
      action,
      attributes: {
        'gen_ai.operation.name': action,
        ...(isTool ? { 'gen_ai.tool.type': 'function' } : { 'gen_ai.agent.name': name }),
      },
      ...(isTool && { tool: { name } }),
    });
    this.#body = body;
  }

  protected run(input: number, scope: RunScope): unknown {
    return this.#body(input, scope);
  }
}

const toolOf = (name: string, body: Body = () => 1) => new Called('tool', name, body);
const agentOf = (name: string, tool: PrimitiveLike<number, unknown>, options?: StepOptions) =>
  new Called('agent', name, (n, { step }) => step('tool_look', tool, n, options));
const ofCall = { attributes: { 'gen_ai.agent.name': 'guide', 'gen_ai.tool.call.id': 'call-1' } };

describe('the metrics of calls', () => {
  it('have the durations of tools and agents, in seconds and in the buckets of the conventions', async () => {
    const observed = new Observed();
    const look = toolOf('look', () => observed.clock.advance(250));
    await observed.run(() => agentOf('guide', look, ofCall).execute(1));
    expect(await observed.metric('gen_ai.execute_tool.duration')).toEqual({
      unit: 's',
      bounds: inferenceBucketsS,
      points: {
        'gen_ai.agent.name=guide gen_ai.tool.name=look gen_ai.tool.type=function': { count: 1, sum: 0.25 },
      },
    });
    expect(await observed.metric('gen_ai.invoke_agent.duration')).toEqual({
      unit: 's',
      bounds: agentBucketsS,
      points: { 'gen_ai.agent.name=guide': { count: 1, sum: 0.25 } },
    });
  });

  it('have the kind of the error, and nothing of what is neither a tool nor an agent', async () => {
    const observed = new Observed();
    const fail = (): never => {
      throw new RangeError('no such city');
    };
    const failing = outer(agentOf('guide', toolOf('look', fail), ofCall));
    await observed.run(() => failing.tryExecute(1));
    expect(Object.keys(await observed.points('gen_ai.execute_tool.duration'))).toEqual([
      'error.type=RangeError gen_ai.agent.name=guide gen_ai.tool.name=look gen_ai.tool.type=function',
    ]);
    expect(Object.keys(await observed.points('gen_ai.invoke_agent.duration'))).toEqual([
      'error.type=RangeError gen_ai.agent.name=guide',
    ]);
  });

  it('count what an agent asked for, once a run, and show it on its span', async () => {
    const observed = new Observed();
    const counting = new Called('agent', 'guide', (n, { record }) =>
      record({ type: 'calls', model: n, tools: 2 * n }),
    );
    await observed.run(() => counting.execute(2));
    await observed.run(() => counting.execute(3));
    const pointsOf = async (metric: string) => (await observed.metric(metric)).points;
    const label = 'gen_ai.agent.name=guide';
    expect(await pointsOf('gen_ai.invoke_agent.inference_calls')).toEqual({ [label]: { count: 2, sum: 5 } });
    expect(await pointsOf('gen_ai.invoke_agent.tool_calls')).toEqual({ [label]: { count: 2, sum: 10 } });
    expect(
      observed.spans.map(({ attributes }) => [attributes['agent.steps'], attributes['agent.tool_calls']]),
    ).toEqual([
      [2, 4],
      [3, 6],
    ]);
  });

  it('count what a primitive by another name asked for under its name', async () => {
    const observed = new Observed();
    const counting = custom('loop', (_: number, { record }) => record({ type: 'calls', model: 1, tools: 0 }));
    await observed.run(() => counting.execute(1));
    expect(Object.keys(await observed.points('gen_ai.invoke_agent.inference_calls'))).toEqual([
      'gen_ai.agent.name=loop',
    ]);
  });
});

describe('the call that a tool answers', () => {
  const callsOf = (observed: Observed) =>
    observed.spans
      .filter(({ name }) => name === 'primitive.tool.execute_tool')
      .map(({ attributes }) => [attributes['primitive.name'], attributes['gen_ai.tool.call.id']]);

  it('is found through the primitives between the agent and the tool', async () => {
    const observed = new Observed();
    await observed.run(() =>
      agentOf('guide', outer(outer(named('other', toolOf('look')))), ofCall).execute(1),
    );
    expect(callsOf(observed)).toEqual([['other', 'call-1']]);
    expect(await observed.points('gen_ai.execute_tool.duration')).toHaveProperty([
      'gen_ai.agent.name=guide gen_ai.tool.name=look gen_ai.tool.type=function',
    ]);
  });

  it('is that of the nearest agent', async () => {
    const observed = new Observed();
    const inner = agentOf('expert', toolOf('inner'), { attributes: { 'gen_ai.tool.call.id': 'call-2' } });
    const asking = toolOf('asking', (n, { step }) => step('inner', inner, n));
    await observed.run(() => agentOf('guide', asking, ofCall).execute(1));
    expect(callsOf(observed)).toEqual([
      ['inner', 'call-2'],
      ['asking', 'call-1'],
    ]);
  });

  it('is none where no agent called it, where another tool runs it, and where a run of its own does', async () => {
    const observed = new Observed();
    await observed.run(() => outer(toolOf('alone')).execute(1));
    const around = toolOf('around', (n, { step }) => step('inner', toolOf('inside'), n));
    await observed.run(() => agentOf('guide', around, ofCall).execute(1));
    const apart = custom('apart', (n: number) => toolOf('nested').execute(n, { workflowName: 'other' }));
    await observed.run(() => agentOf('guide', apart, ofCall).execute(1));
    await observed.run(() => agentOf('guide', toolOf('untold')).execute(1));
    expect(callsOf(observed)).toEqual([
      ['alone', undefined],
      ['inside', undefined],
      ['around', 'call-1'],
      ['nested', undefined],
      ['untold', undefined],
    ]);
  });
});
