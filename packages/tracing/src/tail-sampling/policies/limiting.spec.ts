import { describe, expect, it } from '@jest/globals';
import { ManualClock, seededRandom } from '@tta/obs-context/manual';
import { endedSpan, traceIdOf } from '../../../test/ended-span.ts';
import type { Policy, TraceView } from '../policy.ts';
import { spanSizeBytes } from '../../span-size.ts';
import { bytesLimitingPolicy, rateLimitingPolicy } from './limiting.ts';

const span = endedSpan({ name: 'x'.repeat(32) });
const spanBytes = spanSizeBytes(span);
const traceOf = (spans: number): TraceView => ({
  traceId: traceIdOf(0),
  spans: Array.from({ length: spans }, () => span),
});

interface Kind {
  readonly name: string;
  /** In spans, so that both policies are told the same. */
  readonly policy: (perSecond: number, burst: number | undefined, clock: ManualClock) => Policy;
}

const kinds: Kind[] = [
  {
    name: 'rateLimitingPolicy',
    policy: (perSecond, burst, clock) =>
      rateLimitingPolicy(
        { spans_per_second: perSecond, ...(burst !== undefined && { burst_capacity: burst }) },
        clock,
      ),
  },
  {
    name: 'bytesLimitingPolicy',
    policy: (perSecond, burst, clock) =>
      bytesLimitingPolicy(
        {
          bytes_per_second: perSecond * spanBytes,
          ...(burst !== undefined && { burst_capacity: burst * spanBytes }),
        },
        clock,
      ),
  },
];

describe.each(kinds)('$name', ({ policy }) => {
  it('lets through at once twice what a second may have, and then no more', () => {
    const limit = policy(10, undefined, new ManualClock());
    expect(limit.matches(traceOf(15))).toBe(true);
    expect(limit.matches(traceOf(6))).toBe(false);
    expect(limit.matches(traceOf(5))).toBe(true);
    expect(limit.matches(traceOf(1))).toBe(false);
  });

  it('fills up evenly, and not beyond the burst', async () => {
    const clock = new ManualClock();
    const limit = policy(10, 10, clock);
    expect(limit.matches(traceOf(10))).toBe(true);
    await clock.advance(100);
    expect(limit.matches(traceOf(2))).toBe(false);
    expect(limit.matches(traceOf(1))).toBe(true);
    await clock.advance(60_000);
    expect(limit.matches(traceOf(11))).toBe(false);
    expect(limit.matches(traceOf(10))).toBe(true);
  });

  it('takes a burst of 0 for the default', () => {
    expect(policy(10, 0, new ManualClock()).matches(traceOf(20))).toBe(true);
  });

  it('never lets a trace through that is larger than the burst', async () => {
    const clock = new ManualClock();
    const limit = policy(10, 3, clock);
    await clock.advance(60_000);
    expect(limit.matches(traceOf(4))).toBe(false);
  });

  it('lets nothing through at 0', () => {
    expect(policy(0, undefined, new ManualClock()).matches(traceOf(1))).toBe(false);
  });

  it('lets through, over any stretch of time, no more than the burst and the rate of that time', async () => {
    const clock = new ManualClock();
    const random = seededRandom(5);
    const limit = policy(50, 80, clock);
    const passed: { atMs: number; spans: number }[] = [];
    for (let at = 0; at < 2_000; at++) {
      clock.spend(random.next() * 20);
      const spans = 1 + Math.floor(random.next() * 9);
      if (limit.matches(traceOf(spans))) passed.push({ atMs: clock.monotonic(), spans });
    }
    for (let first = 0; first < passed.length; first += 7) {
      let sum = 0;
      for (const { atMs, spans } of passed.slice(first, first + 200)) {
        sum += spans;
        const stretchMs = atMs - (passed[first]?.atMs ?? 0);
        expect(sum).toBeLessThanOrEqual(80 + (50 * stretchMs) / 1_000 + 1e-6);
      }
    }
    const total = passed.reduce((sum, { spans }) => sum + spans, 0);
    expect(total).toBeGreaterThan((50 * clock.monotonic()) / 1_000 - 10);
  });
});
