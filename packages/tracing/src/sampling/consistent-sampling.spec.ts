/** Many samplers together: against a slow model, over a chain of services, and over many traces. */
import { createTraceState, type SpanContext, SpanKind, TraceFlags } from '@opentelemetry/api';
import { type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace-node';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decide, parentSpan, type Start, traceIdOf, traceIds } from '../../test/sampling.ts';
import { adjustedCount } from './adjusted-count.ts';
import { annotating } from './annotating.ts';
import type { ComposableSampler } from './composable-sampler.ts';
import { compositeSampler } from './composite-sampler.ts';
import { parentThreshold } from './parent-threshold.ts';
import { alwaysOff, alwaysOn, probability } from './probability.ts';
import { ruleBased } from './rule-based.ts';

type Composition =
  | { readonly is: 'on' | 'off' }
  | { readonly is: 'share'; readonly ofSixteen: number }
  | { readonly is: 'parent' | 'annotated'; readonly inner: Composition }
  | { readonly is: 'rules'; readonly rules: readonly (readonly [SpanKind, Composition])[] };

const kinds = fc.constantFrom(SpanKind.SERVER, SpanKind.CLIENT, SpanKind.INTERNAL);
const { composition } = fc.letrec<{ composition: Composition }>((tie) => ({
  composition: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    fc.record({ is: fc.constantFrom('on' as const, 'off' as const) }),
    fc.record({ is: fc.constant('share' as const), ofSixteen: fc.integer({ min: 0, max: 16 }) }),
    fc.record({
      is: fc.constantFrom('parent' as const, 'annotated' as const),
      inner: tie('composition'),
    }),
    fc.record({
      is: fc.constant('rules' as const),
      rules: fc.array(fc.tuple(kinds, tie('composition')), { minLength: 1, maxLength: 3 }),
    }),
  ),
}));

function build(part: Composition): ComposableSampler {
  switch (part.is) {
    case 'on':
      return alwaysOn();
    case 'off':
      return alwaysOff();
    case 'share':
      return probability(part.ofSixteen / 16);
    case 'parent':
      return parentThreshold(build(part.inner));
    case 'annotated':
      return annotating({ annotated: true }, build(part.inner));
    case 'rules':
      return ruleBased(part.rules.map(([kind, inner]) => ({ when: { kind }, sampler: build(inner) })));
  }
}

interface ModelIntent {
  readonly threshold: bigint | undefined;
  readonly isReliable: boolean;
}

interface ModelEntry {
  readonly th: bigint | undefined;
  readonly rv: bigint | undefined;
  readonly others: readonly string[];
}

const never: ModelIntent = { threshold: undefined, isReliable: false };

/** The same as {@link build}, written down from the specification with whole numbers. */
function modelIntent(part: Composition, kind: SpanKind, parent: SpanContext | undefined): ModelIntent {
  switch (part.is) {
    case 'on':
      return { threshold: 0n, isReliable: true };
    case 'off':
      return never;
    case 'share':
      return part.ofSixteen === 0
        ? never
        : { threshold: (1n << 56n) - (BigInt(part.ofSixteen) << 52n), isReliable: true };
    case 'parent':
      return parent === undefined ? modelIntent(part.inner, kind, parent) : modelParent(parent);
    case 'annotated':
      return modelIntent(part.inner, kind, parent);
    case 'rules': {
      const found = part.rules.find(([ruleKind]) => ruleKind === kind);
      return found === undefined ? never : modelIntent(found[1], kind, parent);
    }
  }
}

function modelParent(parent: SpanContext): ModelIntent {
  if (parent.traceFlags % 2 === 0) return never;
  const entry = modelEntry(parent.traceState?.get('ot'));
  const isConsistent = entry.th !== undefined && modelRandomness(parent.traceId, entry) >= entry.th;
  return isConsistent ? { threshold: entry.th, isReliable: true } : { threshold: 0n, isReliable: false };
}

function modelEntry(text: string | undefined): ModelEntry {
  const none: ModelEntry = { th: undefined, rv: undefined, others: [] };
  if (text === undefined || text.length > 256) return none;
  const members = text.split(';').map((member) => member.split(':'));
  const isMember = ([key, value, ...more]: string[]): boolean =>
    more.length === 0 && /^[a-z][a-z0-9]*$/.test(key ?? '') && /^[\w.-]*$/.test(value ?? ' ');
  if (!members.every(isMember) || new Set(members.map(([key]) => key)).size < members.length) return none;
  const hex = (key: string, least: number): bigint | undefined => {
    const value = members.find(([name]) => name === key)?.[1];
    if (value === undefined || !/^[0-9a-f]*$/.test(value)) return undefined;
    return value.length >= least && value.length <= 14 ? BigInt(`0x${value.padEnd(14, '0')}`) : undefined;
  };
  const others = members.filter(([key]) => key !== 'th' && key !== 'rv').map((member) => member.join(':'));
  return { th: hex('th', 1), rv: hex('rv', 14), others };
}

function modelRandomness(traceId: string, { rv }: ModelEntry): bigint {
  return rv ?? BigInt(`0x${traceId.slice(-14)}`);
}

const randomness = fc.bigInt({ min: 0n, max: 2n ** 56n - 1n }).map((r) => r.toString(16).padStart(14, '0'));
const entries = fc.oneof(
  fc.stringMatching(/^th:[0-9a-f]{1,15}$/),
  fc.stringMatching(/^((th:[0-9a-fA]{1,3}|rv:[0-9a-f]{13,14}|k:[a-z]{0,2});?){1,3}$/),
  fc.stringMatching(/^[a-z:;0-9]{1,12}$/),
);
const parents = fc.option(
  fc.record({
    traceFlags: fc.constantFrom(0, 1, 2, 3),
    isRemote: fc.boolean(),
    tracestate: fc.oneof(
      entries.map((entry) => `a=1,ot=${entry},b=2`),
      entries.map((entry) => `ot=${entry}`),
      fc.constant('a=1'),
    ),
  }),
);

const isKept = (sampler: Sampler, traceId: string, start?: Start): boolean =>
  decide(sampler, traceId, start).decision === SamplingDecision.RECORD_AND_SAMPLED;

describe('a composition', () => {
  it('decides and writes what a slow model of the specification does', () => {
    fc.assert(
      fc.property(composition, randomness, kinds, parents, (part, digits, kind, given) => {
        const traceId = traceIdOf(digits);
        const parent = given === null ? undefined : parentSpan(traceId, given);
        const result = decide(compositeSampler(build(part)), traceId, { kind, ...(parent && { parent }) });

        const before = modelEntry(parent?.traceState?.get('ot'));
        const intent = modelIntent(part, kind, parent);
        const { threshold } = intent;
        const expected = threshold !== undefined && modelRandomness(traceId, before) >= threshold;
        expect(result.decision === SamplingDecision.RECORD_AND_SAMPLED).toBe(expected);

        const after = modelEntry(result.traceState?.get('ot'));
        expect(after.th).toBe(expected && intent.isReliable ? threshold : undefined);
        expect(after.rv).toBe(before.rv);
        expect(after.others).toEqual(before.others);
        for (const key of ['a', 'b']) expect(result.traceState?.get(key)).toBe(parent?.traceState?.get(key));
      }),
      { numRuns: 2000 },
    );
  });

  it('gives the same answer for the same trace', () => {
    fc.assert(
      fc.property(composition, randomness, (part, digits) => {
        const traceId = traceIdOf(digits);
        const [one, other] = [compositeSampler(build(part)), compositeSampler(build(part))];
        expect(decide(one, traceId)).toEqual(decide(other, traceId));
        expect(decide(one, traceId)).toEqual(decide(one, traceId));
      }),
    );
  });

  it('keeps with a greater share all that it keeps with a smaller one', () => {
    const share = fc.integer({ min: 1, max: 10_000 }).map((parts) => parts / 10_000);
    fc.assert(
      fc.property(share, share, randomness, (a, b, digits) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const traceId = traceIdOf(digits);
        const kept = [low, high].map((ratio) => isKept(compositeSampler(probability(ratio)), traceId));
        expect(kept).not.toEqual([true, false]);
      }),
    );
  });
});

describe('a chain of services', () => {
  /** Starts a span and hands it on by its header, as a request to the next service does. */
  function call(sampler: Sampler, traceId: string, caller?: SpanContext): SpanContext {
    const { decision, traceState } = decide(sampler, traceId, caller && { parent: caller });
    const tracestate = (traceState ?? caller?.traceState)?.serialize();
    return {
      traceId,
      spanId: '00f067aa0ba902b7',
      isRemote: true,
      traceFlags: decision === SamplingDecision.RECORD_AND_SAMPLED ? TraceFlags.SAMPLED : TraceFlags.NONE,
      ...(tracestate && { traceState: createTraceState(tracestate) }),
    };
  }

  /** What a service knows of its span: whether it is kept, what it hands on, how many it stands for. */
  function factsOf(span: SpanContext): string {
    const entry = span.traceState?.get('ot') ?? 'no entry';
    return `${span.traceFlags === 1 ? 'kept' : 'dropped'}, ${entry}, ${adjustedCount(span) ?? 'uncounted'}`;
  }

  it('keeps a trace whole, with the threshold of where it began', () => {
    const samplers = [0.25, 0.5, 0.01].map((ratio) => compositeSampler(parentThreshold(probability(ratio))));
    const nextId = traceIds(7);
    const seen = new Map<string, number>();
    for (let i = 0; i < 2000; i++) {
      const traceId = nextId();
      let caller: SpanContext | undefined;
      const chain = samplers.map((sampler) => factsOf((caller = call(sampler, traceId, caller)))).join(' > ');
      seen.set(chain, (seen.get(chain) ?? 0) + 1);
    }
    const [kept, dropped] = ['kept, th:c, 4', 'dropped, no entry, uncounted'].map((facts) =>
      [facts, facts, facts].join(' > '),
    ) as [string, string];
    expect([...seen.keys()].toSorted()).toEqual([dropped, kept]);
    expect(seen.get(kept)).toBeGreaterThan(400);
    expect(seen.get(kept)).toBeLessThan(600);
  });

  it('lets each service count its own spans where each has its own share', () => {
    const samplers = [0.25, 0.5, 0.125].map((ratio) => compositeSampler(probability(ratio)));
    const nextId = traceIds(8);
    const seen = new Set<string>();
    for (let i = 0; i < 2000; i++) {
      const traceId = nextId();
      let caller: SpanContext | undefined;
      seen.add(samplers.map((sampler) => factsOf((caller = call(sampler, traceId, caller)))).join(' > '));
    }
    // What the choosiest keeps, all keep.
    const none = 'dropped, no entry, uncounted';
    expect([...seen].toSorted()).toEqual([
      `${none} > ${none} > ${none}`,
      `${none} > kept, th:8, 2 > ${none}`,
      `kept, th:c, 4 > kept, th:8, 2 > ${none}`,
      'kept, th:c, 4 > kept, th:8, 2 > kept, th:e, 8',
    ]);
  });
});

describe('over 100,000 traces', () => {
  const traces = 100_000;
  /** Of the normal distribution; 99.9 % of all runs lie within. */
  const deviations = 3.29;

  it.each([
    [0.01, 1],
    [0.1, 2],
    [0.5, 3],
  ])('keeps a share of %d, and its adjusted counts add up to all', (ratio, seed) => {
    const sampler = compositeSampler(parentThreshold(probability(ratio)));
    const nextId = traceIds(seed);
    let kept = 0;
    let estimate = 0;
    for (let i = 0; i < traces; i++) {
      const traceId = nextId();
      const { decision, traceState } = decide(sampler, traceId);
      if (decision !== SamplingDecision.RECORD_AND_SAMPLED) continue;
      kept++;
      estimate += adjustedCount({ ...parentSpan(traceId), ...(traceState && { traceState }) }) ?? Number.NaN;
    }
    const deviation = Math.sqrt(traces * ratio * (1 - ratio));
    expect(Math.abs(kept - traces * ratio)).toBeLessThan(deviations * deviation);
    expect(Math.abs(estimate - traces)).toBeLessThan((deviations * deviation) / ratio);
  });

  it('counts up rightly where rules give each kind of work another share', () => {
    const shares = new Map([
      ['a', 0.01],
      ['b', 0.3],
      ['c', 1],
    ]);
    const rules = [...shares].map(([name, ratio]) => ({ when: { name }, sampler: probability(ratio) }));
    const sampler = compositeSampler(parentThreshold(ruleBased(rules)));
    const names = [...shares.keys()];
    const nextId = traceIds(4);
    const estimates = new Map(names.map((name) => [name, 0]));
    for (let i = 0; i < traces; i++) {
      const traceId = nextId();
      const name = names[i % 3] ?? 'a';
      const { decision, traceState } = decide(sampler, traceId, { name });
      if (decision !== SamplingDecision.RECORD_AND_SAMPLED) continue;
      const count = adjustedCount({ ...parentSpan(traceId), ...(traceState && { traceState }) });
      estimates.set(name, (estimates.get(name) ?? 0) + (count ?? Number.NaN));
    }
    for (const [name, ratio] of shares) {
      const total = traces / 3;
      const deviation = Math.sqrt((total * (1 - ratio)) / ratio);
      expect(Math.abs((estimates.get(name) ?? 0) - total)).toBeLessThanOrEqual(deviations * deviation + 1);
    }
  });
});
