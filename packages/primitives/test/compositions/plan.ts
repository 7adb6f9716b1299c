import fc from 'fast-check';

/** What a step does when it is called: it works for a while, and returns or throws. */
export interface Behaviour {
  readonly afterMs: number;
  /** `passing`: an error that another attempt may get over; `lasting`: one that it does not. */
  readonly ends: 'returns' | 'passing' | 'lasting';
  /** Whether it ends with the abort of its signal, as a step should. */
  readonly heedsAbort: boolean;
}

/** Primitives of several steps, and of one, that need no options drawn. */
const several = ['fallback', 'settle', 'race', 'conditional', 'switch', 'match', 'router'] as const;
const wrappers = [
  'loop',
  'cache',
  'dedupe',
  'circuit_breaker',
  'bulkhead',
  'rate_limit',
  'hedge',
  'resilient',
] as const;

/** A composition, as data: the same plan is built and run as often as needed. */
export type Plan =
  | { readonly kind: 'leaf'; readonly calls: readonly Behaviour[] }
  | { readonly kind: 'sequential'; readonly steps: readonly Plan[] }
  | {
      readonly kind: 'parallel';
      readonly branches: readonly Plan[];
      readonly onError: 'fail-fast' | 'wait-all';
      readonly concurrency: number;
    }
  | { readonly kind: 'retry'; readonly step: Plan; readonly maxRetries: number }
  | {
      readonly kind: 'timeout';
      readonly step: Plan;
      readonly ms: number;
      readonly strategy: 'aggressive' | 'cooperative';
    }
  | {
      readonly kind: 'for_each';
      readonly item: Plan;
      readonly items: number;
      readonly onError: 'fail-fast' | 'wait-all';
      readonly concurrency: number;
      readonly ordered: boolean;
    }
  | {
      readonly kind: 'saga';
      readonly steps: readonly { readonly forward: Plan; readonly compensate: Plan }[];
    }
  | { readonly kind: (typeof several)[number]; readonly steps: readonly Plan[] }
  | { readonly kind: (typeof wrappers)[number]; readonly step: Plan };

/** A plan, and what the caller does meanwhile. */
export interface Scenario {
  readonly plan: Plan;
  /** When the caller gives up, in milliseconds; `undefined`: never. */
  readonly cancelAtMs: number | undefined;
}

const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40 })),
  ends: fc.constantFrom('returns', 'returns', 'passing', 'lasting'),
  heedsAbort: fc.constantFrom(true, true, false),
});

const { plan } = fc.letrec<{ plan: Plan; leaf: Plan }>((tie) => {
  const plans = fc.array(tie('plan'), { minLength: 1, maxLength: 3 });
  const onError = fc.constantFrom('fail-fast' as const, 'wait-all' as const);
  const concurrency = fc.integer({ min: 1, max: 3 });
  return {
    leaf: fc.record({
      kind: fc.constant('leaf'),
      calls: fc.array(behaviour, { minLength: 1, maxLength: 3 }),
    }),
    plan: fc.oneof(
      { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
      tie('leaf'),
      fc.record({ kind: fc.constant('sequential'), steps: plans }),
      fc.record({
        kind: fc.constant('parallel'),
        branches: plans,
        onError,
        concurrency,
      }),
      fc.record({
        kind: fc.constant('retry'),
        step: tie('plan'),
        maxRetries: fc.integer({ min: 0, max: 2 }),
      }),
      fc.record({
        kind: fc.constant('timeout'),
        step: tie('plan'),
        ms: fc.integer({ min: 1, max: 60 }),
        strategy: fc.constantFrom('aggressive', 'cooperative'),
      }),
      fc.record({
        kind: fc.constant('for_each'),
        item: tie('plan'),
        items: fc.integer({ min: 0, max: 3 }),
        onError,
        concurrency,
        ordered: fc.boolean(),
      }),
      fc.record({
        kind: fc.constant('saga'),
        steps: fc.array(fc.record({ forward: tie('plan'), compensate: tie('leaf') }), {
          minLength: 1,
          maxLength: 3,
        }),
      }),
      fc.record({
        kind: fc.constantFrom(...several),
        steps: fc.array(tie('plan'), { minLength: 2, maxLength: 3 }),
      }),
      fc.record({ kind: fc.constantFrom(...wrappers), step: tie('plan') }),
    ),
  };
});

/** Every composition of every primitive, small ones first when it shrinks. */
export const scenario: fc.Arbitrary<Scenario> = fc.record({
  plan,
  cancelAtMs: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined, freq: 3 }),
});
