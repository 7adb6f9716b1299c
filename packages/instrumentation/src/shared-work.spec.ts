import { getEventListeners } from 'node:events';
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { custom } from '../test/custom.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import { executeApart } from './execute-apart.ts';
import { onAbort } from './on-abort.ts';
import type { RunScope } from './run-scope.ts';

beforeAll(enableContexts);

/** A promise that is settled by hand. */
function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((...settle) => ([resolve, reject] = settle));
  return { promise, resolve, reject };
}

/** Begins a shared step of a run, and leaves the run before the step has ended. */
async function leaveSharedStep(observed: Observed, body: (input: number, scope: RunScope) => unknown) {
  const work = new AbortController();
  let step: Promise<unknown> | undefined;
  const leader = custom('leader', (input: number, scope) => {
    step = scope.step('inner', body, input, { signal: work.signal, shared: true });
    step.catch(() => undefined);
    throw new Error('left');
  });
  await observed.run(() => leader.tryExecute(1));
  return { work, step };
}

describe('a shared step', () => {
  it('goes on when the run has ended that began it, and so does what is inside it', async () => {
    const observed = new Observed();
    const answer = deferred<number>();
    const { step } = await leaveSharedStep(observed, (input, scope) =>
      scope.step(
        'step_0',
        custom('inside', () => answer.promise),
        input,
      ),
    );
    expect(observed.tree()).toBe('primitive.custom.process "leader" error');
    answer.resolve(2);
    expect(await step).toBe(2);
    expect(
      observed
        .tree()
        .split('\n')
        .map((line) => line.trim()),
    ).toEqual([
      'primitive.custom.process "leader" error',
      'primitive.lambda.execute "lambda" success',
      'primitive.lambda.step_0 "inside" success',
      'primitive.custom.process "inside" success',
    ]);
  });

  it('is closed where its own signal aborts after that, and with it what is inside', async () => {
    const observed = new Observed();
    const { work } = await leaveSharedStep(observed, (input, scope) =>
      scope.step('step_0', () => new Promise<never>(() => undefined), input),
    );
    expect(observed.spans.map(({ name }) => name)).toEqual(['primitive.custom.process']);
    work.abort(new Error('nobody waits'));
    await Promise.resolve();
    const [, ...closed] = observed.spans.map(({ name, attributes }) => [
      name,
      attributes['execution.status'],
      attributes['execution.abandoned'],
    ]);
    expect(closed).toEqual([
      ['primitive.lambda.execute', 'cancelled', true],
      ['primitive.lambda.step_0', 'cancelled', true],
      ['primitive.lambda.execute', 'cancelled', true],
    ]);
  });

  it('ends by itself where it heeds that abort', async () => {
    const observed = new Observed();
    const left = new Error('nobody waits');
    const { work, step } = await leaveSharedStep(
      observed,
      (_, { signal }) => new Promise<never>((_, reject) => onAbort(signal, () => reject(left))),
    );
    work.abort(left);
    await expect(step).rejects.toBe(left);
    const { attributes } = observed.span('primitive.lambda.execute');
    expect(attributes).toMatchObject({ 'execution.status': 'cancelled' });
    expect(attributes).not.toHaveProperty(['execution.abandoned']);
  });

  it('lets go of its signal when it has ended after the run that began it', async () => {
    const observed = new Observed();
    const answer = deferred<number>();
    const { work, step } = await leaveSharedStep(observed, () => answer.promise);
    expect(getEventListeners(work.signal, 'abort')).toHaveLength(1);
    answer.resolve(1);
    await step;
    expect(getEventListeners(work.signal, 'abort')).toEqual([]);
  });

  it('is closed with the run that began it where its own signal has aborted', async () => {
    const observed = new Observed();
    const work = new AbortController();
    const leader = custom('leader', (input: number, scope) => {
      const deaf = (): Promise<never> => new Promise(() => undefined);
      void scope.step('inner', deaf, input, { signal: work.signal, shared: true });
      work.abort(new Error('nobody waits'));
    });
    await observed.run(() => leader.execute(1));
    expect(observed.span('primitive.lambda.execute').attributes).toMatchObject({
      'execution.status': 'cancelled',
      'execution.abandoned': true,
    });
  });
});

describe('a link', () => {
  it('leads to the span of the other execution, and says what it is', async () => {
    const observed = new Observed();
    let other: RunScope | undefined;
    await observed.run(() => custom('first', (_: number, scope) => void (other = scope)).execute(0));
    await observed.run(() =>
      custom('second', (_: number, { link }) => link(other as RunScope, 'kind')).execute(0),
    );
    const to = observed.span('primitive.custom.process', { 'primitive.name': 'first' }).spanContext();
    const { links } = observed.span('primitive.custom.process', { 'primitive.name': 'second' });
    expect(links.map(({ context, attributes }) => [context, attributes])).toEqual([
      [to, { 'link.type': 'kind' }],
    ]);
  });

  it('has the exception on the span where it arose, and not on the one that is linked', async () => {
    const observed = new Observed();
    const failure = new Error('no answer');
    const ask = custom('ask', () => Promise.reject(failure));
    let shared: Promise<unknown> | undefined;
    let leader: RunScope | undefined;
    const leading = custom('leading', (input: number, scope) => {
      leader = scope;
      return (shared = scope.step('inner', ask, input));
    });
    const following = custom('following', (_: number, scope) => {
      scope.link(leader as RunScope, 'shared_run');
      return shared;
    });
    const outcomes = await observed.run(() => Promise.all([leading.tryExecute(0), following.tryExecute(0)]));
    const withException = observed.spans.filter(({ events }) => events.length > 0);
    expect(withException.map(({ attributes }) => attributes['primitive.name'])).toEqual(['ask']);
    expect(outcomes).toMatchObject([
      { error: failure },
      { error: failure, info: { path: ['leading', 'ask'] } },
    ]);
  });

  it('is left out where nothing records, and a tracer that knows no links does no harm', async () => {
    const silent = custom('silent', (_: number, scope) => scope.link(scope, 'kind'));
    await expect(silent.execute(0)).resolves.toBeUndefined();
    const span = trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '1'.repeat(16), traceFlags: 1 });
    const without = Object.assign(Object.create(span), { addLink: undefined, isRecording: () => true });
    const tracer = { startSpan: () => without, startActiveSpan: () => undefined as never };
    const observed = new Observed({ tracer });
    await observed.run(() => silent.execute(0));
    expect(observed.instrumentation.faults).toBe(1);
  });
});

describe('executeApart', () => {
  it('runs in a trace of its own with what was said of the run, and not cancelled with it', async () => {
    const observed = new Observed();
    const { signal } = new AbortController();
    let seen: RunScope | undefined;
    const apart = custom('apart', (input: number, scope) => {
      seen = scope;
      return input + 1;
    });
    let outcome: unknown;
    const reason = custom('reason', async (input: number, scope) => {
      outcome = await executeApart(apart, input, scope);
    });
    const init = { userId: 'u-1', causationId: 'message-1', signal };
    await observed.run(() => reason.execute(1, init));
    const because = observed.span('primitive.custom.process', { 'primitive.name': 'reason' });
    const own = observed.span('primitive.custom.process', { 'primitive.name': 'apart' });
    expect(outcome).toMatchObject({ ok: true, value: 2 });
    expect([own.parentSpanContext, own.kind]).toEqual([undefined, SpanKind.INTERNAL]);
    expect(own.spanContext().traceId).not.toBe(because.spanContext().traceId);
    expect(own.attributes).toMatchObject({
      'user.id': 'u-1',
      'causation.id': because.spanContext().spanId,
    });
    expect(seen?.signal).not.toBe(signal);
    expect(seen?.context.parent).toBeUndefined();
  });

  it('is no run in the gauge of workflows and for listeners, and its failure is a warning', async () => {
    const observed = new Observed();
    const heard: unknown[] = [];
    observed.instrumentation.onExecution({
      onEnd: ({ name, edge, status }) => void heard.push([name, edge, status]),
    });
    const seen: unknown[] = [];
    const apart = custom('apart', async () => {
      seen.push(await observed.points('agent.workflows.active'));
      throw new Error('no answer');
    });
    const reason = custom('reason', (input: number, scope) => executeApart(apart, input, scope));
    await observed.run(() => reason.execute(1));
    expect(seen).toEqual([{ '': 1 }]);
    expect(heard).toEqual([
      ['apart', 'refresh', 'error'],
      ['reason', undefined, 'success'],
    ]);
    expect(observed.lines.map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'apart refresh failed: no answer'],
    ]);
  });

  it('gives the failure back, and runs without telemetry as well', async () => {
    const failure = new Error('no answer');
    const apart = custom('apart', () => Promise.reject(failure));
    let outcome: unknown;
    const reason = custom('reason', async (input: number, scope) => {
      outcome = await executeApart(apart, input, scope);
    });
    await reason.execute(1);
    expect(outcome).toMatchObject({ ok: false, error: failure });
    expect(trace.getSpan(ROOT_CONTEXT)).toBeUndefined();
  });
});
