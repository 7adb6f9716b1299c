import { getEventListeners } from 'node:events';
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type ContextInit, WorkflowContext } from '@tta/obs-context';
import { seededRandom } from '@tta/obs-context/manual';
import { custom, outer } from '../test/custom.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import { withInstrumentation } from './current-instrumentation.ts';
import { Instrumentation } from './instrumentation.ts';

beforeAll(enableContexts);

const broken = (): never => {
  throw new Error('broken');
};
const under = <T>(instrumentation: Instrumentation, fn: () => T): T =>
  context.with(withInstrumentation(ROOT_CONTEXT, instrumentation), fn);

describe('a run inside a run', () => {
  const init = { tags: { team: 'blue' } };
  const value = custom('inner', (_: number, scope) => scope.context.tags['team']);
  const both = custom('root', async (n: number) => [
    await value.execute(n, init),
    await value.tryExecute(n, init),
  ]);

  it.each([
    ['the clock throws', { clock: { now: broken, monotonic: broken, timer: broken } }],
    ['random throws', { random: { next: broken, uuid: broken } }],
  ])('is executed where %s', async (_, options) => {
    for (const instrumentation of [new Observed(options).instrumentation, new Instrumentation(options)]) {
      expect(await under(instrumentation, () => both.execute(0))).toMatchObject([
        'blue',
        { ok: true, value: 'blue' },
      ]);
    }
  });

  it('has the very signal of the run around it where it is told no other', async () => {
    const { signal } = new AbortController();
    const signals: AbortSignal[] = [];
    const keep = custom('keep', (_: number, scope) => void signals.push(scope.signal));
    const root = custom('root', async (n: number, scope) => {
      await keep.execute(n, { signal });
      await keep.execute(n, { agentType: 'critic' });
      await keep.execute(n, scope.context.child());
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    });
    await new Observed().run(() => root.execute(0, { signal }));
    expect(signals.map((one) => one === signal)).toEqual([true, true, true]);
  });

  it('has no correlation id on its spans that nobody can know', async () => {
    const observed = new Observed();
    const root = custom('root', (n: number) => value.execute(n, init));
    await observed.run(() => root.execute(0, { workflowName: 'review' }));
    for (const { attributes } of observed.spans) {
      expect(Object.keys(attributes)).not.toContain('correlation.id');
      expect(attributes['workflow.name']).toBe('review');
    }
  });

  it.each([
    ['says', { correlationId: 'c-1' }],
    ['brings a context with', new WorkflowContext({ correlationId: 'c-1' })],
    [
      'brings a context that makes',
      new WorkflowContext({}, { random: { ...seededRandom(1), uuid: () => 'c-1' } }),
    ],
  ])('has the correlation id on its spans that the caller of the outer one %s', async (_, said) => {
    const observed = new Observed();
    const root = custom('root', (n: number) => outer(value).execute(n, init));
    await observed.run(() => root.execute(0, said));
    const ids = observed.spans.map(({ attributes }) => attributes['correlation.id']);
    expect(ids).toEqual(['c-1', 'c-1', 'c-1', 'c-1']);
  });
});

describe('a run of which a part is executed under another instrumentation', () => {
  it('is told of whole by its own, begin and end alike', async () => {
    const [own, other] = [new Observed(), new Observed()];
    const heard: string[] = [];
    const listen = (whose: string) => ({
      onStart: ({ name }: { readonly name: string }) => heard.push(`${whose}: ${name} begins`),
      onEnd: ({ name }: { readonly name: string }) => heard.push(`${whose}: ${name} ends`),
    });
    own.instrumentation.onExecution(listen('own'));
    other.instrumentation.onExecution(listen('other'));
    const inner = custom('inner', () => 1);
    const root = custom('root', (n: number) =>
      context.with(withInstrumentation(context.active(), other.instrumentation), () => inner.execute(n)),
    );
    await own.run(() => root.execute(0));
    expect(heard).toEqual(['own: root begins', 'own: inner begins', 'own: inner ends', 'own: root ends']);
    expect([own.spans.length, other.spans.length]).toEqual([2, 0]);
  });
});

describe('a run whose caller hands in what cannot be read', () => {
  const init = (error: unknown): ContextInit => ({
    get tags(): Record<string, string> {
      throw error;
    },
  });
  const one = custom('one', () => 1);

  it.each([
    ['as the first', (run: () => unknown) => run()],
    ['inside another', (run: () => unknown) => custom('root', () => run()).execute(0)],
  ])('rejects %s, and never throws at once', async (_, within) => {
    const error = new Error('no tags');
    const observed = new Observed();
    let isSynchronous = false;
    const running = observed.run(() =>
      within(() => {
        try {
          return one.execute(0, init(error));
        } catch (thrown) {
          isSynchronous = true;
          return Promise.reject(thrown);
        }
      }),
    );
    await expect(running).rejects.toBe(error);
    expect(isSynchronous).toBe(false);
  });

  it('fails with it, for tryExecute', async () => {
    const error = new TypeError('no tags');
    const outcome = await new Observed().run(() => one.tryExecute(0, init(error)));
    expect(outcome).toMatchObject({
      ok: false,
      traceId: undefined,
      info: { path: ['one'], type: 'TypeError' },
    });
    expect(outcome.ok === false && outcome.error).toBe(error);
  });

  it('leaves nothing in flight', async () => {
    const observed = new Observed();
    await observed.run(() => one.tryExecute(0, init(new Error('no tags'))));
    expect(await observed.points('agent.workflows.active')).toEqual({ '': 0 });
    expect(observed.spans).toEqual([]);
  });
});

describe('a run whose context outlived its own', () => {
  it('begins anew, in the same trace', async () => {
    const observed = new Observed();
    let kept: WorkflowContext | undefined;
    await observed.run(() =>
      custom('first', (_: number, scope) => void (kept = scope.context)).execute(0, { workflowName: 'w' }),
    );
    const second = custom('second', async () => {
      throw new Error(JSON.stringify(await observed.points('agent.workflows.active')));
    });
    const outcome = await observed.run(() => second.tryExecute(0, kept));
    expect(outcome.ok === false && outcome.info).toMatchObject({
      path: ['second'],
      message: '{"":0,"workflow.name=w":1}',
    });
    expect(new Set(observed.spans.map((span) => span.spanContext().traceId)).size).toBe(1);
  });
});

describe('a clock that says what is no time', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])('writes no %p on a span', async (reading) => {
    const observed = new Observed({
      clock: { now: () => reading, monotonic: () => reading, timer: () => () => undefined },
    });
    await observed.run(() => custom('p', (_: number, scope) => scope.event('e')).execute(0));
    const [span] = observed.spans;
    const times = [span?.startTime, span?.endTime, span?.events[0]?.time, span?.duration].flat();
    expect(times.every(Number.isFinite)).toBe(true);
    expect(span?.attributes['execution.duration_ms']).toBe(0);
    expect(observed.instrumentation.faults).toBeGreaterThan(0);
  });
});

describe('a tracer that records nothing', () => {
  it('gives no ids, and links to no step', async () => {
    const instrumentation = new Instrumentation({ tracer: trace.getTracer('none') });
    const heard: unknown[] = [];
    instrumentation.onExecution({ onEnd: ({ traceId, spanId }) => heard.push(traceId, spanId) });
    const look = custom('look', (_: number, scope) => {
      const { traceId, spanId, causationId, traceFlags } = scope.context;
      return [traceId, spanId, causationId, traceFlags];
    });
    const nowhere = [undefined, undefined, undefined, 0];
    const outcome = await under(instrumentation, () => outer(look).tryExecute(0));
    expect(outcome).toEqual({ ok: true, value: nowhere, traceId: undefined });
    expect(heard).toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe('the link to the step before', () => {
  it('is on the span of the step, and on no span below', async () => {
    const observed = new Observed();
    const one = custom('one', () => 1);
    const chain = custom('chain', async (n: number, scope) => {
      await scope.step('step_0', one, n, { follows: true });
      await scope.step('step_1', one, n, { follows: true });
    });
    await observed.run(() => chain.execute(0));
    expect(observed.spans.map(({ name, links }) => [name, links.length])).toEqual([
      ['primitive.custom.process', 0],
      ['primitive.custom.step_0', 0],
      ['primitive.custom.process', 0],
      ['primitive.custom.step_1', 1],
      ['primitive.custom.process', 0],
    ]);
  });
});

describe('a run of which only metrics are recorded', () => {
  it('makes neither attributes for spans nor their times', async () => {
    let made = 0;
    const random = { next: () => 0, uuid: () => `${made++}` };
    const clock = { now: () => made++, monotonic: () => 0, timer: () => () => undefined };
    const instrumentation = new Instrumentation({ meter: new Observed().meter, random, clock });
    const mine = new WorkflowContext({}, { random });
    await under(instrumentation, () => custom('p', () => 1).execute(0, mine));
    expect(made).toBe(0);
  });
});
