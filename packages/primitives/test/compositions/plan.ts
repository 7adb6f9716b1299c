import fc from 'fast-check';

/** What a step does when it is called: it works for a while, and returns or throws. */
export interface Behaviour {
  readonly afterMs: number;
  /** `passing`: an error that another attempt may get over; `lasting`: one that it does not. */
  readonly ends: 'returns' | 'passing' | 'lasting';
  /** Whether it ends with the abort of its signal, as a step should. */
  readonly heedsAbort: boolean;
}

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
  | { readonly kind: 'timeout'; readonly step: Plan; readonly ms: number }
  | { readonly kind: 'fallback'; readonly steps: readonly Plan[] };

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
  const several = fc.array(tie('plan'), { minLength: 1, maxLength: 3 });
  return {
    leaf: fc.record({
      kind: fc.constant('leaf'),
      calls: fc.array(behaviour, { minLength: 1, maxLength: 3 }),
    }),
    plan: fc.oneof(
      { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
      tie('leaf'),
      fc.record({ kind: fc.constant('sequential'), steps: several }),
      fc.record({
        kind: fc.constant('parallel'),
        branches: several,
        onError: fc.constantFrom('fail-fast', 'wait-all'),
        concurrency: fc.integer({ min: 1, max: 3 }),
      }),
      fc.record({
        kind: fc.constant('retry'),
        step: tie('plan'),
        maxRetries: fc.integer({ min: 0, max: 2 }),
      }),
      fc.record({ kind: fc.constant('timeout'), step: tie('plan'), ms: fc.integer({ min: 1, max: 60 }) }),
      fc.record({
        kind: fc.constant('fallback'),
        steps: fc.array(tie('plan'), { minLength: 2, maxLength: 3 }),
      }),
    ),
  };
});

/** Every composition of every primitive, small ones first when it shrinks. */
export const scenario: fc.Arbitrary<Scenario> = fc.record({
  plan,
  cancelAtMs: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined, freq: 3 }),
});
