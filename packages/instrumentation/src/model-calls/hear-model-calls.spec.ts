import { type Context, context, INVALID_SPAN_CONTEXT, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { custom, outer } from '../../test/custom.ts';
import { enableContexts, Observed } from '../../test/observed.ts';
import { withExecution } from '../with-execution.ts';
import { spanBegan } from './answering-execution.ts';
import { hearerOf } from './hear-model-calls.ts';

beforeAll(enableContexts);

const call = { provider: 'openai', model: 'm', inputTokens: 3, outputTokens: 2, costUsd: 1, durationMs: 500 };
const hear = (isTimed = false) => hearerOf(context.active())?.(call, { isTimed });

describe('hearerOf', () => {
  it('counts what it is told for the execution there, and shows its cost alone', async () => {
    const observed = new Observed();
    const spent: (number | undefined)[] = [];
    const totals: Record<string, number | undefined> = {};
    observed.instrumentation.onExecution({
      onEnd: ({ name, totalCostUsd }) => void (totals[name] = totalCostUsd),
    });
    const ask = custom('ask', (_: number, scope) => {
      hear();
      spent.push(scope.spentUsd);
      hear();
      spent.push(scope.spentUsd);
    });
    await observed.run(() => outer(ask).execute(0));
    expect(spent).toEqual([1, 2]);
    expect(totals).toEqual({ ask: 2, outer: 2 });
    const { attributes } = observed.span('primitive.custom.process', { 'primitive.name': 'ask' });
    expect(attributes['cost.usd']).toBe(2);
    expect(Object.keys(attributes).filter((name) => /^(gen_ai|llm)/.test(name))).toEqual([]);
    const labels = 'llm.model_name=m llm.provider=openai';
    expect(await observed.points('llm.tokens.total')).toEqual({
      [`${labels} llm.token_type=prompt primitive.name=ask`]: 6,
      [`${labels} llm.token_type=completion primitive.name=ask`]: 4,
    });
    expect(Object.values(await observed.points('gen_ai.client.inference.usage.input_tokens'))).toEqual([6]);
    expect(Object.values((await observed.metric('gen_ai.client.inference.duration')).points)).toEqual([
      { count: 2, sum: 1 },
    ]);
  });

  it('leaves the sums and the clock of what an execution tells itself alone', async () => {
    const observed = new Observed();
    const ask = custom('ask', async (_: number, scope) => {
      await observed.clock.advance(1_000);
      hear();
      scope.usage({ provider: 'openai', model: 'm', inputTokens: 7 });
    });
    await observed.run(() => ask.execute(0));
    expect(observed.span('primitive.custom.process').attributes['gen_ai.usage.input_tokens']).toBe(7);
    const { points } = await observed.metric('gen_ai.client.inference.duration');
    expect(Object.values(points)).toEqual([{ count: 2, sum: 1.5 }]);
  });

  it('records no duration that is recorded already', async () => {
    const observed = new Observed();
    await observed.run(() => custom('ask', () => hear(true)).execute(0));
    expect(await observed.points('gen_ai.client.inference.duration')).toEqual({});
    expect(Object.values(await observed.points('llm.cost.usd'))).toEqual([1]);
  });

  it('counts what is told after the end of the execution', async () => {
    const observed = new Observed();
    let late: ReturnType<typeof hearerOf>;
    await observed.run(() => custom('ask', () => void (late = hearerOf(context.active()))).execute(0));
    late?.(call, { isTimed: false });
    expect(Object.values(await observed.points('llm.cost.usd'))).toEqual([1]);
    expect(observed.span('primitive.custom.process').attributes['cost.usd']).toBeUndefined();
  });

  it('counts nothing in an execution that is a call, except in the tools in it', async () => {
    const observed = new Observed();
    expect(hearerOf(ROOT_CONTEXT)).toBeUndefined();
    await observed.run(() =>
      withExecution({ type: 'llm', name: 'outer' }, async () => {
        hear();
        await withExecution({ type: 'lambda', name: 'inner' }, () => hear());
        await withExecution({ type: 'tool', name: 'tool' }, async () => {
          hear();
          await withExecution({ type: 'lambda', name: 'in tool' }, () => hear());
          await withExecution({ type: 'llm', name: 'llm in tool' }, () => hear());
        });
      }),
    );
    const named = Object.keys(await observed.points('llm.cost.usd')).map((labels) =>
      labels.split('name=').at(-1),
    );
    expect(named.sort()).toEqual(['in tool', 'tool']);
  });

  it('counts what a tool of somebody else calls in an execution that is a call, up to the next one', async () => {
    const observed = new Observed();
    const begin = (kind: 'tool' | 'other', active = context.active()): Context => {
      const span = trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 });
      spanBegan(span, active, kind);
      return trace.setSpan(active, span);
    };
    await observed.run(() =>
      withExecution({ type: 'llm', name: 'outer' }, () => {
        context.with(begin('other'), () => hear());
        const tool = begin('tool');
        context.with(tool, () => hear());
        context.with(begin('other', tool), () => hear());
        // In an execution in there, below a span that nobody told of: a sampler may drop it.
        return withExecution({ type: 'lambda', name: 'inner' }, () => {
          spanBegan(trace.getActiveSpan() ?? trace.wrapSpanContext(INVALID_SPAN_CONTEXT), tool, 'other');
          context.with(trace.deleteSpan(context.active()), () => hear());
        });
      }),
    );
    const usd = await observed.points('llm.cost.usd');
    expect(Object.values(usd)).toEqual([2, 1]);
  });
});
