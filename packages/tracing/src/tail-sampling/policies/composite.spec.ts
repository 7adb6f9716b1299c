import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tta/obs-context/manual';
import fc from 'fast-check';
import { endedSpan, traceIdOf } from '../../../test/ended-span.ts';
import { type Policy, someAttribute, type TraceView } from '../policy.ts';
import { compositePolicy } from './composite.ts';

const traceOf = (kind: string, spans = 1): TraceView => ({
  traceId: traceIdOf(0),
  spans: Array.from({ length: spans }, () => endedSpan({ attributes: { kind } })),
});
const ofKind = (kind: string): Policy => someAttribute('kind', (value) => value === kind);
const any: Policy = { matches: () => true, isLasting: true, isStateful: false };
const subPolicies = new Map([
  ['gold', ofKind('gold')],
  ['silver', ofKind('silver')],
  ['rest', any],
]);

describe('compositePolicy', () => {
  it('gives each sub-policy its percentage, and what is left over to those without one', () => {
    const composite = compositePolicy(
      {
        max_total_spans_per_second: 100,
        rate_allocation: [
          { policy: 'gold', percent: 50 },
          { policy: 'silver', percent: 20 },
        ],
      },
      subPolicies,
      new ManualClock(),
    );
    expect(composite.matches(traceOf('gold', 51))).toBe(false);
    expect(composite.matches(traceOf('gold', 50))).toBe(true);
    expect(composite.matches(traceOf('gold', 1))).toBe(false);
    expect(composite.matches(traceOf('silver', 20))).toBe(true);
    expect(composite.matches(traceOf('silver', 1))).toBe(false);
    expect(composite.matches(traceOf('bronze', 31))).toBe(false);
    expect(composite.matches(traceOf('bronze', 30))).toBe(true);
    expect(composite.matches(traceOf('bronze', 1))).toBe(false);
  });

  it('starts anew with each second', async () => {
    const clock = new ManualClock();
    const composite = compositePolicy({ max_total_spans_per_second: 30 }, subPolicies, clock);
    expect(composite.matches(traceOf('gold', 10))).toBe(true);
    await clock.advance(999);
    expect(composite.matches(traceOf('gold', 1))).toBe(false);
    await clock.advance(1);
    expect(composite.matches(traceOf('gold', 10))).toBe(true);
  });

  it('takes a percentage of 0 or none for an equal share', () => {
    for (const allocation of [{ policy: 'gold', percent: 0 }, { policy: 'gold' }]) {
      const composite = compositePolicy(
        { max_total_spans_per_second: 90, rate_allocation: [allocation] },
        subPolicies,
        new ManualClock(),
      );
      expect(composite.matches(traceOf('gold', 31))).toBe(false);
      expect(composite.matches(traceOf('gold', 30))).toBe(true);
    }
  });

  it('asks in the given order, and lets the first that matches decide alone', () => {
    const composite = compositePolicy(
      {
        max_total_spans_per_second: 100,
        policy_order: ['rest', 'nobody'],
        rate_allocation: [
          { policy: 'rest', percent: 1 },
          { policy: 'gold', percent: 99 },
        ],
      },
      subPolicies,
      new ManualClock(),
    );
    expect(composite.matches(traceOf('gold'))).toBe(true);
    expect(composite.matches(traceOf('gold'))).toBe(false);
  });

  it('keeps nothing that no sub-policy matches', () => {
    const composite = compositePolicy(
      { max_total_spans_per_second: 100 },
      new Map([['gold', ofKind('gold')]]),
      new ManualClock(),
    );
    expect(composite.matches(traceOf('silver'))).toBe(false);
  });

  it('never lets through more than a sub-policy or all of them may have in a second', () => {
    const kinds = ['gold', 'silver', 'bronze'] as const;
    const arrivals = fc.array(
      fc.record({
        kind: fc.constantFrom(...kinds),
        spans: fc.integer({ min: 1, max: 30 }),
        pauseMs: fc.integer({ min: 0, max: 400 }),
      }),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(
        arrivals,
        fc.integer({ min: 0, max: 150 }),
        fc.integer({ min: 0, max: 120 }),
        fc.integer({ min: 0, max: 120 }),
        (traces, max, gold, silver) => {
          const clock = new ManualClock();
          const composite = compositePolicy(
            {
              max_total_spans_per_second: max,
              rate_allocation: [
                { policy: 'gold', percent: gold },
                { policy: 'silver', percent: silver },
              ],
            },
            subPolicies,
            clock,
          );
          const passed = new Map<string, number>();
          for (const { kind, spans, pauseMs } of traces) {
            clock.spend(pauseMs);
            if (!composite.matches(traceOf(kind, spans))) continue;
            const second = Math.floor(clock.monotonic() / 1_000);
            for (const key of [`${second} ${kind}`, `${second}`])
              passed.set(key, (passed.get(key) ?? 0) + spans);
          }
          const share = (percent: number): number => (percent === 0 ? max / 3 : (percent / 100) * max);
          const shares = new Map([
            ['gold', share(gold)],
            ['silver', share(silver)],
          ]);
          for (const [key, spans] of passed) {
            const limit = shares.get(key.replace(/^\d+ /, '')) ?? max;
            expect(spans).toBeLessThanOrEqual(Math.min(max, limit));
          }
        },
      ),
    );
  });
});
