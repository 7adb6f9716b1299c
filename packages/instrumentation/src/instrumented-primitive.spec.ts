import { getEventListeners } from 'node:events';
import { context, type Meter, trace, type Tracer } from '@opentelemetry/api';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ObsError, stateKey, WorkflowContext } from '@tta/obs-context';
import { custom, outer } from '../test/custom.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import { setDefaultInstrumentation } from './current-instrumentation.ts';
import { describeError } from './error-info.ts';
import { Instrumentation } from './instrumentation.ts';
import type { InstrumentedPrimitive } from './instrumented-primitive.ts';
import { named } from './named.ts';
import { onExecution } from './on-execution.ts';
import type { RunScope } from './run-scope.ts';

beforeAll(enableContexts);
afterEach(() => setDefaultInstrumentation(undefined));

const noDebug = (level: string): boolean => level !== 'debug';
const failing = (error: unknown) =>
  custom('failing', () => {
    throw error;
  });

/** Has the stack written down now: it is made on first use, from the message. */
function withStack(error: Error): Error {
  return error.stack === undefined ? new Error('no stack') : error;
}

describe('InstrumentedPrimitive', () => {
  it('returns what run returns, a promise of it or a thenable', async () => {
    expect(await custom('sync', (n: number) => n + 1).execute(1)).toBe(2);
    expect(await custom('async', async (n: number) => n + 1).execute(1)).toBe(2);
    const thenable: PromiseLike<number> = { then: (resolve) => Promise.resolve(2).then(resolve) };
    expect(await custom('thenable', () => thenable).execute(1)).toBe(2);
  });

  it('emits one span named after type and action, with its names and how it ended', async () => {
    const observed = new Observed();
    const primitive = custom('shout', async (text: string, scope) => {
      observed.clock.spend(12.5);
      scope.attr('letters', text.length);
      scope.event('shouted', { loud: true });
      return text.toUpperCase();
    });
    await observed.run(() => primitive.execute('hi'));
    const span = observed.span('primitive.custom.process');
    expect(span.attributes).toEqual({
      'primitive.name': 'shout',
      'primitive.type': 'custom',
      'primitive.action': 'process',
      'input.size_bytes': 2,
      'output.size_bytes': 2,
      'execution.status': 'success',
      'execution.duration_ms': 12.5,
      letters: 2,
    });
    expect(span.duration).toEqual([0, 12_500_000]);
    expect(span.events.map(({ name, attributes }) => [name, attributes])).toEqual([
      ['shouted', { loud: true }],
    ]);
    expect(span.status.code).toBe(0);
  });

  it('puts what the caller said about the run on every span, and invents nothing', async () => {
    const observed = new Observed();
    await observed.run(() =>
      outer(custom('inner', () => 1)).execute(0, {
        workflowName: 'review',
        workflowId: 'w1',
        agentType: 'critic',
        sessionId: 's1',
        userId: 'u1',
        requestId: 'r1',
        correlationId: 'c1',
        tags: { team: 'a' },
      }),
    );
    for (const span of observed.spans.filter(({ name }) => name === 'primitive.custom.process')) {
      expect(span.attributes).toMatchObject({
        'workflow.name': 'review',
        'workflow.id': 'w1',
        'agent.type': 'critic',
        'session.id': 's1',
        'user.id': 'u1',
        'request.id': 'r1',
        'correlation.id': 'c1',
        'tag.team': 'a',
      });
    }
    await observed.run(() => custom('bare', () => 1).execute(0));
    expect(
      Object.keys(observed.span('primitive.custom.process', { 'primitive.name': 'bare' }).attributes),
    ).not.toContain('correlation.id');
  });

  it('begins no step once its signal has aborted: there is no span, and its body does not run', async () => {
    const observed = new Observed();
    const caller = new AbortController();
    const reason = new Error('stop');
    const seen: unknown[] = [];
    const step = custom('step', () => void seen.push('begun'));
    const parent = custom('parent', async (input: number, scope) => {
      caller.abort(reason);
      await scope.step('step_0', step, input).catch((error: unknown) => seen.push(error));
      const own = new AbortController();
      own.abort('its own');
      await scope
        .step('step_1', step, input, { signal: own.signal })
        .catch((error: unknown) => seen.push(error));
    });
    await observed.run(() => parent.tryExecute(1, { signal: caller.signal }));
    expect(seen).toEqual([reason, 'its own']);
    expect(observed.spans).toHaveLength(1);
    expect(await observed.points('primitive.connection.count')).toEqual({});
  });

  it('begins nothing in code that was left behind and aborted, also not by itself', async () => {
    const observed = new Observed();
    const caller = new AbortController();
    const reason = new Error('stop');
    const seen: unknown[] = [];
    const inner = custom('inner', () => void seen.push('begun'));
    let goOn = (): void => undefined;
    let late: Promise<unknown> | undefined;
    const deaf = custom('deaf', async (input: number) => {
      await new Promise<void>((resolve) => (goOn = resolve));
      return (late = inner.tryExecute(input));
    });
    const leaving = custom('leaving', async (input: number, scope) => {
      void scope.step('step_0', deaf, input).catch(() => undefined);
      caller.abort(reason);
      throw reason;
    });
    await observed.run(() => leaving.tryExecute(1, { signal: caller.signal }));
    goOn();
    await Promise.resolve();
    expect(await late).toMatchObject({ ok: false, error: reason, info: { category: 'cancelled' } });
    expect(seen).toEqual([]);
    expect(observed.span('primitive.custom.process', { 'primitive.name': 'inner' }).attributes).toMatchObject(
      {
        'execution.status': 'cancelled',
      },
    );
  });

  it('knows of an error what its thrower knew, also when a step that was left behind throws it once more', async () => {
    const observed = new Observed();
    const own = new AbortController();
    const failure = Object.assign(new Error('no answer'), { code: 'ECONNRESET' });
    let goOn = (): void => undefined;
    let left: Promise<unknown> | undefined;
    const deaf = custom('deaf', async (_: number, { signal }) => {
      await new Promise<void>((resolve) => (goOn = resolve));
      signal.throwIfAborted();
    });
    const failing = custom('failing', (input: number, scope) => {
      left = scope.step('step_0', deaf, input, { signal: own.signal });
      own.abort(failure);
      throw failure;
    });
    await observed.run(() => failing.tryExecute(1));
    const known = describeError(failure);
    goOn();
    await expect(left).rejects.toBe(failure);
    expect(known).toMatchObject({ category: 'network', recoverable: true, path: ['failing'] });
    expect(describeError(failure)).toBe(known);
  });

  it('knows whether anything can cancel it, without making a signal', async () => {
    const seen: boolean[] = [];
    const asking = custom('asking', async (input: number, scope) => {
      seen.push(scope.isCancellable);
      if (input > 0) await scope.step('step_0', asking, input - 1);
    });
    await asking.execute(1);
    await asking.execute(1, { signal: new AbortController().signal });
    const own = new AbortController();
    await custom('giving', (input: number, scope) =>
      scope.step('step_0', asking, input, { signal: own.signal }),
    ).execute(0);
    expect(seen).toEqual([false, false, true, true, true]);
  });

  it('rethrows the very error and keeps what is known about it beside it', async () => {
    const observed = new Observed();
    const error = Object.freeze(Object.assign(new Error('no such page'), { status: 404 }));
    await expect(observed.run(() => outer(failing(error)).execute(0))).rejects.toBe(error);
    expect(describeError(error)).toEqual({
      category: 'permanent',
      severity: 'high',
      recoverable: false,
      code: undefined,
      type: 'Error',
      message: 'no such page',
      causes: [],
      retryAfterMs: undefined,
      path: ['outer', 'step_0 failing'],
      traceId: observed.spans[0]?.spanContext().traceId,
      spanId: observed.span('primitive.custom.process', { 'primitive.name': 'failing' }).spanContext().spanId,
    });
  });

  it('records the exception where it arose, and status and error attributes on every span above', async () => {
    const observed = new Observed();
    await observed.run(() => outer(outer(failing(new TypeError('bug')))).tryExecute(0));
    expect(observed.spans).toHaveLength(5);
    for (const span of observed.spans) {
      const arose = span.attributes['primitive.name'] === 'failing';
      expect(span.events.filter(({ name }) => name === 'exception')).toHaveLength(arose ? 1 : 0);
      expect(span.status).toEqual({ code: 2, message: 'bug' });
      expect(span.attributes).toMatchObject({
        'execution.status': 'error',
        'error.type': 'TypeError',
        'error.message': 'bug',
        'error.category': 'permanent',
        'error.severity': 'high',
        'error.recoverable': false,
      });
    }
  });

  it('records a thrown string once, too', async () => {
    const observed = new Observed();
    await observed.run(() => outer(failing('text')).tryExecute(0));
    expect(observed.spans.map(({ events }) => events.length)).toEqual([1, 0, 0]);
  });

  it('counts a new error of a parent as its own', async () => {
    const observed = new Observed();
    const wrapping = custom('wrapping', async (_: number, scope) => {
      try {
        return await scope.step('step_0', failing(new Error('inner')), 0);
      } catch (cause) {
        throw new Error('outer', { cause });
      }
    });
    await observed.run(() => wrapping.tryExecute(0));
    const span = observed.span('primitive.custom.process', { 'primitive.name': 'wrapping' });
    expect(span.events).toHaveLength(1);
    expect(span.attributes['error.message']).toBe('outer');
  });

  it.each([
    ['a string', 'text', 'string', 'text'],
    ['null', null, 'null', 'null'],
    ['undefined', undefined, 'undefined', 'undefined'],
    [
      'an object without a prototype',
      Object.create(null) as object,
      'object',
      'an object that cannot be printed',
    ],
  ])('survives %s being thrown', async (_, thrown, type, message) => {
    const observed = new Observed();
    const outcome = await observed.run(() => failing(thrown).tryExecute(0));
    expect(outcome).toMatchObject({ ok: false, error: thrown, info: { type, message } });
    expect(observed.span('primitive.custom.process').status.code).toBe(2);
    expect(observed.instrumentation.faults).toBe(0);
  });

  it.each([
    [
      'a revoked proxy',
      () => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return proxy;
      },
    ],
    [
      'an error whose getters throw',
      () =>
        Object.defineProperties(withStack(new Error('x')), {
          message: {
            get: () => {
              throw new Error('message');
            },
          },
          code: {
            get: () => {
              throw new Error('code');
            },
          },
          stack: {
            get: () => {
              throw new Error('stack');
            },
          },
        }),
    ],
  ])('rethrows %s as it is and still ends its span', async (_, make) => {
    const observed = new Observed();
    const thrown: unknown = make();
    const outcome = await observed.run(() => failing(thrown).tryExecute(0));
    expect(outcome.ok === false && Object.is(outcome.error, thrown)).toBe(true);
    expect(observed.spans).toHaveLength(1);
    expect(await observed.points('primitive.in_flight')).toEqual({
      'primitive.name=failing primitive.type=custom': 0,
    });
  });

  it('marks a time limit as timeout and a cancellation as neither good nor bad', async () => {
    const observed = new Observed();
    await observed.run(() =>
      failing(Object.assign(new Error('late'), { name: 'TimeoutError' })).tryExecute(0),
    );
    const controller = new AbortController();
    const stopping = custom('stopping', () => {
      controller.abort(new Error('stop'));
      throw new Error('connection closed');
    });
    const outcome = await observed.run(() => stopping.tryExecute(0, { signal: controller.signal }));
    expect(outcome).toMatchObject({ ok: false, info: { category: 'cancelled', recoverable: false } });
    const [late, stopped] = observed.spans;
    expect(late?.attributes['execution.status']).toBe('timeout');
    expect(late?.status.code).toBe(2);
    expect(stopped?.attributes['execution.status']).toBe('cancelled');
    expect(stopped?.status.code).toBe(0);
    expect(stopped?.events).toHaveLength(0);
  });

  it('does not begin a run that is cancelled already', async () => {
    const observed = new Observed();
    const controller = new AbortController();
    const reason = new Error('changed my mind');
    controller.abort(reason);
    let ran = false;
    const primitive = custom('idle', () => (ran = true));
    await expect(observed.run(() => primitive.execute(0, { signal: controller.signal }))).rejects.toBe(
      reason,
    );
    expect(ran).toBe(false);
    expect(observed.span('primitive.custom.process').attributes['execution.status']).toBe('cancelled');
  });
});

describe('the duration of a step', () => {
  it('that returns at once leaves out what its siblings do next', async () => {
    const observed = new Observed();
    const busy = custom('busy', (ms: number) => observed.clock.spend(ms));
    const both = custom('both', (_: number, scope) =>
      Promise.all([scope.step('step_0', busy, 5), scope.step('step_1', busy, 100)]),
    );
    await observed.run(() => both.execute(0));
    const durations = ['step_0', 'step_1'].map(
      (edge) =>
        observed.spans.find(({ name }) => name === `primitive.custom.${edge}`)?.attributes[
          'execution.duration_ms'
        ],
    );
    expect(durations).toEqual([5, 100]);
  });
});

describe('tryExecute', () => {
  it('gives the value and the trace id', async () => {
    const observed = new Observed();
    const outcome = await observed.run(() => custom('one', () => 1).tryExecute(0));
    expect(outcome).toEqual({ ok: true, value: 1, traceId: observed.spans[0]?.spanContext().traceId });
  });

  it('tells two runs apart that throw the same error object', async () => {
    const observed = new Observed();
    const shared = new ObsError('shared', { code: 'OBS_ERR_SHARED', category: 'transient' });
    const first = await observed.run(() => failing(shared).tryExecute(0));
    const second = await observed.run(() => outer(failing(shared)).tryExecute(0));
    expect(first.ok === false && first.info.path).toEqual(['failing']);
    expect(second.ok === false && second.info.path).toEqual(['outer', 'step_0 failing']);
    expect(describeError(shared)?.traceId).toBe(second.traceId);
  });
});

describe('steps', () => {
  it('have a span of their own between parent and child, which is current while the child runs', async () => {
    const observed = new Observed();
    let current: string | undefined;
    const inner = custom('inner', () => (current = trace.getActiveSpan()?.spanContext().spanId));
    await observed.run(() => outer(inner).execute(0));
    expect(observed.tree()).toBe(
      [
        'primitive.custom.process "outer" success',
        '  primitive.custom.step_0 "inner" success',
        '    primitive.custom.process "inner" success',
      ].join('\n'),
    );
    expect(current).toBe(
      observed.span('primitive.custom.process', { 'primitive.name': 'inner' }).spanContext().spanId,
    );
  });

  it('put their attributes on the child where steps have no spans', async () => {
    const observed = new Observed({ stepSpans: false });
    const chain = custom('chain', async (_: number, scope) => {
      await scope.step(
        'step_0',
        custom('a', () => 1),
        0,
        { index: 0, total: 2, follows: true },
      );
      await scope.step(
        'step_1',
        custom('b', () => 2),
        0,
        { index: 1, total: 2, follows: true },
      );
    });
    await observed.run(() => chain.execute(0));
    expect(observed.spans).toHaveLength(3);
    const b = observed.span('primitive.custom.process', { 'primitive.name': 'b' });
    expect(b.attributes).toMatchObject({ 'step.edge': 'step_1', 'step.index': 1, 'step.total_steps': 2 });
    expect(b.links[0]?.attributes).toEqual({ 'link.type': 'previous_step' });
  });

  it('name a function after itself, or after its place', async () => {
    const observed = new Observed();
    function visible(): number {
      return 1;
    }
    await observed.run(() => outer(visible).execute(0));
    await observed.run(() =>
      outer(
        (
          () => () =>
            1
        )(),
      ).execute(0),
    );
    const names = observed.spans
      .filter(({ name }) => name === 'primitive.lambda.execute')
      .map(({ attributes }) => attributes['primitive.name']);
    expect(names).toEqual(['visible', 'step_0']);
  });

  it('that still run when the root has ended are closed as cancelled, and marked', async () => {
    const observed = new Observed();
    let finish: (value: number) => void = () => undefined;
    const slow = custom('slow', () => new Promise<number>((resolve) => (finish = resolve)));
    const hasty = custom('hasty', (_: number, scope) => {
      void scope.step('step_0', slow, 0);
      return 'done';
    });
    expect(await observed.run(() => hasty.execute(0))).toBe('done');
    expect(observed.tree()).toBe(
      [
        'primitive.custom.process "hasty" success',
        '  primitive.custom.step_0 "slow" cancelled',
        '    primitive.custom.process "slow" cancelled',
      ].join('\n'),
    );
    expect(observed.span('primitive.custom.step_0').attributes['execution.abandoned']).toBe(true);
    finish(1);
    await observed.clock.advance(0);
    expect(observed.spans).toHaveLength(3);
  });
});

describe('a run', () => {
  it('is continued by execute inside a step, with and without the context at hand', async () => {
    const observed = new Observed();
    const nested = custom('nested', () => 1);
    const calling = custom('calling', async (_: number, scope) => {
      await nested.execute(0);
      await nested.execute(0, scope.context);
      await nested.execute(0, { agentType: 'critic' });
    });
    await observed.run(() => calling.execute(0, { sessionId: 's1' }));
    expect(observed.tree()).toBe(
      [
        'primitive.custom.process "calling" success',
        '  primitive.custom.process "nested" success',
        '  primitive.custom.process "nested" success',
        '  primitive.custom.process "nested" success',
      ].join('\n'),
    );
    const critic = observed.span('primitive.custom.process', { 'agent.type': 'critic' });
    expect(critic.attributes['session.id']).toBe('s1');
  });

  it.each(['init', 'context'] as const)(
    'inside another is cancelled with it, also with an %s of its own',
    async (kind) => {
      const observed = new Observed();
      const controller = new AbortController();
      const reason = new Error('stop');
      const own = new AbortController();
      const inner = custom(
        'inner',
        (_: number, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
          }),
      );
      const calling = custom('calling', (n: number, scope) =>
        inner.execute(
          n,
          kind === 'init' ? { signal: own.signal } : scope.context.child({ tags: { a: 'b' } }),
        ),
      );
      const running = observed.run(() => calling.execute(0, { signal: controller.signal }));
      controller.abort(reason);
      await expect(running).rejects.toBe(reason);
      expect(observed.tree()).toBe(
        ['primitive.custom.process "calling" cancelled', '  primitive.custom.process "inner" cancelled'].join(
          '\n',
        ),
      );
      expect(getEventListeners(own.signal, 'abort')).toHaveLength(0);
    },
  );

  it('inside another is cancelled by its own signal as well', async () => {
    const own = new AbortController();
    const inner = custom('inner', (_: number, { signal }) => {
      own.abort(new Error('mine'));
      return signal.aborted;
    });
    const observed = new Observed();
    const calling = custom('calling', (n: number) => inner.execute(n, { signal: own.signal }));
    expect(await observed.run(() => calling.execute(0))).toBe(true);
  });

  it('inside another knows its cause, and its failure is logged once', async () => {
    const observed = new Observed();
    const seen: (string | undefined)[] = [];
    const inner = custom('inner', (_: number, scope) => {
      seen.push(scope.context.causationId, scope.context.parentSpanId);
      throw new Error('boom');
    });
    const calling = custom('calling', (n: number) => inner.execute(n, { agentType: 'critic' }));
    await observed.run(() => calling.tryExecute(0));
    const { spanId } = observed
      .span('primitive.custom.process', { 'primitive.name': 'calling' })
      .spanContext();
    expect(seen[0]).toBe(spanId);
    expect(observed.lines.map(({ message }) => message)).toEqual(['calling failed: boom']);
  });

  it('that hangs inside an aborted step is closed with the root', async () => {
    const observed = new Observed();
    const controller = new AbortController();
    const hanging = custom('hanging', () => new Promise<never>(() => undefined));
    const root = custom('root', async (_: number, scope) => {
      const step = (n: number): Promise<never> => hanging.execute(n);
      void scope.step('step_0', step, 0, { signal: controller.signal });
      controller.abort(new Error('too late'));
      return 'done';
    });
    await observed.run(() => root.execute(0));
    expect(
      observed.span('primitive.custom.process', { 'primitive.name': 'hanging' }).attributes,
    ).toMatchObject({
      'execution.status': 'cancelled',
      'execution.abandoned': true,
    });
  });

  it('goes on in the trace of its context when the owner of that has ended', async () => {
    const observed = new Observed();
    let kept: WorkflowContext | undefined;
    const first = custom('first', (_: number, scope) => void (kept = scope.context));
    await observed.run(() => first.execute(0));
    await observed.run(() => custom('second', () => 1).execute(0, kept));
    expect(observed.tree()).toBe(
      ['primitive.custom.process "first" success', '  primitive.custom.process "second" success'].join('\n'),
    );
  });

  it('whose step aborts itself has failed: nobody cancelled it', async () => {
    const observed = new Observed();
    await observed.run(() => failing(new DOMException('too slow', 'AbortError')).tryExecute(0));
    expect(observed.span('primitive.custom.process').attributes['execution.status']).toBe('error');
    expect(observed.lines).toHaveLength(1);
  });

  it('that goes on after the step which began it keeps its own steps', async () => {
    const observed = new Observed();
    let finish: (value: string) => void = () => undefined;
    const slow = custom('slow', () => new Promise<string>((resolve) => (finish = resolve)));
    let background: Promise<unknown> | undefined;
    const hasty = custom('hasty', (n: number) => {
      background = outer(slow).execute(n);
      return 'done';
    });
    await observed.run(() => hasty.execute(0));
    finish('later');
    expect(await background).toBe('later');
    expect(observed.tree()).toBe(
      [
        'primitive.custom.process "hasty" success',
        '  primitive.custom.process "outer" success',
        '    primitive.custom.step_0 "slow" success',
        '      primitive.custom.process "slow" success',
      ].join('\n'),
    );
  });

  it('records each of many failures once', async () => {
    const observed = new Observed();
    const errors = Array.from({ length: 100 }, (_, n) => new Error(`${n}`));
    const all = custom('all', (_: number, scope) =>
      Promise.all(errors.map((error, n) => scope.step(`branch_${n}`, failing(error), 0))),
    );
    await observed.run(() => all.tryExecute(0));
    await observed.clock.advance(0);
    expect(observed.span('primitive.custom.process', { 'primitive.name': 'all' }).events).toHaveLength(0);
  });

  it('has the spans of the user between a step and its parent in their place', async () => {
    const observed = new Observed();
    const provider = new NodeTracerProvider();
    let own: string | undefined;
    const root = custom('root', (n: number, scope) =>
      provider.getTracer('user').startActiveSpan('mine', (span) => {
        own = span.spanContext().spanId;
        return scope.step('step_0', () => 1, n);
      }),
    );
    await observed.run(() => root.execute(0));
    expect(observed.span('primitive.custom.step_0').parentSpanContext?.spanId).toBe(own);
  });

  it('shares correlation id and state with all its steps', async () => {
    const observed = new Observed();
    const total = stateKey<number>('total');
    const adding = custom('adding', (n: number, scope) => {
      scope.context.set(total, (scope.context.get(total) ?? 0) + n);
      return scope.context.correlationId;
    });
    const ids = await observed.run(() =>
      custom('twice', async (n: number, scope) => {
        const first = await scope.step('step_0', adding, n);
        const second = await scope.step('step_1', adding, n);
        return [first, second, scope.context.correlationId, scope.context.get(total)];
      }).execute(21),
    );
    expect(new Set(ids.slice(0, 3)).size).toBe(1);
    expect(ids[3]).toBe(42);
  });

  it('gives each step the ids of its own span and its cause', async () => {
    const observed = new Observed();
    const seen: (string | undefined)[] = [];
    const inner = custom('inner', (_: number, scope) => {
      seen.push(scope.context.spanId, scope.context.causationId, scope.context.traceId);
    });
    await observed.run(() => outer(inner).execute(0));
    const root = observed.span('primitive.custom.process', { 'primitive.name': 'outer' }).spanContext();
    const own = observed.span('primitive.custom.process', { 'primitive.name': 'inner' }).spanContext();
    expect(seen).toEqual([own.spanId, root.spanId, root.traceId]);
  });

  it('takes a context that the caller made', async () => {
    const observed = new Observed();
    const mine = new WorkflowContext({ workflowName: 'mine' });
    const key = stateKey<string>('answer');
    await observed.run(() =>
      custom('set', (_: number, scope) => scope.context.set(key, 'yes')).execute(0, mine),
    );
    expect(mine.get(key)).toBe('yes');
    expect(observed.span('primitive.custom.process').attributes['workflow.name']).toBe('mine');
  });

  it('hands every step one signal that aborts with the caller', async () => {
    const controller = new AbortController();
    const signals: AbortSignal[] = [];
    const keep = (_: number, scope: RunScope): void => void signals.push(scope.signal);
    await custom('outer', async (n: number, scope) => {
      keep(n, scope);
      await scope.step('step_0', keep, n);
    }).execute(0, { signal: controller.signal });
    expect(signals).toEqual([controller.signal, controller.signal]);
  });

  it('makes a signal of its own where nothing can cancel it', async () => {
    const signals: AbortSignal[] = [];
    const primitive = custom('keep', (_: number, scope) => void signals.push(scope.signal));
    await primitive.execute(0);
    await primitive.execute(0);
    expect(signals[0]).not.toBe(signals[1]);
    expect(signals[0]?.aborted).toBe(false);
  });

  it('keeps 10,000 of its kind apart that run at once', async () => {
    const observed = new Observed();
    const key = stateKey<number>('n');
    const inner = custom('inner', async (n: number, scope) => {
      await Promise.resolve();
      return [scope.context.get(key), scope.context.requestId, n];
    });
    const root = custom('root', async (n: number, scope) => {
      scope.context.set(key, n);
      await Promise.resolve();
      return scope.step('step_0', inner, n);
    });
    const runs = 10_000;
    const results = await observed.run(() =>
      Promise.all(Array.from({ length: runs }, (_, n) => root.execute(n, { requestId: String(n) }))),
    );
    expect(
      results.every(([state, id, n], index) => state === index && id === String(index) && n === index),
    ).toBe(true);
    const byTrace = new Map<string, number>();
    for (const span of observed.spans) {
      const { traceId } = span.spanContext();
      byTrace.set(traceId, (byTrace.get(traceId) ?? 0) + 1);
    }
    expect(byTrace.size).toBe(runs);
    expect([...byTrace.values()].every((count) => count === 3)).toBe(true);
  });
});

describe('metrics', () => {
  it('count executions with their bounded labels and measure their duration', async () => {
    const observed = new Observed();
    const init = { workflowName: 'review', agentType: 'critic' };
    await observed.run(() => custom('ok', () => 1).execute(0, init));
    await observed.run(() => failing(Object.assign(new Error('x'), { status: 503 })).tryExecute(0));
    const points = {
      'agent.type=critic execution.status=success primitive.name=ok primitive.type=custom workflow.name=review': 1,
      'error.category=transient error.type=Error execution.status=error primitive.name=failing primitive.type=custom': 1,
    };
    expect(await observed.points('primitive.execution.count')).toEqual(points);
    expect(await observed.points('primitive.execution.duration')).toEqual(points);
  });

  it('let 32 kinds of error through and count the rest as _OTHER', async () => {
    const observed = new Observed();
    for (let kind = 0; kind < 40; kind++) {
      await observed.run(() => failing(Object.assign(new Error('x'), { code: `E_${kind}` })).tryExecute(0));
    }
    const points = await observed.points('primitive.execution.count');
    const other = Object.entries(points).find(([labels]) => labels.includes('error.type=_OTHER'));
    expect(Object.keys(points)).toHaveLength(33);
    expect(other?.[1]).toBe(8);
  });

  it('count connections from parent to child, and from step to step where one follows the other', async () => {
    const observed = new Observed();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => custom(name, () => 1));
    const following = custom('following', async (_: number, scope) => {
      for (const [index, step] of [a, b, c].entries()) {
        await scope.step(`step_${index}`, step as InstrumentedPrimitive<number, number>, 0, {
          follows: true,
        });
      }
    });
    await observed.run(() => following.execute(0));
    await observed.run(() => outer(custom('child', () => 1)).execute(0));
    expect(await observed.points('primitive.connection.count')).toEqual({
      'connection.type=custom source.primitive=a target.primitive=b': 1,
      'connection.type=custom source.primitive=b target.primitive=c': 1,
      'connection.type=custom source.primitive=outer target.primitive=child': 1,
    });
  });

  it('tell what runs at the moment', async () => {
    const observed = new Observed();
    let during: unknown;
    const primitive = custom('looking', async () => {
      during = [
        await observed.points('primitive.in_flight'),
        await observed.points('agent.workflows.active'),
      ];
    });
    await observed.run(() => primitive.execute(0, { workflowName: 'w' }));
    expect(during).toEqual([
      { 'primitive.name=looking primitive.type=custom': 1 },
      { '': 0, 'workflow.name=w': 1 },
    ]);
    expect(await observed.points('primitive.in_flight')).toEqual({
      'primitive.name=looking primitive.type=custom': 0,
    });
    expect(await observed.points('agent.workflows.active')).toEqual({ '': 0, 'workflow.name=w': 0 });
  });

  it('sum tokens and cost, reported first and estimated else', async () => {
    const observed = new Observed({ pricing: { estimateUsd: ({ inputTokens = 0 }) => inputTokens / 1000 } });
    const asking = custom('ask', (reported: number | undefined, scope) => {
      scope.usage({
        provider: 'openai',
        model: 'm',
        inputTokens: 500,
        outputTokens: 20,
        cachedInputTokens: 5,
        ...(reported === undefined ? {} : { costUsd: reported }),
      });
      scope.cost(1);
      scope.cost(0.25, 'saved');
    });
    await observed.run(() => asking.execute(2));
    await observed.run(() => asking.execute(undefined));
    const model = 'llm.model_name=m llm.provider=openai primitive.name=ask';
    expect(await observed.points('llm.cost.usd')).toEqual({ [model]: 2.5, 'primitive.name=ask': 2 });
    expect(await observed.points('cost.savings.usd')).toEqual({ 'primitive.name=ask': 0.5 });
    expect(await observed.points('llm.tokens.total')).toEqual({
      'llm.model_name=m llm.provider=openai llm.token_type=prompt primitive.name=ask': 1000,
      'llm.model_name=m llm.provider=openai llm.token_type=completion primitive.name=ask': 40,
    });
    expect(observed.spans[0]?.attributes).toMatchObject({
      'llm.provider': 'openai',
      'gen_ai.usage.input_tokens': 500,
      'gen_ai.usage.output_tokens': 20,
      'gen_ai.usage.cache_read.input_tokens': 5,
      'cost.usd': 3,
      'cost.saved_usd': 0.25,
    });
  });
});

describe('usage', () => {
  it('of several model calls in one execution is summed on its span, and cost with it', async () => {
    const observed = new Observed();
    const asking = custom('ask', (_: number, scope) => {
      const call = { provider: 'openai', model: 'm', inputTokens: 500, outputTokens: 20, costUsd: 0.5 };
      scope.usage(call);
      scope.usage({ ...call, outputTokens: 5, cachedInputTokens: 400 });
      scope.cost(1, 'saved');
      scope.cost(2, 'saved');
    });
    await observed.run(() => asking.execute(0));
    expect(observed.spans[0]?.attributes).toMatchObject({
      'gen_ai.usage.input_tokens': 1000,
      'gen_ai.usage.output_tokens': 25,
      'gen_ai.usage.cache_read.input_tokens': 400,
      'cost.usd': 1,
      'cost.saved_usd': 3,
    });
  });

  it('may be taken apart like every argument', async () => {
    const observed = new Observed();
    const ask = custom('ask', async (n: number, { attr, event, usage, cost, record, step }) => {
      attr('model', 'x');
      event('asked');
      usage({ provider: 'openai', model: 'm', inputTokens: 7 });
      cost(2, 'saved');
      record({ type: 'recovery', kind: 'retry' });
      return step('step_0', (m: number) => m + 1, n);
    });
    expect(await observed.run(() => ask.execute(1))).toBe(2);
    const { attributes, events } = observed.span('primitive.custom.process');
    expect(attributes).toMatchObject({ model: 'x', 'gen_ai.usage.input_tokens': 7, 'cost.saved_usd': 2 });
    expect(events.map(({ name }) => name)).toEqual(['asked', 'recovery.retry']);
  });

  it('leaves out what no call told', async () => {
    const observed = new Observed();
    await observed.run(() =>
      custom('ask', (_: number, scope) => scope.usage({ provider: 'openai', model: 'm' })).execute(0),
    );
    const told = Object.keys(observed.spans[0]?.attributes ?? {});
    expect(told).toContain('gen_ai.response.model');
    expect(told.filter((key) => /usage|cost/.test(key))).toEqual([]);
    expect(await observed.points('llm.tokens.total')).toEqual({});
  });
});

describe('log lines', () => {
  it('say once, at the root, that a run failed', async () => {
    const observed = new Observed();
    await observed.run(() => outer(failing(new Error('boom'))).tryExecute(0));
    expect(observed.lines.map(({ level, message }) => [level, message])).toEqual([
      ['error', 'outer failed: boom'],
    ]);
  });

  it('say so also where nothing else records', async () => {
    const lines: string[] = [];
    const write = (message: string): void => void lines.push(message);
    const logger = { debug: write, info: write, warn: write, error: write, isEnabled: noDebug };
    setDefaultInstrumentation(new Instrumentation({ logger }));
    await failing(new Error('boom')).tryExecute(0);
    expect(lines).toEqual(['failing failed: boom']);
  });

  it('say what was recovered, with its facts', async () => {
    const observed = new Observed();
    const recovering = custom('recovering', (_: number, scope) => {
      scope.record({ type: 'recovery', kind: 'retry', attributes: { 'retry.attempt': 1 } });
      scope.log.info('by hand');
    });
    await observed.run(() => recovering.execute(0));
    expect(observed.lines).toEqual([
      { level: 'warn', message: 'recovering: retry', fields: { 'retry.attempt': 1 } },
      { level: 'info', message: 'by hand', fields: undefined },
    ]);
    expect(observed.spans[0]?.events.map(({ name }) => name)).toEqual(['recovery.retry']);
    expect(await observed.points('recovery.events')).toEqual({
      'primitive.name=recovering recovery.kind=retry': 1,
    });
  });
});

describe('the instrumentation of a run', () => {
  it('is that of its context, so that tests run side by side', async () => {
    const [one, two] = [new Observed(), new Observed()];
    const primitive = custom('p', async () => Promise.resolve());
    await Promise.all([
      one.run(() => primitive.execute(0)),
      two.run(() => primitive.execute(0)),
      two.run(() => primitive.execute(0)),
    ]);
    expect([one.spans.length, two.spans.length]).toEqual([1, 2]);
  });

  it("is else the process's default", async () => {
    const observed = new Observed();
    setDefaultInstrumentation(observed.instrumentation);
    await custom('p', () => 1).execute(0);
    expect(observed.spans).toHaveLength(1);
  });

  it('is else what is registered with the OpenTelemetry API when the run begins', async () => {
    const primitive = custom('p', () => trace.getActiveSpan()?.isRecording());
    expect(await primitive.execute(0)).toBeUndefined();
    const provider = new NodeTracerProvider();
    trace.setGlobalTracerProvider(provider);
    try {
      expect(await primitive.execute(0)).toBe(true);
    } finally {
      trace.disable();
    }
    expect(await primitive.execute(0)).toBeUndefined();
  });

  it('tells listeners of each execution until they leave', async () => {
    const observed = new Observed();
    const heard: unknown[] = [];
    await observed.run(async () => {
      const leave = onExecution({
        onStart: ({ name, edge }) => heard.push(['start', name, edge]),
        onEnd: ({ name, status, error, errorCategory }) =>
          heard.push(['end', name, status, error, errorCategory]),
      });
      const error = new Error('x');
      await outer(failing(error)).tryExecute(0);
      leave();
      await custom('unheard', () => 1).execute(0);
      expect(heard).toEqual([
        ['start', 'outer', undefined],
        ['start', 'failing', 'step_0'],
        ['end', 'failing', 'error', error, 'unknown'],
        ['end', 'outer', 'error', error, 'unknown'],
      ]);
    });
  });

  it('tells listeners also where nothing else records', async () => {
    const statuses: string[] = [];
    const instrumentation = new Instrumentation();
    instrumentation.onExecution({
      onEnd: ({ status, durationMs }) => statuses.push(`${status} ${durationMs >= 0}`),
    });
    setDefaultInstrumentation(instrumentation);
    await custom('p', () => 1).execute(0);
    expect(statuses).toEqual(['success true']);
  });
});

describe('a fault in telemetry', () => {
  const broken = (): never => {
    throw new Error('telemetry is broken');
  };

  it('never reaches the run', async () => {
    const observed = new Observed();
    const instrumentation = new Instrumentation({
      tracer: { startSpan: broken, startActiveSpan: broken },
      clock: observed.clock,
    });
    setDefaultInstrumentation(instrumentation);
    const primitive = custom('p', (_: number, scope) => {
      scope.event('e');
      scope.record({ type: 'recovery', kind: 'retry' });
      scope.usage({ provider: 'p', model: 'm' });
      scope.cost(1);
      return 'value';
    });
    expect(await primitive.execute(0)).toBe('value');
    expect(instrumentation.faults).toBeGreaterThan(0);
  });

  it.each([
    ['a tracer', { tracer: { startSpan: broken, startActiveSpan: broken } }],
    ['a clock', { clock: { now: broken, monotonic: broken, timer: broken } }],
  ])('of %s leaves nothing in flight', async (_, options) => {
    const observed = new Observed(options);
    expect(await observed.run(() => outer(custom('p', () => 'value')).execute(0))).toBe('value');
    expect(await observed.points('primitive.in_flight')).toEqual({
      'primitive.name=outer primitive.type=custom': 0,
      'primitive.name=p primitive.type=custom': 0,
    });
    expect(await observed.points('agent.workflows.active')).toEqual({ '': 0 });
    expect(await observed.points('primitive.execution.count')).toMatchObject({
      'execution.status=success primitive.name=p primitive.type=custom': 1,
    });
    expect(observed.instrumentation.faults).toBeGreaterThan(0);
  });

  it('of a meter leaves the result alone, and the span whole', async () => {
    const meter = {
      createCounter: () => ({ add: broken }),
      createGauge: () => ({ record: broken }),
      createHistogram: () => ({ record: broken }),
      createObservableUpDownCounter: () => ({ addCallback: () => undefined }),
    };
    const observed = new Observed({ meter: meter as unknown as Meter });
    const asking = custom('ask', (_: number, scope) => {
      scope.usage({ provider: 'openai', model: 'm', inputTokens: 500 });
      scope.record({ type: 'recovery', kind: 'retry' });
      return 'value';
    });
    expect(await observed.run(() => outer(asking).execute(0))).toBe('value');
    expect(observed.spans.map(({ attributes }) => attributes['execution.status'])).toEqual(
      Array.from({ length: 3 }, () => 'success'),
    );
    // One connection, two ends, the tokens and the recovery.
    expect(observed.instrumentation.faults).toBe(5);
  });

  it('of a span leaves the result alone and ends what can be ended', async () => {
    const ended: string[] = [];
    const span = (name: string): unknown => ({
      setAttribute: broken,
      setAttributes: broken,
      addEvent: broken,
      setStatus: broken,
      recordException: broken,
      isRecording: () => true,
      spanContext: () => ({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 1 }),
      end: () => ended.push(name),
    });
    const tracer = { startSpan: span, startActiveSpan: broken } as unknown as Tracer;
    setDefaultInstrumentation(new Instrumentation({ tracer }));
    const primitive = outer(
      custom('p', (_: number, scope) => {
        scope.attr('a', 1);
        return 'value';
      }),
    );
    expect(await primitive.execute(0)).toBe('value');
    expect(ended).toEqual([
      'primitive.custom.process',
      'primitive.custom.step_0',
      'primitive.custom.process',
    ]);
  });

  it('of a span that does not know its place, or of a provider, never reaches the run', async () => {
    const tracer = { startSpan: () => ({ spanContext: broken, end: broken }), startActiveSpan: broken };
    setDefaultInstrumentation(new Instrumentation({ tracer: tracer as unknown as Tracer }));
    expect(await outer(custom('p', () => 1)).tryExecute(0)).toMatchObject({ ok: true, value: 1 });
    setDefaultInstrumentation(undefined);
    trace.setGlobalTracerProvider({ getTracer: broken });
    try {
      expect(await custom('p', () => 1).execute(0)).toBe(1);
    } finally {
      trace.disable();
    }
  });

  it('that comes later, as a rejection of a listener or logger, is caught', async () => {
    const rejecting = (): never => Promise.reject(new Error('later')) as never;
    const observed = new Observed({
      logger: { debug: rejecting, info: rejecting, warn: rejecting, error: rejecting, isEnabled: noDebug },
    });
    observed.instrumentation.onExecution({ onStart: rejecting });
    const primitive = custom('p', (_: number, scope) => scope.log.info('x'));
    await observed.run(() => primitive.execute(0));
    await observed.clock.advance(0);
    expect(observed.instrumentation.faults).toBe(2);
  });

  it('of a listener or a logger is counted, and the others are told', async () => {
    const told: string[] = [];
    const logger = { debug: broken, info: broken, warn: broken, error: broken, isEnabled: noDebug };
    const observed = new Observed({ logger });
    observed.instrumentation.onExecution({ onStart: broken, onEnd: broken });
    observed.instrumentation.onExecution({ onEnd: ({ name }) => told.push(name) });
    const outcome = await observed.run(() => failing(new Error('x')).tryExecute(0));
    expect(outcome.ok).toBe(false);
    expect(told).toEqual(['failing']);
    expect(observed.instrumentation.faults).toBe(3);
    expect(await observed.points('obs.telemetry.faults')).toEqual({ '': 3 });
  });
});

describe('named', () => {
  it('gives a primitive another name without a span between', async () => {
    const observed = new Observed();
    const original = custom('original', (n: number) => n + 1);
    const renamed = named('renamed', original);
    expect(await observed.run(() => renamed.execute(1))).toBe(2);
    expect([renamed.name, renamed.type, renamed.action, original.name]).toEqual([
      'renamed',
      'custom',
      'process',
      'original',
    ]);
    expect(observed.tree()).toBe('primitive.custom.process "renamed" success');
  });

  it('refuses what is no step', () => {
    expect(() => named('x', undefined as never)).toThrow('named "x" is undefined');
  });

  it('makes a function a lambda with a name', async () => {
    const observed = new Observed();
    await observed.run(() => named('double', (n: number) => n * 2).execute(1));
    expect(observed.tree()).toBe('primitive.lambda.execute "double" success');
  });
});

describe('without a context manager', () => {
  it('steps still belong to their run', async () => {
    context.disable();
    try {
      const observed = new Observed();
      setDefaultInstrumentation(observed.instrumentation);
      await outer(custom('inner', () => 1)).execute(0);
      expect(observed.tree().split('\n')).toHaveLength(3);
    } finally {
      enableContexts();
    }
  });
});
