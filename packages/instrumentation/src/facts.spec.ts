import { context, diag, ROOT_CONTEXT } from '@opentelemetry/api';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '@tta/obs-context';
import type { ManualClock } from '@tta/obs-context/manual';
import { custom, outer } from '../test/custom.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import { withInstrumentation } from './current-instrumentation.ts';
import { Instrumentation } from './instrumentation.ts';
import type { CacheFact, Fact, RunScope } from './run-scope.ts';

beforeAll(enableContexts);

const telling = (...facts: readonly Fact[]) =>
  custom('telling', (_: number, { record }) => {
    for (const fact of facts) record(fact);
  });

describe('a recovery', () => {
  it('says on the event and the line which error was answered', async () => {
    const observed = new Observed();
    const error = Object.assign(new TypeError('no such page'), { status: 404 });
    const attributes = { 'retry.attempt': 1 };
    await observed.run(() => telling({ type: 'recovery', kind: 'retry', error, attributes }).execute(0));
    const expected = {
      'retry.attempt': 1,
      'error.type': 'TypeError',
      'error.message': 'no such page',
      'error.category': 'permanent',
    };
    const [event] = observed.spans[0]?.events ?? [];
    expect([event?.name, event?.attributes]).toEqual(['recovery.retry', expected]);
    expect(observed.lines).toEqual([{ level: 'warn', message: 'telling: retry', fields: expected }]);
  });

  it('has no error in the labels of its metric', async () => {
    const observed = new Observed();
    const facts = ['one', 'two'].map((message): Fact => ({
      type: 'recovery',
      kind: 'fallback',
      error: new Error(message),
    }));
    await observed.run(() => telling(...facts).execute(0));
    expect(await observed.points('recovery.events')).toEqual({
      'primitive.name=telling recovery.kind=fallback': 2,
    });
  });

  it('finds nothing known of an error that no step threw, beyond what it says', async () => {
    const observed = new Observed();
    const seen: unknown[] = [];
    const asking = custom('asking', async (n: number, { step, infoOf }) => {
      await step(
        'attempt_1',
        outer(custom('inner', () => Promise.reject(Object.assign(new Error('busy'), { status: 503 })))),
        n,
      ).catch((error: unknown) => seen.push(infoOf(error)));
      seen.push(infoOf('text'));
    });
    await observed.run(() => asking.execute(0));
    expect(seen).toMatchObject([
      { category: 'transient', path: ['asking', 'attempt_1 outer', 'step_0 inner'] },
      { type: 'string', message: 'text', path: ['asking'] },
    ]);
  });

  it('says what the step knew of its error, not what a later reading would', async () => {
    const observed = new Observed();
    const error = Object.assign(new Error('busy'), { status: 503 });
    const inner = custom('inner', () => {
      throw error;
    });
    const answering = custom('answering', async (n: number, scope) => {
      await scope.step('attempt_1', outer(inner), n).catch((thrown: unknown) => {
        error.status = 404;
        scope.record({ type: 'recovery', kind: 'retry', error: thrown });
      });
    });
    await observed.run(() => answering.execute(0));
    expect(observed.lines[0]?.fields).toMatchObject({ 'error.category': 'transient' });
  });

  it.each([
    ['undefined', undefined, 'undefined'],
    ['text', 'text', 'text'],
    ['an object without a prototype', Object.create(null) as object, 'an object that cannot be printed'],
  ])('tells also that %s was thrown', async (_, error, message) => {
    const observed = new Observed();
    await observed.run(() => telling({ type: 'recovery', kind: 'retry', error }).execute(0));
    expect(observed.lines[0]?.fields).toMatchObject({ 'error.message': message });
    expect(observed.instrumentation.faults).toBe(0);
  });

  it('that leaves something half done is an error line', async () => {
    const observed = new Observed();
    await observed.run(() => telling({ type: 'recovery', kind: 'compensation_failed' }).execute(0));
    expect(observed.lines).toEqual([
      { level: 'error', message: 'telling: compensation_failed', fields: undefined },
    ]);
  });

  it('of no error tells none', async () => {
    const observed = new Observed();
    await observed.run(() => telling({ type: 'recovery', kind: 'late_result' }).execute(0));
    expect(observed.lines).toEqual([{ level: 'warn', message: 'telling: late_result', fields: undefined }]);
  });
});

describe('a look-up in a cache', () => {
  const lookUp = (outcome: 'hit' | 'miss' | 'stale', cacheType = 'memory'): CacheFact => ({
    type: 'cache',
    outcome,
    cacheType,
  });

  it('is counted, and as a hit unless it is a miss', async () => {
    const observed = new Observed();
    const facts = [lookUp('miss'), lookUp('hit'), lookUp('hit'), lookUp('stale'), lookUp('miss', 'redis')];
    await observed.run(() => telling(...facts).execute(0));
    const [memory, redis] = ['memory', 'redis'].map((type) => `cache.type=${type} primitive.name=telling`);
    expect(await observed.points('cache.total')).toEqual({ [memory ?? '']: 4, [redis ?? '']: 1 });
    // Without a hit it is 0, not nothing: of no series there is no hit rate.
    expect(await observed.points('cache.hits')).toEqual({ [memory ?? '']: 3, [redis ?? '']: 0 });
  });

  it.each(['hit', 'miss', 'stale'] as const)('that is a %s is an event and a debug line', async (outcome) => {
    const observed = new Observed({}, true);
    const fact = { ...lookUp(outcome), attributes: { 'cache.age_ms': 5 } };
    await observed.run(() => telling(fact).execute(0));
    const expected = { 'cache.age_ms': 5, 'cache.type': 'memory' };
    const [event] = observed.spans[0]?.events ?? [];
    expect([event?.name, event?.attributes]).toEqual([`cache.${outcome}`, expected]);
    expect(observed.lines[1]).toEqual({
      level: 'debug',
      message: `telling: cache ${outcome}`,
      fields: expected,
    });
  });

  it('writes no line where debug lines go nowhere', async () => {
    const observed = new Observed();
    await observed.run(() => telling(lookUp('hit')).execute(0));
    expect(observed.lines).toEqual([]);
  });

  it('has no more than 32 types of caches in its labels, whatever programs call them', async () => {
    const observed = new Observed();
    const facts = Array.from({ length: 100 }, (_, n) => lookUp('hit', `/var/cache/file-${n}`));
    await observed.run(() => telling(...facts, lookUp('hit', '/var/cache/file-0')).execute(0));
    const points = await observed.points('cache.total');
    expect(Object.keys(points)).toHaveLength(33);
    expect(points['cache.type=_OTHER primitive.name=telling']).toBe(68);
    expect(points['cache.type=/var/cache/file-0 primitive.name=telling']).toBe(2);
    expect(observed.spans[0]?.events.at(-2)?.attributes).toEqual({ 'cache.type': '/var/cache/file-99' });
  });
});

describe('a circuit', () => {
  it('that changes its state is an event, a line and the last level of a gauge', async () => {
    const observed = new Observed();
    const attributes = { 'circuit_breaker.failures': 5 };
    await observed.run(() =>
      telling(
        { type: 'circuit', state: 'open', previous: 'closed', attributes },
        { type: 'circuit', state: 'half_open', previous: 'open' },
      ).execute(0),
    );
    const opened = {
      ...attributes,
      'circuit_breaker.state': 'open',
      'circuit_breaker.previous_state': 'closed',
    };
    const tried = { 'circuit_breaker.state': 'half_open', 'circuit_breaker.previous_state': 'open' };
    expect(observed.spans[0]?.events.map((event) => [event.name, event.attributes])).toEqual([
      ['circuit.open', opened],
      ['circuit.half_open', tried],
    ]);
    expect(observed.lines).toEqual([
      { level: 'warn', message: 'telling: circuit open', fields: opened },
      { level: 'info', message: 'telling: circuit half_open', fields: tried },
    ]);
    expect(await observed.points('primitive.circuit_breaker.state')).toEqual({ 'primitive.name=telling': 1 });
  });

  it.each([
    ['closed', 0],
    ['half_open', 1],
    ['open', 2],
  ] as const)('that is %s counts as %p', async (state, level) => {
    const observed = new Observed();
    await observed.run(() => telling({ type: 'circuit', state, previous: 'closed' }).execute(0));
    expect(Object.values(await observed.points('primitive.circuit_breaker.state'))).toEqual([level]);
  });
});

describe('a wait', () => {
  it('is on the span and in a histogram of what was waited for', async () => {
    const observed = new Observed();
    await observed.run(() => telling({ type: 'wait', for: 'slot', ms: 12.34567 }).execute(0));
    expect(observed.spans[0]?.attributes).toMatchObject({ 'wait.duration_ms': 12.346, 'wait.for': 'slot' });
    expect(await observed.points('primitive.queue.wait')).toEqual({
      'primitive.name=telling wait.for=slot': 1,
    });
  });

  it('of no time is counted alone, so that the shares are right', async () => {
    const observed = new Observed();
    await observed.run(() => telling({ type: 'wait', for: 'token', ms: 0 }).execute(0));
    expect(observed.spans[0]?.attributes).not.toHaveProperty('wait.for');
    expect(await observed.points('primitive.queue.wait')).toEqual({
      'primitive.name=telling wait.for=token': 1,
    });
  });
});

describe('a decision', () => {
  const fact: Fact = {
    type: 'decision',
    choice: 'cheap',
    reason: 'cheapest',
    attributes: { 'route.tier': 'fast' },
  };
  const told = { 'route.tier': 'fast', 'decision.choice': 'cheap', 'decision.reason': 'cheapest' };

  it('is on the span, in a debug line, and counted by choice and reason', async () => {
    const observed = new Observed({}, true);
    await observed.run(() => telling(fact).execute(0));
    expect(observed.spans[0]?.attributes).toMatchObject(told);
    expect(observed.lines[1]).toEqual({ level: 'debug', message: 'telling: cheap', fields: told });
    expect(await observed.points('primitive.decisions')).toEqual({
      'decision.choice=cheap decision.reason=cheapest primitive.name=telling': 1,
    });
  });

  it('writes no line where debug lines go nowhere', async () => {
    const observed = new Observed();
    await observed.run(() => telling(fact).execute(0));
    expect(observed.lines).toEqual([]);
  });
});

describe('a decision that is timed', () => {
  const timed: Fact = { type: 'decision', choice: 'then', reason: 'condition', timed: true };
  const deciding = (clock: ManualClock) =>
    custom('deciding', (_: number, { record }) => {
      clock.spend(7.00049);
      record(timed);
    });

  it('says how long it took since the execution began, to the microsecond', async () => {
    const observed = new Observed({}, true);
    await observed.run(() => deciding(observed.clock).execute(0));
    expect(observed.spans[0]?.attributes).toMatchObject({ 'decision.duration_ms': 7 });
    expect(observed.lines[1]?.fields).toMatchObject({ 'decision.duration_ms': 7 });
  });

  it('says no time where it is not', async () => {
    const observed = new Observed({}, true);
    await observed.run(() => telling({ type: 'decision', choice: 'then', reason: 'condition' }).execute(0));
    expect(observed.spans[0]?.attributes).not.toHaveProperty('decision.duration_ms');
  });

  it('reads no clock where nobody sees the time', async () => {
    let reads = 0;
    const clock = {
      ...systemClock,
      monotonic: () => {
        reads++;
        return 0;
      },
    };
    const instrumentation = new Instrumentation({ clock });
    await context.with(withInstrumentation(ROOT_CONTEXT, instrumentation), () => telling(timed).execute(0));
    expect(reads).toBe(0);
  });
});

describe('a fact where nothing records', () => {
  it('is nothing at all, and no fault', async () => {
    const instrumentation = new Instrumentation();
    const facts: Fact[] = [
      { type: 'recovery', kind: 'retry', error: new Error('boom') },
      { type: 'cache', outcome: 'hit', cacheType: 'memory' },
      { type: 'circuit', state: 'open', previous: 'closed' },
      { type: 'wait', for: 'slot', ms: 5 },
      { type: 'decision', choice: 'then', reason: 'condition' },
    ];
    await context.with(withInstrumentation(ROOT_CONTEXT, instrumentation), () =>
      telling(...facts).execute(0),
    );
    expect(instrumentation.faults).toBe(0);
  });
});

describe('an attribute that is set after its execution has ended', () => {
  it('is dropped without a complaint', async () => {
    const observed = new Observed();
    let kept: RunScope | undefined;
    await observed.run(() => custom('one', (_input: number, scope) => void (kept = scope)).execute(0));
    const warnings: unknown[] = [];
    const drop = (): void => undefined;
    const warn = (...args: unknown[]): void => void warnings.push(args);
    diag.setLogger({ verbose: drop, debug: drop, info: drop, warn, error: warn });
    try {
      kept?.attr('late', 1);
    } finally {
      diag.disable();
    }
    expect(observed.spans[0]?.attributes).not.toHaveProperty('late');
    expect(warnings).toEqual([]);
  });
});

describe('a fact that is told after its execution has ended', () => {
  it.each<[string, Fact, string]>([
    ['a recovery', { type: 'recovery', kind: 'late_result' }, 'recovery.events'],
    ['a look-up', { type: 'cache', outcome: 'miss', cacheType: 'memory' }, 'cache.total'],
    [
      'a circuit',
      { type: 'circuit', state: 'half_open', previous: 'open' },
      'primitive.circuit_breaker.state',
    ],
    ['a decision', { type: 'decision', choice: 'then', reason: 'condition' }, 'primitive.decisions'],
  ])('such as %s is counted and said, on no event', async (_, fact, metric) => {
    const observed = new Observed({}, true);
    let kept: RunScope | undefined;
    await observed.run(() => custom('one', (_input: number, scope) => void (kept = scope)).execute(0));
    const warnings: unknown[] = [];
    const drop = (): void => undefined;
    const warn = (...args: unknown[]): void => void warnings.push(args);
    diag.setLogger({ verbose: drop, debug: drop, info: drop, warn, error: warn });
    try {
      kept?.record(fact);
    } finally {
      diag.disable();
    }
    expect(Object.values(await observed.points(metric))).toEqual([1]);
    expect(observed.lines).toHaveLength(3);
    expect(observed.spans[0]?.events).toEqual([]);
    // OpenTelemetry warns of whoever writes on a span that has ended.
    expect(warnings).toEqual([]);
    expect(observed.instrumentation.faults).toBe(0);
  });
});
