import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { context } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { noopLogger, stateKey, WorkflowContext } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { Instrumentation, type RunScope, withInstrumentation } from '@tta/obs-instrumentation';
import { faults, mockPrimitive, observe, observed } from '@tta/obs-testing';
import { describeOutcomes } from '../../test/outcomes.ts';
import { lambda } from '../lambda.ts';
import { retry } from '../retry.ts';
import { NoRouteError } from './no-route-error.ts';
import { router, type RouterOptions } from './router.ts';
import { type RoutingDecision, routingHistory } from './routing-history.ts';

const refused = (retryAfterMs?: number) =>
  Object.assign(new Error('429 Too Many Requests'), {
    status: 429,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
const unavailable = Object.assign(new Error('503 Service Unavailable'), { status: 503 });

const late = Object.assign(new Error('too late'), { name: 'TimeoutError' });

const small = lambda('small', (question: string) => `small: ${question}`);
const large = lambda('large', (question: string) => `large: ${question}`);

/** Runs in which time passes only where a route says so. */
function timed() {
  const clock = new ManualClock();
  const taking =
    (ms: number, failure?: Error) =>
    (name: string): string => {
      clock.spend(ms);
      if (failure) throw failure;
      return name;
    };
  return { clock, taking, timely: (body: () => Promise<void>) => observe(body, { clock }) };
}

/** What a router decided in one run. */
async function decided(
  run: (init: WorkflowContext) => Promise<unknown>,
): Promise<readonly RoutingDecision[]> {
  const init = new WorkflowContext();
  await run(init).catch(() => undefined);
  return init.get(routingHistory) ?? [];
}
const routeAndReason = ({ route, reason }: RoutingDecision) => `${route} ${reason}`;

describe('router', () => {
  it(
    'sends a run to the route that its function names, and tells what was decided',
    observed(
      async (trace) => {
        const select = async (question: string) => {
          trace.clock.spend(2);
          return question.length > 4 ? ('large' as const) : ('small' as const);
        };
        const ask = router({ routes: { small, large }, select, name: 'ask' });
        expect(await ask.execute('why?')).toBe('small: why?');
        expect(trace).toHaveSpanTree(`
          primitive.router.execute "ask" success
          └─ primitive.router.route_small "small" success
             └─ primitive.lambda.execute "small" success
        `);
        const span = trace.span('primitive.router.execute');
        expect(span.attributes).toMatchObject({
          'decision.choice': 'small',
          'decision.reason': 'select',
          'decision.duration_ms': 2,
          'route.key': 'small',
          'route.used_default': false,
          'route.available_routes': ['small', 'large'],
        });
        expect(span.events).toEqual([]);
        expect(trace.span('primitive.router.route_small').attributes).toMatchObject({
          'step.index': 0,
          'step.total_steps': 2,
        });
        expect(trace).toHaveMetric('primitive.decisions', [
          {
            labels: {
              'primitive.name': 'ask',
              'decision.choice': 'small',
              'decision.reason': 'select',
            },
            value: 1,
          },
        ]);
        expect(await ask.execute('and why not?')).toBe('large: and why not?');
        expect(trace).not.toHaveMetric('cost.savings.usd');
      },
      { clock: 'manual' },
    ),
  );

  it.each([['medium'], ['constructor'], [''], [undefined], [7], [{}]])(
    'takes the default where the function names %p',
    async (said) => {
      const ask = router({ routes: { small, large }, select: () => said as never, default: 'large' });
      const [decision] = await decided((init) => ask.execute('why?', init));
      expect(decision).toMatchObject({ route: 'large', reason: 'invalid_route', usedDefault: true });
    },
  );

  it(
    'takes the default where the function fails, and says why it failed',
    observed(async (trace) => {
      const routes = { small, large };
      const ask = router({ routes, select: () => Promise.reject(unavailable), default: 'large' });
      expect(await ask.execute('why?')).toBe('large: why?');
      const span = trace.span('primitive.router.execute');
      expect(span.attributes).toMatchObject({
        'decision.reason': 'select_failed',
        'route.used_default': true,
      });
      expect(span.events).toMatchObject([
        {
          name: 'recovery.fallback',
          attributes: { 'fallback.reason': 'transient', 'error.message': '503 Service Unavailable' },
        },
      ]);
      expect(trace).toHaveNoErrors();
    }),
  );

  it.each([
    ['medium', '"ask" has no route "medium"; its routes: small, large'],
    ['a\nb', '"ask" has no route "a\\nb"; its routes: small, large'],
    ['x'.repeat(81), `"ask" has no route "${'x'.repeat(80)}…"; its routes: small, large`],
    [undefined, '"ask" has no route undefined; its routes: small, large'],
    [{}, '"ask" has no route of type object; its routes: small, large'],
  ])('refuses the run where the function names %p and there is no default', async (said, message) => {
    const ask = router({ routes: { small, large }, select: () => said as never, name: 'ask' });
    const outcome = await ask.tryExecute('why?');
    if (outcome.ok) throw new Error('it succeeded');
    expect(outcome.error).toBeInstanceOf(NoRouteError);
    expect(outcome.error).toMatchObject({
      code: 'OBS_ERR_NO_ROUTE',
      category: 'validation',
      severity: 'high',
      recoverable: false,
      available: ['small', 'large'],
      message,
    });
    expect((outcome.error as Error).cause).toBeUndefined();
  });

  it('refuses the run where the function fails and there is no default; a retry may help where it may help that', async () => {
    const routes = { small, large };
    const failing = faults.failTimes(1, () => 'small' as const, unavailable);
    const ask = router({
      routes,
      select: (input, scope) => scope.step('inner', failing, input),
      name: 'ask',
    });
    const outcome = await ask.tryExecute('why?');
    expect(outcome).toMatchObject({
      ok: false,
      error: {
        code: 'OBS_ERR_NO_ROUTE',
        category: 'transient',
        recoverable: true,
        cause: unavailable,
        message: '"ask" could not select a route: 503 Service Unavailable; its routes: small, large',
      },
    });
    expect(await retry(ask, { baseMs: 0 }).execute('why?')).toBe('small: why?');
  });

  it(
    'throws what its route throws, untouched, and tries no other route',
    observed(async (trace) => {
      const failing = mockPrimitive<string, string>('failing').fails(unavailable);
      const other = mockPrimitive<string, string>('other').returns('never');
      const ask = router({ routes: { failing, other }, select: () => 'failing', default: 'other' });
      await expect(ask.execute('why?')).rejects.toBe(unavailable);
      expect(other.calls).toEqual([]);
      expect(trace).toHaveSpanTree(`
        primitive.router.execute "router" error
        └─ primitive.router.route_failing "failing" error
           └─ primitive.mock.execute "failing" error
      `);
    }),
  );

  it.each([
    [{ routes: {} }, 'router needs at least one route'],
    [undefined, 'router needs at least one route'],
    [
      { routes: { small: 1 } },
      'router: route "small" is a number; a step is a primitive or a function (input, scope) => output',
    ],
    [
      { select: 'dearest' },
      "router: select is \"dearest\"; it has to be a function (input, scope) => key, or one of 'cheapest', 'fastest', 'least-errors'",
    ],
    [
      { select: undefined },
      "router: select is undefined; it has to be a function (input, scope) => key, or one of 'cheapest', 'fastest', 'least-errors'",
    ],
    [{ default: 'tiny' }, 'router: default "tiny" is no route; the routes: small, large'],
    [{ routes: null }, 'router: routes is null; it has to be an object'],
    [{ default: Symbol('small') }, 'router: default of type symbol is no route; the routes: small, large'],
    [{ default: null }, 'router: default null is no route; the routes: small, large'],
    [{ profile: null }, 'router: profile is null; it has to be an object'],
    [{ profile: { small: null } }, 'router: the profile of "small" is null; it has to be an object'],
    [{ profile: { small: 0.1 } }, 'router: the profile of "small" is of type number; it has to be an object'],
    [{ window: null }, 'router: window is null; it has to be an object'],
    [{ default: 'toString' }, 'router: default "toString" is no route; the routes: small, large'],
    [
      { profile: { tiny: { costUsd: 1 } } },
      'router: the profile of "tiny" is no route; the routes: small, large',
    ],
    [
      { profile: { small: { costUsd: -1 } } },
      'router: costUsd of "small" is -1; it has to be a finite number of at least 0',
    ],
    [
      { profile: { small: { tier: 'slow' } } },
      `router: tier of "small" is "slow"; it has to be one of 'fast', 'balanced', 'quality'`,
    ],
    [{ window: { samples: 0 } }, 'router: window.samples is 0; it has to be a whole number above 0'],
    [{ window: { ms: 0 } }, 'router: window.ms is 0; it has to be a finite number above 0'],
    [{ cooldownMs: -1 }, 'router: cooldownMs is -1; it has to be a finite number of at least 0'],
  ])('refuses %j at construction', (wrong, message) => {
    const options = wrong && { routes: { small, large }, select: () => 'small', ...wrong };
    const make = router as (given: unknown) => unknown;
    expect(() => make(options)).toThrow(
      expect.objectContaining({ code: 'OBS_ERR_INVALID_COMPOSITION', message }),
    );
  });

  it('takes a profile that leaves a route out', () => {
    const make = router as (given: unknown) => unknown;
    expect(() =>
      make({ routes: { small }, select: 'cheapest', profile: { small: undefined } }),
    ).not.toThrow();
  });
});

describe('a router whose run is cancelled', () => {
  it(
    'while it selects tells no decision, takes no default and throws what the function throws',
    observed(async (trace) => {
      const caller = new AbortController();
      const select = faults.hang(() => 'small' as const);
      const ask = router({
        routes: { small, large },
        select: (input, scope) => scope.step('inner', select, input),
        default: 'large',
      });
      const running = ask.execute('why?', { signal: caller.signal });
      const reason = new Error('stop');
      caller.abort(reason);
      await expect(running).rejects.toBe(reason);
      expect(trace).toHaveSpan({ span: 'primitive.router.execute', outcome: 'cancelled' });
      expect(trace).not.toHaveMetric('primitive.decisions');
      expect(trace).not.toHaveMetric('recovery.events');
      expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    }),
  );

  it('while it selects throws what its function answers the abort with', async () => {
    const caller = new AbortController();
    const answered = new Error('hung up');
    const select = (_: string, { signal }: RunScope) =>
      new Promise<'small'>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(answered), { once: true });
      });
    const running = router({ routes: { small }, select, default: 'small' }).execute('why?', {
      signal: caller.signal,
    });
    caller.abort(new Error('stop'));
    await expect(running).rejects.toBe(answered);
  });

  it(
    'and whose function answers all the same begins no route',
    observed(async (trace) => {
      const caller = new AbortController();
      const reason = new Error('stop');
      const select = async () => {
        caller.abort(reason);
        return 'small' as const;
      };
      const running = router({ routes: { small }, select }).execute('why?', { signal: caller.signal });
      await expect(running).rejects.toBe(reason);
      expect(trace).toHaveSpanTree(`primitive.router.execute "router" cancelled`);
      expect(trace).not.toHaveMetric('primitive.decisions');
    }),
  );

  it('in its route neither leaves a sample nor cools the route down, whatever it answers', async () => {
    const caller = new AbortController();
    const refusing = (): never => {
      caller.abort(new Error('stop'));
      throw refused();
    };
    const ask = router({ routes: { refusing }, select: 'fastest' });
    await expect(ask.execute('why?', { signal: caller.signal })).rejects.toThrow('429');
    expect(ask.stats().refusing).toEqual({
      samples: 0,
      errorRate: 0,
      meanMs: undefined,
      p95Ms: undefined,
      costUsd: undefined,
      coolingMs: 0,
    });
  });

  it.each([
    ['at the abort, where its stats were read before', 'before', 20],
    ['when its stats are read after it', 'after', 30],
    ['when it answers, where nobody asks before', 'never', 1030],
  ])(
    'in its route counts as a failure where its time was over, whatever it answers: %s',
    async (_, read, ms) => {
      const { clock, timely } = timed();
      await timely(async () => {
        let answer = (_: string): void => undefined;
        const deaf = () => new Promise<string>((resolve) => (answer = resolve));
        const ask = router({ routes: { deaf }, select: 'least-errors' });
        const caller = new AbortController();
        const running = ask.tryExecute('why?', { signal: caller.signal });
        await clock.advance(20);
        if (read === 'before') ask.stats();
        caller.abort(late);
        await clock.advance(10);
        if (read === 'after') ask.stats();
        await clock.advance(1000);
        answer('late');
        await running;
        expect(ask.stats().deaf).toMatchObject({ samples: 1, errorRate: 1, meanMs: ms, p95Ms: ms });
        expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
      });
    },
  );

  it('in a route that does not heed it is known by the run that begins after it', async () => {
    const { clock, timely } = timed();
    await timely(async () => {
      const deaf = () => new Promise<never>(() => undefined);
      const ask = router({ routes: { deaf, small }, select: 'fastest' });
      const callers = [new AbortController(), new AbortController()] as const;
      const first = ask.tryExecute('', { signal: callers[0].signal });
      await clock.advance(20);
      callers[0].abort(late);
      expect(await decided((init) => ask.execute('', init))).toMatchObject([{ route: 'small' }]);
      expect(ask.stats().deaf).toMatchObject({ samples: 1, errorRate: 1, meanMs: 20 });
      // The window has passed: it is tried again, though the first run has not ended yet.
      await clock.advance(300_000);
      void ask.tryExecute('', { signal: callers[1].signal });
      expect(await decided((init) => ask.execute('', init))).toMatchObject([{ route: 'small' }]);
      await clock.advance(7);
      callers[1].abort(late);
      await clock.advance(7);
      expect(ask.stats().deaf).toMatchObject({ samples: 1, errorRate: 1, meanMs: 7 });
      void first;
    });
  });

  it('is known also where one that began before it has ended meanwhile', async () => {
    let answer = (_: string): void => undefined;
    const slow = (_: string) => new Promise<string>((resolve) => (answer = resolve));
    const deaf = () => new Promise<never>(() => undefined);
    const select = (input: string) => (input === 'slow' ? ('slow' as const) : ('deaf' as const));
    const ask = router({ routes: { slow, deaf }, select });
    const caller = new AbortController();
    const first = ask.execute('slow');
    void ask.tryExecute('deaf', { signal: caller.signal });
    await setImmediate();
    answer('');
    await first;
    caller.abort(late);
    expect(ask.stats()).toMatchObject({ slow: { errorRate: 0 }, deaf: { samples: 1, errorRate: 1 } });
  });

  it('is known of each of those that selected at the same time', async () => {
    const deaf = () => new Promise<never>(() => undefined);
    const ask = router({ routes: { deaf }, select: () => 'deaf' });
    const caller = new AbortController();
    for (let run = 0; run < 3; run++) void ask.tryExecute('', { signal: caller.signal });
    await setImmediate();
    caller.abort(late);
    expect(ask.stats().deaf.samples).toBe(3);
  });

  it('or is not leaves no listener on a signal that outlives it', async () => {
    const { signal } = new AbortController();
    const ask = router({ routes: { small }, select: 'fastest' });
    await Promise.all([ask.execute('a', { signal }), ask.execute('b', { signal })]);
    await ask.execute('c', { signal });
    expect(ask.stats().small.samples).toBe(3);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it(
    'by its function, which answers at once, begins no route either',
    observed(async (trace) => {
      const caller = new AbortController();
      const reason = new Error('stop');
      const select = () => {
        caller.abort(reason);
        return 'small' as const;
      };
      const init = new WorkflowContext({ signal: caller.signal });
      await expect(router({ routes: { small }, select }).execute('why?', init)).rejects.toBe(reason);
      expect(trace).toHaveSpanTree(`primitive.router.execute "router" cancelled`);
      expect(trace).not.toHaveMetric('primitive.decisions');
      expect(init.get(routingHistory)).toBeUndefined();
    }),
  );
});

describe('a route whose runs come to no end', () => {
  const strategies = [['cheapest'], ['fastest'], ['least-errors']] as const;
  const stopped = new Error('stop');

  /** Runs that are aborted where they have not ended after so long; which routes they took. */
  async function taken(
    ask: { execute(input: string, init: WorkflowContext): Promise<unknown> },
    clock: ManualClock,
    runs: number,
    reason: Error,
    ms = 20,
  ): Promise<string> {
    const routes: string[] = [];
    for (let run = 0; run < runs; run++) {
      const caller = new AbortController();
      const init = new WorkflowContext({ signal: caller.signal });
      const running = ask.execute('', init).catch(() => undefined);
      await clock.advance(ms);
      caller.abort(reason);
      await running;
      routes.push(...(init.get(routingHistory) ?? []).map(({ route }) => route));
    }
    return routes.join(' ');
  }

  it.each(strategies)('for their time was over is tried once, by %s', async (select) => {
    const { clock, timely } = timed();
    await timely(async () => {
      const ask = router({ routes: { hung: faults.hang(), small }, select });
      expect(await taken(ask, clock, 4, late)).toBe('hung small small small');
      expect(ask.stats().hung).toMatchObject({ samples: 1, errorRate: 1 });
    });
  });

  it.each(strategies)('for they are cancelled is tried once, by %s', async (select) => {
    const { clock, timely } = timed();
    await timely(async () => {
      const free = (_: string, { cost }: RunScope) => cost(0);
      const ask = router({ routes: { hung: faults.hang(), free }, select, window: { ms: 1000 } });
      expect(await taken(ask, clock, 4, stopped)).toBe('hung free free free');
      expect(ask.stats().hung).toMatchObject({ samples: 0, errorRate: 0, meanMs: undefined });
      // Until that is forgotten.
      await clock.advance(1000);
      expect(await taken(ask, clock, 3, stopped)).toBe('hung free free');
    });
  });

  it.each([
    // An answer costs as much as one of the other after three runs without one.
    ['cheapest', 'good good good', 'good good good good slow slow'],
    ['fastest', 'good slow good', 'good slow slow slow slow slow'],
    ['least-errors', 'good slow good', 'good slow slow slow slow slow'],
  ] as const)(
    'is left for a dearer and slower one, by %s, when it begins to hang',
    async (select, before, after) => {
      const { clock, timely, taking } = timed();
      await timely(async () => {
        let hangs = false;
        const hang = faults.hang();
        const good = (input: string, scope: RunScope) => (hangs ? scope.step('inner', hang, input) : input);
        const profile = { good: { costUsd: 0.125 }, slow: { costUsd: 0.25 } };
        const ask = router({ routes: { good, slow: taking(5) }, select, profile });
        expect(await taken(ask, clock, 3, late)).toBe(before);
        hangs = true;
        expect(await taken(ask, clock, 6, late)).toBe(after);
      });
    },
  );

  it('for it fails is the last, also where nothing is known of the others', async () => {
    const { clock, timely } = timed();
    await timely(async () => {
      const routes = { broken: () => Promise.reject(unavailable), hung: faults.hang(), other: faults.hang() };
      const ask = router({ routes, select: 'least-errors', default: 'broken' });
      expect(await taken(ask, clock, 5, stopped)).toBe('broken hung other hung hung');
      const alone = router({ routes: { broken: routes.broken }, select: 'least-errors' });
      await alone.tryExecute('');
      const [decision] = await decided((init) => alone.execute('', init));
      expect(decision).toMatchObject({ route: 'broken', reason: 'default' });
    });
  });

  it('counts as slow as long as it ran at least; a short one does not look fast', async () => {
    const { clock, timely, taking } = timed();
    await timely(async () => {
      let hangs = false;
      const hang = faults.hang();
      const quick = (input: string, scope: RunScope) => (hangs ? scope.step('inner', hang, input) : input);
      const ask = router({ routes: { quick, slow: taking(30) }, select: 'fastest' });
      expect(await taken(ask, clock, 3, stopped)).toBe('quick slow quick');
      hangs = true;
      // Two answers and 20 ms each: 10, 20, 30 ms an answer.
      expect(await taken(ask, clock, 5, stopped)).toBe('quick quick quick quick slow');
      expect(ask.stats().quick).toMatchObject({ samples: 2, meanMs: 0, p95Ms: 0 });

      const short = router({ routes: { quick, slow: taking(30) }, select: 'fastest', default: 'slow' });
      expect(await taken(short, clock, 4, stopped, 1)).toBe('slow quick slow slow');
    });
  });

  it.each(strategies)('for it aborts itself has failed, and is tried once, by %s', async (select) => {
    const { clock, timely } = timed();
    await timely(async () => {
      const aborted = Object.assign(new Error('aborted'), { name: 'AbortError' });
      const ask = router({ routes: { broken: () => Promise.reject(aborted), small }, select });
      await expect(ask.execute('why?')).rejects.toBe(aborted);
      expect(ask.stats().broken).toMatchObject({ samples: 1, errorRate: 1 });
      expect(await taken(ask, clock, 3, stopped)).toBe('small small small');
    });
  });
});

describe('a tier', () => {
  const routes = { small, medium: lambda('medium', (question: string) => `medium: ${question}`), large };
  const profile = {
    small: { tier: 'fast', costUsd: 0.001 },
    medium: { tier: 'quality', costUsd: 0.01 },
    large: { tier: 'quality', costUsd: 0.1 },
  } as const;

  it('that a run asks for leaves a strategy the routes of that tier', async () => {
    const ask = router({ routes, profile, select: 'cheapest' });
    expect(await ask.execute('why?', { llmModelTier: 'quality' })).toBe('medium: why?');
    expect(await ask.execute('why?')).toBe('small: why?');
  });

  it.each(['balanced', 'unheard of'])('without routes (%p) leaves them all', async (llmModelTier) => {
    const ask = router({ routes, profile, select: 'cheapest' });
    expect(await ask.execute('why?', { llmModelTier })).toBe('small: why?');
  });

  it.each([
    ['large', 'large', 'tier', true],
    ['small', 'medium', 'tier', false],
    [undefined, 'medium', 'tier', false],
  ] as const)(
    'goes before what the function names, by default %p',
    async (standard, route, reason, usedDefault) => {
      const options: RouterOptions<typeof routes> = { routes, profile, select: () => 'small' };
      const ask = router(standard ? { ...options, default: standard } : options);
      const init = new WorkflowContext({ llmModelTier: 'quality' });
      await ask.execute('why?', init);
      expect(init.get(routingHistory)).toMatchObject([{ route, reason, usedDefault }]);
    },
  );

  it('is kept by a function that names a route of it, also where its default is of another', async () => {
    const ask = router({ routes, profile, select: () => 'large', default: 'small' });
    expect(await ask.execute('why?', { llmModelTier: 'quality' })).toBe('large: why?');
  });
});

describe('cheapest', () => {
  it(
    'takes the route that costs least, and tells what the dearest would have cost more',
    observed(async (trace) => {
      const ask = router({
        routes: { large, small },
        select: 'cheapest',
        profile: { large: { costUsd: 0.5 }, small: { costUsd: 0.125 } },
      });
      expect(await ask.execute('why?')).toBe('small: why?');
      expect(trace.span('primitive.router.execute').attributes).toMatchObject({
        'decision.reason': 'cheapest',
        'route.used_default': false,
        'cost.saved_usd': 0.375,
      });
      expect(trace).toHaveMetric('cost.savings.usd', [
        { labels: { 'primitive.name': 'router' }, value: 0.375 },
      ]);
    }),
  );

  it(
    'tells no saving where a cost is not known, nothing was saved, or the run failed',
    observed(async (trace) => {
      const free = (question: string) => question;
      const profile = { large: { costUsd: 0.5 }, small: { costUsd: 0.1 } };
      await router({
        routes: { large, free },
        select: () => 'free',
        profile: { large: { costUsd: 1 } },
      }).execute('');
      await router({ routes: { large, small }, select: () => 'large', profile }).execute('');
      const failing = mockPrimitive<string, string>('failing').fails(unavailable);
      await router({ routes: { large, small: failing }, select: 'cheapest', profile }).tryExecute('');
      expect(trace).not.toHaveMetric('cost.savings.usd');
    }),
  );

  it('takes the default, else the first, where no run told a cost', async () => {
    const known = async (
      options: RouterOptions<{ small: typeof small; large: typeof large }>,
      init: WorkflowContext,
    ) => {
      const ask = router(options);
      await ask.execute('why?');
      await ask.execute('why?');
      return ask.execute('why?', init);
    };
    const [byDefault] = await decided((init) =>
      known({ routes: { small, large }, select: 'cheapest', default: 'large' }, init),
    );
    expect(byDefault).toMatchObject({ route: 'large', reason: 'default', usedDefault: true });
    const [first] = await decided((init) => known({ routes: { small, large }, select: 'cheapest' }, init));
    expect(first).toMatchObject({ route: 'small', reason: 'default', usedDefault: false });
  });

  it('is not taken in by a route that costs nothing and does nothing but fail', async () => {
    const profile = { broken: { costUsd: 0 }, small: { costUsd: 1 } };
    const routes = { broken: () => Promise.reject(unavailable), small };
    const ask = router({ routes, select: 'cheapest', profile });
    const taken: string[] = [];
    for (let run = 0; run < 3; run++)
      taken.push(...(await decided((init) => ask.execute('', init))).map(routeAndReason));
    expect(taken).toEqual(['broken cheapest', 'small cheapest', 'small cheapest']);
  });

  it(
    'goes by what runs have told of their costs, and by the profile until then',
    observed(async (trace) => {
      const cheap = (question: string, { cost }: RunScope) => {
        cost(0.25);
        return question;
      };
      const dear = lambda('dear', (question: string, { usage }) => {
        usage({ provider: 'p', model: 'm', costUsd: 0.75 });
        return question;
      });
      // What it says of itself is wrong.
      const profile = { cheap: { costUsd: 0.5 }, dear: { costUsd: 0.01 } };
      const ask = router({
        routes: { cheap, dear, free: (question: string) => question },
        select: 'cheapest',
        profile,
      });
      const taken: string[] = [];
      for (let run = 0; run < 4; run++)
        taken.push(...(await decided((init) => ask.execute('why?', init))).map(routeAndReason));
      expect(taken).toEqual(['free explore', 'dear cheapest', 'cheap cheapest', 'cheap cheapest']);
      expect(ask.stats()).toMatchObject({
        cheap: { samples: 2, costUsd: 0.25 },
        dear: { samples: 1, costUsd: 0.75 },
        free: { samples: 1, costUsd: undefined },
      });
      // Of each run of the cheap one: the dear one's, less its own.
      expect(trace).toHaveMetric('cost.savings.usd', { value: 1 });
    }),
  );

  it('counts what a failed run has told of its cost', async () => {
    const broken = (_: string, { cost }: RunScope): never => {
      cost(0.5);
      throw unavailable;
    };
    const ask = router({ routes: { broken }, select: () => 'broken' });
    await ask.tryExecute('why?');
    expect(ask.stats().broken).toMatchObject({ samples: 1, errorRate: 1, costUsd: 0.5 });
  });

  it('counts what failed runs cost: an answer of a route that fails half the time costs twice', async () => {
    let calls = 0;
    const shaky = (question: string): string => {
      if (++calls % 2 === 0) throw unavailable;
      return question;
    };
    const profile = { shaky: { costUsd: 0.06 }, large: { costUsd: 0.1 } };
    const ask = router({ routes: { shaky, large }, select: 'cheapest', profile });
    const taken: string[] = [];
    for (let run = 0; run < 3; run++)
      taken.push(...(await decided((init) => ask.execute('why?', init))).map(routeAndReason));
    expect(taken).toEqual(['shaky cheapest', 'shaky cheapest', 'large cheapest']);
  });
});

describe('a cost', () => {
  it('of 0 that was told is known, and less than any other', async () => {
    const costing =
      (usd: number) =>
      (_: string, { usage }: RunScope) =>
        usage({ provider: 'p', model: 'm', costUsd: usd });
    const routes = { paid: costing(0.5), local: costing(0) };
    const ask = router({ routes, select: 'cheapest' });
    const taken: string[] = [];
    for (let run = 0; run < 4; run++)
      taken.push(...(await decided((init) => ask.execute('', init))).map(routeAndReason));
    expect(taken).toEqual(['paid explore', 'local explore', 'local cheapest', 'local cheapest']);
    expect(ask.stats()).toMatchObject({ paid: { costUsd: 0.5 }, local: { samples: 3, costUsd: 0 } });
  });

  it('counts as 0 in runs that tell none, once a run of the route has told one', async () => {
    let runs = 0;
    const cached = (_: string, { cost }: RunScope) => {
      if (++runs === 1) cost(1);
    };
    const ask = router({ routes: { cached }, select: 'cheapest' });
    for (let run = 0; run < 4; run++) await ask.execute('');
    expect(ask.stats().cached).toMatchObject({ samples: 4, costUsd: 0.25 });
  });

  it('of the function, or of a route that was refused before, is not that of the route', async () => {
    const select = (_: string, { cost }: RunScope) => {
      cost(0.25);
      return 'limited' as const;
    };
    const limited = (_: string, { cost }: RunScope): never => {
      cost(0.5);
      throw refused();
    };
    const telling = (question: string, { cost }: RunScope) => {
      cost(0.125);
      return question;
    };
    const first = router({ routes: { limited, small }, select, default: 'small' });
    await first.execute('why?');
    expect(first.stats().small).toMatchObject({ samples: 1, costUsd: undefined });
    const second = router({ routes: { limited, telling }, select, default: 'telling' });
    await second.execute('why?');
    expect(second.stats().telling).toMatchObject({ samples: 1, costUsd: 0.125 });
  });

  it(
    'is saved where another route costs more by what is known of both, never by a run that was cheap by chance',
    observed(async (trace) => {
      const costs = [3, 1, 3, 1];
      const only = (_: string, { cost }: RunScope) => cost(costs.shift() ?? 0);
      const alone = router({ routes: { only }, select: () => 'only' });
      for (let run = 0; run < 4; run++) await alone.execute('');
      expect(trace).not.toHaveMetric('cost.savings.usd');
      costs.push(1, 0);
      const ask = router({
        routes: { large, only },
        select: () => 'only',
        profile: { large: { costUsd: 2 } },
      });
      await ask.execute('');
      expect(trace).toHaveMetric('cost.savings.usd', { value: 1 });
      await ask.execute('');
      // It costs half a dollar on average.
      expect(trace).toHaveMetric('cost.savings.usd', { value: 2.5 });
    }),
  );
});

describe('fastest', () => {
  it('tries each route once, then takes the one whose answers took least', async () => {
    const { timely, taking } = timed();
    await timely(async () => {
      const routes = { slow: taking(50), quick: taking(10), middling: taking(30) };
      const ask = router({ routes, select: 'fastest' });
      const taken: string[] = [];
      for (let run = 0; run < 5; run++)
        taken.push(...(await decided((init) => ask.execute('why?', init))).map(routeAndReason));
      expect(taken).toEqual([
        'slow explore',
        'quick explore',
        'middling explore',
        'quick fastest',
        'quick fastest',
      ]);
      expect(ask.stats()).toMatchObject({
        slow: { samples: 1, meanMs: 50, p95Ms: 50, errorRate: 0 },
        quick: { samples: 3, meanMs: 10, p95Ms: 10 },
        middling: { samples: 1, meanMs: 30 },
      });
    });
  });

  it('begins with the default, and takes it among equals', async () => {
    const { timely, taking } = timed();
    await timely(async () => {
      const ask = router({
        routes: { a: taking(5), b: taking(5), c: taking(5) },
        select: 'fastest',
        default: 'c',
      });
      const taken: RoutingDecision[] = [];
      for (let run = 0; run < 4; run++) taken.push(...(await decided((init) => ask.execute('', init))));
      expect(taken.map(routeAndReason)).toEqual(['c explore', 'a explore', 'b explore', 'c fastest']);
      expect(taken.map(({ usedDefault }) => usedDefault)).toEqual([false, false, false, false]);
    });
  });

  it('explores a route with one run at a time', async () => {
    const hanging = mockPrimitive<string, string>('hanging').hangs();
    const ask = router({ routes: { hanging, small }, select: 'fastest' });
    const caller = new AbortController();
    const first = ask.execute('why?', { signal: caller.signal });
    expect(await ask.execute('why?')).toBe('small: why?');
    expect(await ask.execute('why?')).toBe('small: why?');
    caller.abort(new Error('stop'));
    await expect(first).rejects.toThrow('stop');
    expect(hanging.calls).toHaveLength(1);
    const again = ask.execute('why?', { signal: AbortSignal.abort(new Error('stop')) });
    await expect(again).rejects.toThrow('stop');
  });

  it('takes the default while all routes are being explored', async () => {
    const hanging = () => new Promise<string>(() => undefined);
    const ask = router({ routes: { a: hanging, b: hanging }, select: 'fastest', default: 'b' });
    const taken: RoutingDecision[] = [];
    for (let run = 0; run < 3; run++) {
      const init = new WorkflowContext();
      void ask.execute('', init);
      taken.push(...(init.get(routingHistory) ?? []));
    }
    expect(taken.map(routeAndReason)).toEqual(['b explore', 'a explore', 'b default']);
    expect(taken.map(({ usedDefault }) => usedDefault)).toEqual([false, false, true]);
  });

  it('is not taken in by a route that fails quickly', async () => {
    const { timely, taking } = timed();
    await timely(async () => {
      const ask = router({ routes: { broken: taking(1, unavailable), slow: taking(50) }, select: 'fastest' });
      const taken: string[] = [];
      for (let run = 0; run < 3; run++)
        taken.push(...(await decided((init) => ask.execute('', init))).map(routeAndReason));
      expect(taken).toEqual(['broken explore', 'slow explore', 'slow fastest']);
      expect(ask.stats().broken).toMatchObject({ samples: 1, errorRate: 1, meanMs: 1 });
    });
  });

  it('takes a route of which nothing is known before one that does nothing but fail, however often', async () => {
    const broken = () => Promise.reject(unavailable);
    const profile = { broken: { costUsd: 0.1 } };
    const ask = router({ routes: { broken, small }, select: 'cheapest', profile });
    await Promise.all(Array.from({ length: 50 }, () => ask.tryExecute('')));
    expect(ask.stats().broken).toMatchObject({ samples: 49, errorRate: 1 });
    expect((await decided((init) => ask.execute('', init))).map(routeAndReason)).toEqual(['small default']);
  });

  it('forgets what left its window, by time and by count, and explores what it has forgotten', async () => {
    const { clock, timely, taking } = timed();
    await timely(async () => {
      const ask = router({
        routes: { quick: taking(10), slow: taking(20) },
        select: 'fastest',
        window: { samples: 3, ms: 1000 },
      });
      for (let run = 0; run < 10; run++) await ask.execute('');
      expect(ask.stats()).toMatchObject({ quick: { samples: 3 }, slow: { samples: 1 } });
      await clock.advance(500);
      await ask.execute('');
      await clock.advance(500);
      expect(ask.stats()).toMatchObject({ quick: { samples: 1 }, slow: { samples: 0 } });
      const [decision] = await decided((init) => ask.execute('', init));
      expect(decision).toMatchObject({ route: 'slow', reason: 'explore' });
    });
  });
});

describe('least-errors', () => {
  it('takes the route whose runs failed least', async () => {
    let calls = 0;
    const shaky = (question: string): string => {
      if (++calls === 1) throw unavailable;
      return question;
    };
    const ask = router({ routes: { shaky, small }, select: 'least-errors' });
    const taken: string[] = [];
    for (let run = 0; run < 3; run++)
      taken.push(...(await decided((init) => ask.execute('', init))).map(routeAndReason));
    expect(taken).toEqual(['shaky explore', 'small explore', 'small least_errors']);
  });
});

describe('a route that is refused by a rate limit', () => {
  it(
    'is left out for the cool-down, and the run goes on with the next best at once',
    observed(
      async (trace) => {
        const limited = mockPrimitive<string, string>('limited')
          .fails(refused(), { times: 1 })
          .returns('limited');
        const profile = { limited: { costUsd: 1 }, small: { costUsd: 2 }, large: { costUsd: 3 } };
        const ask = router({ routes: { limited, small, large }, select: 'cheapest', profile, name: 'ask' });
        expect(await ask.execute('why?')).toBe('small: why?');
        expect(trace).toHaveSpanTree(`
          primitive.router.execute "ask" success
          ├─ primitive.router.route_limited "limited" error
          │  └─ primitive.mock.execute "limited" error
          └─ primitive.router.route_small "small" success
             └─ primitive.lambda.execute "small" success
        `);
        const span = trace.span('primitive.router.execute');
        expect(span.attributes).toMatchObject({
          'decision.choice': 'small',
          'decision.reason': 'cooling_down',
          'cost.saved_usd': 1,
        });
        const refusal = { 'route.key': 'limited', 'route.cooldown_ms': 30_000 };
        expect(span.events).toMatchObject([
          { name: 'route.cooldown', attributes: refusal },
          {
            name: 'recovery.fallback',
            attributes: {
              ...refusal,
              'fallback.reason': 'rate_limit',
              'error.message': '429 Too Many Requests',
            },
          },
        ]);
        expect(trace).toHaveMetric('recovery.events', {
          value: 1,
          labels: { 'primitive.name': 'ask', 'recovery.kind': 'fallback' },
        });
        expect(ask.stats().limited).toMatchObject({ samples: 0, coolingMs: 30_000 });

        await trace.clock.advance(29_999);
        const [left] = await decided((init) => ask.execute('why?', init));
        expect(left).toMatchObject({ route: 'small', reason: 'cooling_down' });
        await trace.clock.advance(1);
        expect(await ask.execute('why?')).toBe('limited');
        expect(ask.stats().limited.coolingMs).toBe(0);
      },
      { clock: 'manual' },
    ),
  );

  it(
    'does not make the function that named it seem slow',
    observed(
      async (trace) => {
        const select = () => {
          trace.clock.spend(2);
          return 'limited' as const;
        };
        const limited = () => {
          trace.clock.spend(50);
          throw refused();
        };
        await router({ routes: { small, limited }, select, default: 'small' }).execute('why?');
        expect(trace.span('primitive.router.execute').attributes).toMatchObject({
          'decision.choice': 'small',
          'decision.reason': 'cooling_down',
          'decision.duration_ms': 2,
        });
      },
      { clock: 'manual' },
    ),
  );

  it.each([
    [undefined, undefined, 30_000],
    [undefined, 10, 30_000],
    [undefined, 45_000, 45_000],
    [undefined, 3_600_000, 600_000],
    [5_000, undefined, 5_000],
    [0, undefined, 0],
    [0, 100, 100],
    [900_000, 3_600_000, 900_000],
  ])(
    'with cooldownMs %p and a Retry-After of %p ms cools down for %p ms',
    async (cooldownMs, retryAfterMs, coolingMs) => {
      const { timely } = timed();
      await timely(async () => {
        const limited = () => Promise.reject(refused(retryAfterMs));
        const options = { routes: { limited }, select: () => 'limited' as const };
        const ask = router(cooldownMs === undefined ? options : { ...options, cooldownMs });
        await expect(ask.execute('why?')).rejects.toThrow('429');
        expect(ask.stats().limited.coolingMs).toBe(coolingMs);
      });
    },
  );

  it(
    'throws its error where there is no other, and cools down all the same',
    observed(async (trace) => {
      const refusal = refused();
      const limited = mockPrimitive<string, string>('limited').fails(refusal);
      const ask = router({ routes: { limited, small }, select: () => 'limited' });
      await expect(ask.execute('why?')).rejects.toBe(refusal);
      expect(trace.span('primitive.router.execute').events).toMatchObject([{ name: 'route.cooldown' }]);
      expect(trace).not.toHaveMetric('recovery.events');
    }),
  );

  it('each once in a run, and the last error is thrown where all are', async () => {
    const errors = [refused(), refused(), refused()];
    const [a, b, c] = errors.map((error) => mockPrimitive<string, string>('limited').fails(error));
    if (!a || !b || !c) throw new Error('there are three');
    const ask = router({ routes: { a, b, c }, select: 'least-errors', cooldownMs: 0 });
    await expect(ask.execute('why?')).rejects.toBe(errors[2]);
    expect([a, b, c].map(({ calls }) => calls.length)).toEqual([1, 1, 1]);
  });

  it('gives way to the default where the function named it', async () => {
    const { clock, timely } = timed();
    await timely(async () => {
      const limited = mockPrimitive<string, string>('limited').fails(refused(), { times: 1 });
      const ask = router({ routes: { small, limited }, select: () => 'limited', default: 'small' });
      const first = await decided((init) => ask.execute('why?', init));
      expect(first).toMatchObject([
        { route: 'limited', reason: 'select', usedDefault: false },
        { route: 'small', reason: 'cooling_down', usedDefault: true },
      ]);
      await clock.advance(1);
      const [second] = await decided((init) => ask.execute('why?', init));
      expect(second).toMatchObject({ route: 'small', reason: 'cooling_down', usedDefault: true });
      expect(limited.calls).toHaveLength(1);
    });
  });

  it('is asked all the same where all are cooling down, the one first that is free first', async () => {
    const { clock, timely } = timed();
    await timely(async () => {
      const late = mockPrimitive<string, string>('late').fails(refused(50_000), { times: 1 });
      const soon = mockPrimitive<string, string>('soon').fails(refused(), { times: 1 }).returns('soon');
      const profile = { late: { costUsd: 1 }, soon: { costUsd: 2 } };
      const ask = router({ routes: { late, soon }, select: 'cheapest', profile });
      await expect(ask.execute('why?')).rejects.toThrow('429');
      await clock.advance(1);
      const [decision] = await decided((init) => ask.execute('why?', init));
      expect(decision).toMatchObject({ route: 'soon', reason: 'all_cooling_down', usedDefault: false });
      expect(ask.stats()).toMatchObject({ late: { coolingMs: 49_999 }, soon: { coolingMs: 0 } });
    });
  });

  it('is asked again for the reason that it was asked for where there is no other to choose', async () => {
    const ask = router({
      routes: { limited: () => Promise.reject(refused()), small },
      select: () => 'limited',
    });
    await ask.tryExecute('why?');
    const [decision] = await decided((init) => ask.execute('why?', init));
    expect(decision).toMatchObject({ route: 'limited', reason: 'select', usedDefault: false });
  });

  it('is not gone on from to one that is cooling down', async () => {
    const { timely } = timed();
    await timely(async () => {
      const limited = () => mockPrimitive<string, string>('limited').fails(refused());
      const routes = { a: limited(), b: limited(), small };
      const profile = { a: { costUsd: 1 }, b: { costUsd: 2 } };
      const bySelect = router({ routes, select: () => 'a', default: 'b' });
      await bySelect.tryExecute('');
      await bySelect.tryExecute('');
      expect([routes.a.calls.length, routes.b.calls.length]).toEqual([2, 1]);
      const again = { a: limited(), b: limited(), small };
      const ask = router({ routes: again, select: 'cheapest', profile });
      expect(await ask.execute('')).toBe('small: ');
      expect(await ask.execute('')).toBe('small: ');
      expect([again.a.calls.length, again.b.calls.length]).toEqual([1, 1]);
    });
  });

  it('stays left out when a run that began before it is answered after', async () => {
    const { clock, timely } = timed();
    await timely(async () => {
      let answer = (_: string): void => undefined;
      const limited = mockPrimitive<string, string>('limited')
        .runs(() => new Promise((resolve) => (answer = resolve)), { times: 1 })
        .fails(refused());
      const ask = router({ routes: { limited }, select: () => 'limited' });
      const early = ask.execute('why?');
      await clock.advance(1);
      await expect(ask.execute('why?')).rejects.toThrow('429');
      answer('late');
      expect(await early).toBe('late');
      expect(ask.stats().limited.coolingMs).toBe(30_000);
    });
  });

  it.each([
    ['warn', 'other explore'],
    // That it was tried is all that is known of it.
    ['debug', 'limited least_errors'],
  ] as const)(
    'begins no other where a logger cancels the run when it hears of it, by a line of level %s',
    async (level, next) => {
      const caller = new AbortController();
      const reason = new Error('stop');
      const limited = mockPrimitive<string, string>('limited').fails(refused(), { times: 1 }).returns('');
      const other = mockPrimitive<string, string>('other').returns('');
      const hear = (message: string): void => {
        if (limited.calls.length > 0 && message.startsWith('ask: ')) caller.abort(reason);
      };
      const logger = { ...noopLogger, [level]: hear, isEnabled: () => true };
      const routes = { limited, other };
      const ask = router({ routes, select: 'least-errors', cooldownMs: 0, name: 'ask' });
      await observe(async () => {
        const heard = withInstrumentation(context.active(), new Instrumentation({ logger }));
        const running = context.with(heard, () => ask.execute('why?', { signal: caller.signal }));
        await expect(running).rejects.toBe(reason);
        expect(other.calls).toEqual([]);
        expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
        await ask.execute('why?');
        expect((await decided((init) => ask.execute('why?', init))).map(routeAndReason)).toEqual([next]);
      });
    },
  );

  it('waits no shorter than a refusal before asked it to', async () => {
    const { clock, timely } = timed();
    await timely(async () => {
      const limited = mockPrimitive<string, string>('limited')
        .fails(refused(60_000), { times: 1 })
        .fails(refused());
      const ask = router({ routes: { limited }, select: () => 'limited' });
      await ask.tryExecute('why?');
      await clock.advance(1000);
      await ask.tryExecute('why?');
      expect(ask.stats().limited.coolingMs).toBe(59_000);
    });
  });
});

describe('the routing history', () => {
  it('has the latest 100 decisions of a run, the oldest first', async () => {
    const { clock, timely } = timed();
    await timely(async () => {
      const one = router({ routes: { small, large }, select: () => 'small', name: 'one' });
      const other = router({ routes: { small, large }, select: () => 'large', name: 'other' });
      const init = new WorkflowContext();
      expect(init.get(routingHistory)).toBeUndefined();
      await one.execute('why?', init);
      const [first] = init.get(routingHistory) ?? [];
      expect(first).toEqual({
        router: 'one',
        route: 'small',
        reason: 'select',
        usedDefault: false,
        at: clock.now(),
      });
      for (let run = 0; run < 100; run++) await other.execute('why?', init);
      const history = init.get(routingHistory) ?? [];
      expect(history).toHaveLength(100);
      expect(history.map(({ router: name }) => name)).not.toContain('one');
    });
  });
});

describe('state by the name of the routing history that is none', () => {
  it('stays as it is', async () => {
    const init = new WorkflowContext();
    const mine = stateKey<number>('routing_history');
    init.set(mine, 7);
    expect(await router({ routes: { small }, select: () => 'small' }).execute('why?', init)).toBe(
      'small: why?',
    );
    expect(init.get(mine)).toBe(7);
  });
});

describe('the stats of a router', () => {
  it('know nothing before the first run', () => {
    const nothing = {
      samples: 0,
      errorRate: 0,
      meanMs: undefined,
      p95Ms: undefined,
      costUsd: undefined,
      coolingMs: 0,
    };
    const ask = router({ routes: { small, large }, select: 'fastest' });
    expect(ask.stats()).toEqual({ small: nothing, large: nothing });
  });

  it('have the mean and the 95th percentile by nearest rank', async () => {
    const { timely, clock } = timed();
    await timely(async () => {
      let ms = 0;
      const rising = (): void => clock.spend(++ms);
      const ask = router({ routes: { rising }, select: () => 'rising' });
      for (let run = 0; run < 40; run++) await ask.execute('');
      expect(ask.stats().rising).toMatchObject({ samples: 40, meanMs: 20.5, p95Ms: 38 });
    });
  });
});

describeOutcomes(
  'router',
  (step) => router({ routes: { only: step, other: () => 0 }, select: () => 'only', name: 'route' }),
  {
    output: 2,
    success: `
      primitive.router.execute "route" success
      └─ primitive.router.route_only "step" success
         └─ primitive.mock.execute "step" success
    `,
    error: `
      primitive.router.execute "route" error
      └─ primitive.router.route_only "step" error
         └─ primitive.mock.execute "step" error
    `,
    timeout: `
      primitive.router.execute "route" timeout
      └─ primitive.router.route_only "step" timeout
         └─ primitive.timeout.execute "step" timeout
            └─ primitive.mock.execute "step" cancelled
    `,
    cancelled: `
      primitive.router.execute "route" cancelled
      └─ primitive.router.route_only "step" cancelled
         └─ primitive.mock.execute "step" cancelled
    `,
  },
);
